import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { claimFolder } from './run.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lamplighter-folder-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('the folder of the demo', () => {
  it('never takes, and never deletes, the data of a real installation', () => {
    writeFileSync(join(folder, 'lamplighter.db'), 'real')
    for (const reset of [false, true]) expect(() => claimFolder(folder, reset)).toThrow('is not the demo’s')
    expect(existsSync(join(folder, 'lamplighter.db'))).toBe(true)
  })

  it('forgets its own data when asked to', () => {
    claimFolder(folder, false)
    writeFileSync(join(folder, 'lamplighter.db'), 'made up')
    claimFolder(folder, false)
    expect(existsSync(join(folder, 'lamplighter.db'))).toBe(true)
    claimFolder(folder, true)
    expect(existsSync(join(folder, 'lamplighter.db'))).toBe(false)
  })
})
