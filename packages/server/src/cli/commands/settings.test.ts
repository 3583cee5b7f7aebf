import { rmSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { initialised, lamplighter } from '../testing/command-line.ts'

let folder: string
beforeAll(async () => {
  folder = await initialised()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const set = (...line: string[]) => lamplighter(folder, ['settings', 'set', ...line, '--reason', 'try'])

describe('settings set', { timeout: 120_000 }, () => {
  it('refuses a wrong value with the name of the setting, what it takes and an example that it takes', async () => {
    const refused = await set('platform.country', 'germany')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('platform.country: expected two capital letters (ISO 3166-1)')
    expect(refused.err).toContain('for example GB')
    expect((await set('platform.country', 'GB')).code).toBe(0)
  })

  it('refuses a name that is none with those that are', async () => {
    const refused = await set('platform.land', 'GB')
    expect(refused.code).toBe(1)
    expect(refused.err).toContain('expected one of platform.name, platform.country')
  })
})
