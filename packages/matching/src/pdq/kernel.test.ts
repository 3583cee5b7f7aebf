import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawn, kernel, pdqModule } from '../../test/kernel.ts'
import { instanceOf } from '../wasm.ts'
import { hashPicture, hashWithVariants } from './hash.ts'
import { PdqKernel } from './kernel.ts'
import type { Pixels } from './pixels.ts'
import { twinGrid, twinOf } from './twin/hash.ts'
import { distanceBits } from './value.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 2_000 : 40
const PROFILES = ['full', 'n512'] as const

const raw = instanceOf(pdqModule, ['begin', 'wanted', 'firstWanted', 'taken', 'gridAt'])

/** The 64 × 64 values behind the hash. */
function gridOf({ width, height, channels, data }: Pixels, exact: boolean): Float32Array {
  const { call, memory } = raw
  const strip = call.begin(Number(exact), 0, width, height, channels)
  for (let rows = call.wanted(); rows > 0; rows = call.wanted()) {
    const from = call.firstWanted() * width * channels
    new Uint8Array(memory.buffer).set(data.subarray(from, from + rows * width * channels), strip)
    call.taken()
  }
  return new Float32Array(memory.buffer, call.gridAt(), 64 * 64).slice()
}

const side = fc.oneof(fc.integer({ min: 1, max: 140 }), fc.integer({ min: 1, max: 700 }))
const pictures = fc
  .tuple(side, side, fc.nat(1_000_000), fc.constantFrom<1 | 3 | 4>(1, 3, 4))
  .map(([width, height, seed, channels]) => drawn(width, height, seed, channels))

describe('the exact kernel', () => {
  test('gives what its twin gives, bit for bit, in a memory that has just grown to its need', () => {
    fc.assert(
      fc.property(pictures, (pixels) => {
        const fresh = new PdqKernel(pdqModule)
        for (const profile of PROFILES) {
          expect(hashWithVariants(fresh, pixels, { profile, kernel: 'exact' })).toEqual(twinOf(pixels, profile))
        }
        if (pixels.width >= 5 && pixels.height >= 5) {
          expect(gridOf(pixels, true)).toEqual(twinGrid(pixels, 'full'))
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('does not see what lies behind the last row, nor what the picture before has left', () => {
    const pixels = drawn(129, 131, 5)
    const hash = hashPicture(new PdqKernel(pdqModule), pixels, { kernel: 'exact' })
    hashPicture(kernel, { ...drawn(300, 300, 6), data: new Uint8Array(300 * 300 * 3).fill(255) }, { kernel: 'exact' })
    expect(hashPicture(kernel, pixels, { kernel: 'exact' })).toEqual(hash)
  })
})

describe('the fast kernel', () => {
  test('gives the hash of the exact one, and its quality but for one', () => {
    fc.assert(
      fc.property(pictures, (pixels) => {
        const fresh = new PdqKernel(pdqModule)
        for (const profile of PROFILES) {
          const [fast, exact] = [hashPicture(fresh, pixels, { profile }), twinOf(pixels, profile)]
          if ('none' in exact || 'none' in fast) expect(fast).toEqual(exact)
          else {
            if (exact.quality >= 50) expect(distanceBits(fast.pdq, exact.pdq)).toBe(0)
            expect(Math.abs(fast.quality - exact.quality)).toBeLessThanOrEqual(1)
          }
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('sums without error: its grid is the exact one but for the rounding of that', () => {
    // Sides around the places where windows grow, and where 16 bits are full.
    for (const [width, height] of [
      [128, 129],
      [130, 256],
      [257, 2047],
      [2049, 2048],
      [2050, 320],
      [90, 4_300],
    ] as const) {
      const pixels = drawn(width, height, width, 3)
      const exact = gridOf(pixels, true)
      const most = gridOf(pixels, false).reduce(
        (far, value, at) => Math.max(far, Math.abs(value - (exact[at] ?? 0))),
        0,
      )
      expect(most, `${width} × ${height}`).toBeLessThan(0.004)
    }
  })

  test('asks the exact one where bits hang on rounding: a picture that is its own mirror image', () => {
    const half = drawn(150, 200, 3, 1)
    const data = new Uint8Array(300 * 200)
    for (let at = 0; at < data.length; at += 1) {
      const [x, y] = [at % 300, Math.floor(at / 300)]
      data[at] = half.data[y * 150 + Math.min(x, 299 - x)] ?? 0
    }
    const mirror = { width: 300, height: 200, channels: 1, data } as const
    expect(hashPicture(kernel, mirror)).toEqual(hashPicture(kernel, mirror, { kernel: 'exact' }))
  })
})

describe('what is no picture to hash', () => {
  test.each([
    [4, 300],
    [300, 4],
    [0, 0],
  ])('%i × %i is too small', (width, height) => {
    const pixels = { width, height, channels: 3, data: new Uint8Array(width * height * 3) } as const
    for (const name of ['fast', 'exact'] as const) {
      expect(hashPicture(kernel, pixels, { kernel: name })).toEqual({ none: 'too_small' })
    }
  })

  test('pixels that do not fit their size are refused', () => {
    const cut = { width: 100, height: 80, channels: 3, data: new Uint8Array(23_999) } as const
    expect(() => hashPicture(kernel, cut)).toThrow('expected 24000 bytes of pixels, found 23999')
  })

  test('a side of more than 32,768 pixels is refused, and the next picture is hashed', () => {
    const long = { width: 32_769, height: 5, channels: 1, data: new Uint8Array(32_769 * 5) } as const
    expect(() => hashPicture(kernel, long)).toThrow('at most 32,768 a side')
    const pixels = drawn(70, 70, 1)
    expect(hashPicture(kernel, pixels)).toMatchObject({ pdq: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  test('another module is not taken for the kernels', () => {
    const empty = new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]))
    expect(() => new PdqKernel(empty)).toThrow('found another module')
  })
})

test('a picture of 100 megapixels takes less than 16 MiB, whichever way it lies', () => {
  for (const exact of [0, 1]) {
    for (const [width, height] of [
      [30_000, 3_333],
      [3_333, 30_000],
      [10_000, 10_000],
    ] as const) {
      const { call, memory } = instanceOf(pdqModule, ['begin'])
      expect(call.begin(exact, 0, width, height, 4)).toBeGreaterThan(0)
      expect(memory.buffer.byteLength).toBeLessThan(16 * 1024 * 1024)
    }
  }
})

test('a picture of 30,000 × 120 pixels is hashed like by the twin', () => {
  for (const pixels of [drawn(30_000, 120, 1, 1), drawn(120, 30_000, 2, 1)]) {
    const twin = twinOf(pixels, 'full')
    expect(hashWithVariants(kernel, pixels, { kernel: 'exact' })).toEqual(twin)
    expect(hashPicture(kernel, pixels)).toMatchObject({ pdq: 'pdq' in twin ? twin.pdq : '' })
  }
})
