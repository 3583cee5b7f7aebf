import { readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyFolder, lamplighter } from './testing/command-line.ts'

const starter = fileURLToPath(import.meta.resolve('@lamplighter/rules/wick/starter.wick'))

let folder: string
beforeEach(() => {
  folder = emptyFolder()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('in a folder that nobody configured', () => {
  it.each([
    ['key new chat'],
    ['key list'],
    ['key revoke x'],
    ['people invite Robin'],
    ['people list'],
    ['connection new chat --poll'],
    ['connection list'],
    ['lists status'],
    ['settings list'],
    ['settings set platform.name Harbour --reason x'],
    [`rules live ${starter} --reason x`],
    ['ledger checkpoint'],
    ['ledger recheck'],
    ['restore resume'],
    ['migrate'],
    ['migrate --dry-run'],
    ['doctor'],
  ])('%s refuses, says what to do, and makes nothing', async (line) => {
    const refused = await lamplighter(folder, line.split(' '))
    expect([refused.code, refused.out]).toEqual([2, ''])
    expect(refused.err).toContain('first: lamplighter init')
    expect(readdirSync(folder)).toEqual([])
  })
})
