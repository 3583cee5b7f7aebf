import { readFileSync } from 'node:fs'
import * as here from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noBrowser, openBrowser, type Watched } from './support/browser.ts'
import { bundled } from './support/bundle.ts'

const matching = new URL('../../matching/', import.meta.url)
const kernel = readFileSync(new URL('wasm/ring.wasm', matching))
const ROWS = 10_000

/** What an index of 10,000 hashes says of near and far ones, as one text. Runs in the page and in Node alike. */
function answersOf({ buildSegment, compileWasm, createIndex, settle }: typeof here, kernel: Uint8Array, rows: number) {
  const modules = { ring: compileWasm(kernel) }
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 1]
  const word = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return t >>> 0
  }
  const hashes = new Uint8Array(Uint32Array.from({ length: rows * 8 }, word).buffer)
  const index = createIndex(modules, [buildSegment(modules, hashes.subarray(0, 32 * (rows - 3_000)))])
  for (let row = rows - 3_000; row < rows; row += 1) index.add(hashes.subarray(32 * row, 32 * row + 32))
  settle(modules, index)
  index.remove(17)
  const said: string[] = [`${index.rows} rows in ${index.segments.length} segments`]
  for (let i = 0; i < 2_000; i += 1) {
    const row = i === 0 ? 17 : word() % rows
    const query = hashes.slice(32 * row, 32 * row + 32)
    const bits = new Set(Array.from({ length: i % 34 }, () => word() % 256))
    for (const bit of bits) query[bit >>> 3] = (query[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
    const found = index.find(query, i % 40 === 39 ? 47 : i % 32)
    said.push(`${[...found.rows]} at ${[...found.distances]}`)
  }
  return said.join('\n')
}

describe.skipIf(noBrowser)('matching 33: the index in a browser', () => {
  let browser: Watched
  let script: string
  beforeAll(async () => {
    browser = await openBrowser()
    script = await bundled(matching, 'matching')
  })
  afterAll(() => browser.close())

  test('answers from a list of 10,000 entries as Node does, with the same kernel and without shared memory', async () => {
    const { page, context } = await browser.another()
    await page.addScriptTag({
      content: `${script} globalThis.answersOf = ${answersOf}`,
    })
    expect(await page.evaluate(() => typeof SharedArrayBuffer)).toBe('undefined')
    const there = await page.evaluate(
      ([bytes, rows]) =>
        Reflect.get(globalThis, 'answersOf')(Reflect.get(globalThis, 'matching'), Uint8Array.from(bytes), rows),
      [[...kernel], ROWS] as const,
    )
    const said = answersOf(here, kernel, ROWS)
    expect(there).toBe(said)
    expect(said).toContain(`${ROWS - 1} rows in 1 segments`)
    expect(said.split('\n').filter((line) => /^\d/.test(line)).length).toBeGreaterThan(1_000)
    await context.close()
  })
})
