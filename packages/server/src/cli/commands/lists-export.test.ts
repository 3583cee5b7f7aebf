import { createHash } from 'node:crypto'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

const TERMS = { name: 'x', share: false, device: false, feedback: 'none', harms: ['malware'] } as const
const TEXT = 'value,note\na.example,"one, two"\nb.example,\n'

let folder: string
beforeAll(async () => {
  folder = await initialised()
  await whileServing(folder, async ({ library }) => {
    for (const mayLeave of [true, false]) {
      const id = mayLeave ? 'shops' : 'kept_here'
      const facts = { id, kind: 'domain', harm: 'malware', sealed: false, context: false, source: 'a town' } as const
      await library.import({
        facts: { ...facts, staleAfterMs: null, terms: { ...TERMS, export: mayLeave } },
        ...{ text: TEXT, contentType: 'text/csv', by: 'operator', live: true },
      })
    }
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = (...words: string[]) => lamplighter(folder, ['lists', 'export', ...words])
const read = (name: string): string => readFileSync(join(folder, name), 'utf8')

describe('lists export', () => {
  test('writes a file that its manifest describes, with a server and without one', async () => {
    for (const [name, ran] of [
      ['alone.csv', await run('shops', 'alone.csv')],
      ['served.csv', await whileServing(folder, () => run('shops', 'served.csv'))],
    ] as const) {
      expect([ran.code, ran.err]).toEqual([0, ''])
      expect(ran.out).toContain('shops version 1: 2 entries in ')
      const manifest = JSON.parse(read(`${name}.manifest.json`))
      expect(manifest).toMatchObject({
        ...{ format: 'lamplighter-hashes/1', list: 'shops', rows: 2 },
        sha256: createHash('sha256').update(read(name)).digest('hex'),
      })
      expect(read(name)).toContain('a.example,,,,,,,"one, two"')
    }
  })

  test('matching 30: writes nothing where the terms forbid it, nor over a file that is there', async () => {
    expect(await run('kept_here', 'no.csv')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('terms') })
    expect(existsSync(join(folder, 'no.csv')) || existsSync(join(folder, 'no.csv.manifest.json'))).toBe(false)
    const before = read('alone.csv')
    expect(await run('shops', 'alone.csv')).toMatchObject({
      code: 2,
      err: expect.stringContaining('is there already'),
    })
    expect(read('alone.csv')).toBe(before)
  })
})
