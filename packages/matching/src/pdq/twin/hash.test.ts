import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { turnedUpright } from '../orientation.ts'
import type { Pixels } from '../pixels.ts'
import { bitsSet, distanceBits } from '../value.ts'
import { VARIANTS } from '../variants.ts'
import { blurredGrid } from './blur.ts'
import { twinOf } from './hash.ts'
import { lumaRows } from './luma.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 500 : 15

/** Soft blobs: something to see at low frequencies, different for each seed. */
function drawn(width: number, height: number, seed: number, channels: 1 | 3 | 4 = 3): Pixels {
  const data = new Uint8Array(width * height * channels)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      for (let c = 0; c < channels; c += 1) {
        const wave = Math.sin((x / width) * (5 + (seed % 7)) + c) * Math.cos((y / height) * (3 + (seed % 5)) + seed)
        data[(y * width + x) * channels + c] = c === 3 ? 255 : Math.round(127 + 120 * wave + ((x * 31 + y * 17) % 8))
      }
    }
  }
  return { width, height, channels, data }
}

describe('the streamed blur', () => {
  test('gives what a plain one over whole planes gives, for every size and window', () => {
    const side = fc.integer({ min: 5, max: 300 })
    fc.assert(
      fc.property(side, side, fc.nat(1000), fc.constantFrom(1, 3, 4), (width, height, seed, channels) => {
        const pixels = drawn(width, height, seed, channels as 1 | 3 | 4)
        expect([...blurredGrid(lumaRows(pixels, 'full'))]).toEqual(plainGrid(pixels).flat())
        expect(twinOf(pixels, 'full')).toMatchObject(plainHash(pixels))
      }),
      { numRuns: RUNS },
    )
  })

  test('sets exactly half of the bits of a picture with something to see', () => {
    const hashed = twinOf(drawn(300, 200, 1), 'full')
    expect('pdq' in hashed && bitsSet(hashed.pdq)).toBe(128)
  })
})

describe('what has no hash', () => {
  test.each([
    [4, 300],
    [300, 4],
    [4, 4],
  ])('a picture of %i × %i is too small', (width, height) => {
    expect(twinOf(drawn(width, height, 1), 'full')).toEqual({ none: 'too_small' })
  })

  test('a flat picture has quality 0, so that nothing is believed of it', () => {
    const flat = { width: 100, height: 80, channels: 3, data: new Uint8Array(24_000).fill(99) } as const
    expect(twinOf(flat, 'full')).toMatchObject({ quality: 0 })
  })

  test('pixels that do not fit their size are refused', () => {
    const cut = { width: 100, height: 80, channels: 3, data: new Uint8Array(23_999) } as const
    expect(() => twinOf(cut, 'full')).toThrow('expected 24000 bytes of pixels, found 23999')
  })
})

test('a picture of 64 × 64 is hashed without blur', () => {
  const pixels = drawn(64, 64, 3)
  expect(twinOf(pixels, 'full')).toMatchObject(plainHash(pixels))
})

test('n512 leaves small pictures as they are and samples large ones', () => {
  const small = drawn(512, 100, 2)
  expect(twinOf(small, 'n512')).toEqual(twinOf(small, 'full'))
  const large = drawn(1024, 700, 2)
  const sampled = { width: 512, height: 512, channels: 3, data: new Uint8Array(512 * 512 * 3) } as const
  for (let y = 0; y < 512; y += 1) {
    for (let x = 0; x < 512; x += 1) {
      const from = (Math.floor((y * 700) / 512) * 1024 + 2 * x) * 3
      sampled.data.set(large.data.subarray(from, from + 3), (y * 512 + x) * 3)
    }
  }
  expect(twinOf(large, 'n512')).toEqual(twinOf(sampled, 'full'))
})

test('the eight variants are near the hashes of truly turned pictures', () => {
  const pixels = drawn(320, 240, 4)
  const made = twinOf(pixels, 'full')
  if ('none' in made) throw new Error('expected a hash')
  // What EXIF shows for these tags is the picture turned or mirrored: 3 is 180°, 4 upside down, 2 left to right.
  const turned = { 3: 'turned_180', 4: 'mirrored_x', 2: 'mirrored_y', 5: 'main_diagonal' } as const
  for (const [tag, name] of Object.entries(turned)) {
    const hashed = twinOf(turnedUpright(pixels, Number(tag)), 'full')
    const variant = made.variants[VARIANTS.indexOf(name)]
    if ('none' in hashed || variant === undefined) throw new Error('expected a hash')
    expect(distanceBits(hashed.pdq, variant), name).toBeLessThanOrEqual(31)
  }
})

