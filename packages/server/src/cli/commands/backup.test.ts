import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

let folder: string
beforeEach(async () => {
  folder = await initialised()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

// Each command opens the whole product, which takes a while where other work keeps the machine busy.
describe('backup and restore', { timeout: 120_000 }, () => {
  it('platform P-35: a restored server is quiet until somebody resumes, and has what the copy had', async () => {
    expect((await lamplighter(folder, ['backup', 'copy'])).code).toBe(0)
    await lamplighter(folder, ['people', 'invite', 'Later'])
    const restored = await lamplighter(folder, ['restore', 'copy', '--yes', '--json'])
    expect(restored.code).toBe(0)
    const { before } = JSON.parse(restored.out) as { before: string }
    expect(readdirSync(before)).toContain('lamplighter.db')

    await whileServing(folder, async () => {
      expect((await lamplighter(folder, ['people', 'list'])).out).not.toContain('Later')
      const asked = await lamplighter(folder, ['restore', 'resume'])
      expect(asked.code).toBe(2)
      expect(asked.out).toContain('As of then: 1 people')
      const resumed = await lamplighter(folder, ['restore', 'resume', '--yes'])
      expect([resumed.code, resumed.err]).toEqual([0, ''])
      expect(resumed.out).toContain('Resumed.')
      expect((await lamplighter(folder, ['restore', 'resume', '--yes'])).out).toContain('Nothing is held back')
    })
  })

  it('refuses a backup with one byte changed, one file more, or into a folder that is not empty', async () => {
    await lamplighter(folder, ['backup', 'copy'])
    expect((await lamplighter(folder, ['backup', 'copy'])).code).toBe(1)
    writeFileSync(join(folder, 'copy', 'stranger'), 'x')
    expect((await lamplighter(folder, ['restore', 'copy', '--yes'])).err).toContain('stranger is not part')
    rmSync(join(folder, 'copy', 'stranger'))
    const path = join(folder, 'copy', 'lamplighter.db')
    const bytes = readFileSync(path)
    bytes[bytes.length - 1] = (bytes[bytes.length - 1] ?? 0) ^ 1
    writeFileSync(path, bytes)
    const { code, err } = await lamplighter(folder, ['restore', 'copy', '--yes'])
    expect(code).toBe(1)
    expect(err).toContain('lamplighter.db is missing or not as it was')
    expect((await lamplighter(folder, ['people', 'list'])).out).toContain('R-1')
  })

  it('a backup holds no key', async () => {
    await lamplighter(folder, ['backup', 'copy'])
    expect(readdirSync(join(folder, 'copy')).sort()).toEqual(['lamplighter.db', 'manifest.json'])
    expect(readdirSync(join(folder, 'copy-keyring'))).toEqual(['keyring.db'])
  })

  it('reset deletes everything', async () => {
    expect((await lamplighter(folder, ['reset'])).code).toBe(2)
    expect((await lamplighter(folder, ['reset', '--yes'])).code).toBe(0)
    expect(readdirSync(folder)).toEqual(['lamplighter.env'])
  })
})
