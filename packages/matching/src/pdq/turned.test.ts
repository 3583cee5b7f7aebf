import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawn, kernel } from '../../test/kernel.ts'
import { hashPicture, hashTurned, hashWithVariants } from './hash.ts'
import { turnedUpright } from './orientation.ts'
import { twinOf } from './twin/hash.ts'
import { distanceBits } from './value.ts'
import { VARIANTS } from './variants.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000 : 30

/** What a picture becomes by each tag, and which of its variants is the picture before. */
const TURNS = [
  [2, 'mirrored_y'],
  [3, 'turned_180'],
  [4, 'mirrored_x'],
  [5, 'main_diagonal'],
  [6, 'turned_90'],
  [7, 'other_diagonal'],
  [8, 'turned_270'],
] as const

const side = fc.oneof(
  fc.constantFrom(64, 127, 128, 129, 192, 256, 257, 320, 384, 512, 513, 640),
  fc.integer({ min: 5, max: 700 }),
)
const pictures = fc
  .tuple(side, side, fc.nat(1_000_000), fc.constantFrom<1 | 3 | 4>(1, 3, 4))
  .map(([width, height, seed, channels]) => drawn(width, height, seed, channels))

const hashOf = (hashed: ReturnType<typeof hashTurned>) => ('none' in hashed ? expect.fail('expected a hash') : hashed)

describe.each(['fast', 'exact'] as const)('matching 9: a picture that somebody turned or mirrored, by %s', (name) => {
  test.each(TURNS)('has, after tag %i, the hash of before as %s', (tag, variant) => {
    fc.assert(
      fc.property(pictures, fc.constantFrom('full', 'n512'), (pixels, profile) => {
        const before = hashOf(hashTurned(kernel, pixels, { profile, kernel: name }))
        if (before.quality < 50) return
        const after = hashOf(hashTurned(kernel, turnedUpright(pixels, tag), { profile, kernel: name }))
        const found = after.variants[VARIANTS.indexOf(variant)] ?? expect.fail('expected eight')
        // Rows and columns that change places are added up in another order. Where one pixel serves several places of the grid, some frequencies are
        // zero but for rounding, and their bits mean nothing.
        const isEnlarged = Math.min(pixels.width, pixels.height) < 64
        expect(distanceBits(found, before.pdq)).toBeLessThanOrEqual(isEnlarged ? 31 : 2)
      }),
      { numRuns: RUNS },
    )
  })

  test('its own hash and quality are those of the picture alone', () => {
    fc.assert(
      fc.property(pictures, fc.constantFrom('full', 'n512'), (pixels, profile) => {
        const how = { profile, kernel: name } as const
        const { pdq, quality, variants } = hashOf(hashTurned(kernel, pixels, how))
        expect({ pdq, quality }).toEqual(hashPicture(kernel, pixels, how))
        expect(variants[0]).toBe(pdq)
      }),
      { numRuns: RUNS },
    )
  })
})

test('the mirrored ones by `exact` are those of its twin, bit for bit', () => {
  fc.assert(
    fc.property(pictures, fc.constantFrom(2, 3, 4), (pixels, tag) => {
      const twin = twinOf(turnedUpright(pixels, tag), 'full')
      const variant = TURNS.find(([one]) => one === tag)?.[1] ?? 'original'
      const { variants } = hashOf(hashTurned(kernel, pixels, { kernel: 'exact' }))
      expect(variants[VARIANTS.indexOf(variant)]).toBe('pdq' in twin ? twin.pdq : '')
    }),
    { numRuns: RUNS },
  )
})

test('the variants that the reference makes by signs miss pictures of 256 pixels that were turned by 180°', () => {
  const missed = Array.from({ length: 20 }, (_, seed) => drawn(256, 256, seed, 1)).filter((pixels) => {
    const before = hashOf(hashTurned(kernel, pixels)).pdq
    const { variants } = hashOf(hashWithVariants(kernel, turnedUpright(pixels, 3)))
    return variants.every((one) => distanceBits(one, before) > 31)
  })
  expect(missed.length).toBeGreaterThan(0)
})