/** Steps 1, 4 and 5 of matching.md §6.1 over whole planes, written without a thought for memory. */
function plainGrid({ width, height, channels, data }: Pixels): number[][] {
  const f = Math.fround
  let plane = Array.from({ length: width * height }, (_, at) => {
    const [r = 0, g = 0, b = 0] = data.subarray(at * channels, at * channels + 3)
    if (channels === 1) return r
    return f(f(f(f(0.299) * r) + f(f(0.587) * g)) + f(f(0.114) * b))
  })
  if (width !== 64 || height !== 64) {
    for (let pass = 0; pass < 2; pass += 1) {
      for (let y = 0; y < height; y += 1) {
        plane.splice(y * width, width, ...plainBox(plane.slice(y * width, (y + 1) * width)))
      }
      const columns = Array.from({ length: width }, (_, x) =>
        plainBox(Array.from({ length: height }, (_v, y) => plane[y * width + x] ?? 0)),
      )
      plane = plane.map((_, at) => columns[at % width]?.[Math.floor(at / width)] ?? 0)
    }
  }
  return Array.from({ length: 64 }, (_, i) =>
    Array.from({ length: 64 }, (_v, j) => {
      const at = Math.floor(((i + 0.5) * height) / 64) * width + Math.floor(((j + 0.5) * width) / 64)
      return plane[at] ?? 0
    }),
  )
}

/** The other steps, on that grid. */
function plainHash(pixels: Pixels): object {
  const f = Math.fround
  const grid = plainGrid(pixels)
  const d = Array.from({ length: 16 }, (_, i) =>
    Array.from({ length: 64 }, (_v, j) => f(f(Math.sqrt(2 / 64)) * Math.cos((Math.PI / 128) * (i + 1) * (2 * j + 1)))),
  )
  const sum = (terms: number[]) => terms.reduce((total, term) => f(total + term), 0)
  const da = d.map((row) => grid[0]?.map((_, j) => sum(row.map((v, k) => f(v * (grid[k]?.[j] ?? 0))))) ?? [])
  const b = da.flatMap((row) => d.map((other) => sum(row.map((v, k) => f(v * (other[k] ?? 0))))))
  const median = [...b].sort((x, y) => x - y)[127] ?? 0
  const bits = b.map((v) => (v > median ? 1n : 0n)).reduce((all, bit, at) => all | (bit << BigInt(at)), 0n)
  const pairs = grid.flatMap((row, i) =>
    row.flatMap((v, j) => [...(i < 63 ? [[v, grid[i + 1]?.[j] ?? 0]] : []), ...(j < 63 ? [[v, row[j + 1] ?? 0]] : [])]),
  )
  const steps = pairs.map(([u = 0, v = 0]) => Math.abs(Math.trunc(f(f(f(u - v) * 100) / 255))))
  const quality = Math.min(100, Math.floor(steps.reduce((total, step) => total + step, 0) / 90))
  return { pdq: bits.toString(16).padStart(64, '0'), quality }
}

function plainBox(line: readonly number[]): number[] {
  const n = line.length
  const window = Math.ceil(n / 128)
  const half = Math.floor((window + 2) / 2)
  const out: number[] = []
  let sum = 0
  let count = 0
  let right = 0
  let left = 0
  const add = () => {
    sum = Math.fround(sum + (line[right++] ?? 0))
  }
  const drop = () => {
    sum = Math.fround(sum - (line[left++] ?? 0))
  }
  for (let i = 0; i < half - 1; i += 1, count += 1) add()
  for (let i = 0; i < window - half + 1; i += 1) {
    add()
    count += 1
    out.push(Math.fround(sum / count))
  }
  for (let i = 0; i < n - window; i += 1) {
    add()
    drop()
    out.push(Math.fround(sum / count))
  }
  for (let i = 0; i < half - 1; i += 1) {
    drop()
    count -= 1
    out.push(Math.fround(sum / count))
  }
  return out
}
