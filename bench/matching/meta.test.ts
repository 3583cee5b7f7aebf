import { readFileSync } from 'node:fs'
import { afterAll, expect, test } from 'vitest'
import { compileWasm, hashPicture, PdqKernel, type Pixels } from '../../packages/matching/src/index.ts'
import { metaPdq } from './meta.ts'
import { pictures } from './pictures.ts'

const meta = metaPdq()
const missing = 'missing' in meta ? meta.missing : undefined
afterAll(() => 'close' in meta && meta.close())
if (missing !== undefined && process.env.LAMPLIGHTER_PEERS === 'required') throw new Error(`no reference: ${missing}`)
if (missing !== undefined) console.warn(`SKIPPED matching C-7: ${missing}`)

const CROPS = process.env.LAMPLIGHTER_DEEP === '1' ? 10_000 : 500
const BATCH = 250

const file = new URL('../../packages/matching/wasm/pdq.wasm', import.meta.url)
const kernel = new PdqKernel(compileWasm(readFileSync(file)))

/** A part of one of the pictures, of a size and at a place that the number decides. */
function cropOf(n: number): Pixels {
  const { width, height, channels, data } = pictures()[n % 3] ?? expect.fail('expected a picture')
  const of = (most: number, prime: number) => Math.floor((((n + 1) * prime) % 99_991) * (most / 99_991))
  const w = 5 + of(Math.min(width, 700) - 4, 7_919)
  const h = 5 + of(Math.min(height, 700) - 4, 31_337)
  const start = of(height - h + 1, 15_485_863) * width + of(width - w + 1, 49_979)
  const part = new Uint8Array(w * h * channels)
  for (let y = 0; y < h; y += 1) {
    const from = (start + y * width) * channels
    part.set(data.subarray(from, from + w * channels), y * w * channels)
  }
  return { width: w, height: h, channels, data: part }
}

test('a crop is a part of its picture, and no two of the first hundred are the same', () => {
  const crops = Array.from({ length: 100 }, (_, n) => cropOf(n))
  for (const { width, height, channels, data } of crops) {
    expect(Math.min(width, height)).toBeGreaterThanOrEqual(5)
    expect(data.length).toBe(width * height * channels)
  }
  expect(new Set(crops.map(({ width, height }) => `${width} ${height}`)).size).toBe(100)
})

// What is not here is no test: no run may leave one out.
if (!('missing' in meta))
  test(`matching C-7: ${CROPS} crops have the hash and quality of Meta’s C++ by the exact kernel`, {
    timeout: 1_800_000,
  }, () => {
    for (let first = 0; first < CROPS; first += BATCH) {
      const crops = Array.from({ length: BATCH }, (_, at) => cropOf(first + at))
      meta.read(crops)
      const theirs = meta.hashes()
      const ours = crops.map((crop) => {
        const hashed = hashPicture(kernel, crop, { kernel: 'exact' })
        return 'none' in hashed ? hashed.none : `${hashed.pdq} ${hashed.quality}`
      })
      expect(ours).toEqual(theirs)
    }
  })
