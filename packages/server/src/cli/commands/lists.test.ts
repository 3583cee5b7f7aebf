import { createHash } from 'node:crypto'
import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { initialised, lamplighter, whileServing } from '../testing/command-line.ts'

const ROWS = process.env.LAMPLIGHTER_DEEP === '1' ? 100_000 : 20_000
const rows = ROWS.toLocaleString('en')
/** What a terminal obeys and a file must not hold; a new line is none of it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/

let folder: string
beforeAll(async () => {
  folder = await initialised()
  const digests = Array.from({ length: ROWS }, (_, row) => createHash('sha256').update(`made up ${row}`).digest('hex'))
  writeFileSync(join(folder, 'digests.txt'), `${digests.join('\n')}\n`)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const importInto = (list: string, on: { terminal?: boolean } = {}) =>
  lamplighter(folder, ['lists', 'import', 'digests.txt', '--list', list, '--kind', 'digest', '--harm', 'csea'], {}, on)

describe(`console 33: an import of ${rows} rows (100,000 with LAMPLIGHTER_DEEP=1)`, () => {
  test('shows on a terminal a bar that comes soon, moves, and goes', async () => {
    const { code, out, err } = await importInto('on_a_terminal', { terminal: true })
    expect([code, out]).toEqual([0, `on_a_terminal version 1 is staged: ${ROWS} entries, ${ROWS} added, 0 removed\n`])
    const shown = [...err.matchAll(/\[([#-]{24})\] importing on_a_terminal ([\d,]+) of ([\d,]+) · /g)]
    const shares = shown.map(([, , done = '', total = '']) => numberOf(done) / numberOf(total))
    // A bar comes after half a second at the latest, long before the half of so many rows.
    expect(shares[0]).toBeLessThan(0.5)
    expect(new Set(shares).size).toBeGreaterThan(1)
    expect(shares).toEqual(shares.toSorted((a, b) => a - b))
    expect(err.endsWith('\r\u001b[K')).toBe(true)
  }, 240_000)

  test('says into a file nothing but lines', async () => {
    const { code, out, err } = await whileServing(folder, () => importInto('into_a_file'))
    expect(code).toBe(0)
    expect(out + err).not.toMatch(CONTROL)
    for (const line of err.split('\n').slice(0, -1))
      expect(line).toMatch(/^importing into_a_file [\d,]+ of [\d,]+ · [\d,]+\/s( · \d+ (s|min|h) left)?$/)
  }, 240_000)
})

const numberOf = (words: string): number => Number(words.replaceAll(',', ''))
