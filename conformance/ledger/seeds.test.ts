import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { dataJson, describeWithData } from './data.ts'

const root = join(dirname(fileURLToPath(import.meta.url)), '../..')

/** All texts of 64 hexadecimal digits under a member whose name speaks of a seed. */
function seedsIn(json: unknown, name = ''): string[] {
  if (typeof json === 'string') return /seed/i.test(name) && /^[0-9a-f]{64}$/.test(json) ? [json] : []
  if (typeof json !== 'object' || json === null) return []
  return Object.entries(json).flatMap(([key, value]) => seedsIn(value, /seed/i.test(name) ? name : key))
}

describeWithData('private test keys', () => {
  it('ledger 41: the seeds of the data folder are nowhere in the product', () => {
    const files = ['own/notes.json', 'own/log-592.json', 'own/witness-dialogue.json']
    const seeds = [...new Set(files.flatMap((file) => seedsIn(dataJson<unknown>(file))))]
    expect(seeds.length).toBeGreaterThanOrEqual(7)
    const forms = seeds.flatMap((seed) => [seed, Buffer.from(seed, 'hex').toString('base64').slice(0, 42)])
    const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: root })
    const holding = String(listed)
      .split('\0')
      .filter((path) => path !== '')
      .filter((path) => {
        const text = readFileSync(join(root, path), 'latin1')
        return forms.some((form) => text.includes(form) || text.includes(form.toUpperCase()))
      })
    expect(holding).toEqual([])
  })
})
