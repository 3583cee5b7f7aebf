import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EXAMPLES } from '../test/examples.ts'
import { calibrate } from './calibrate.ts'
import { loadModel, TextError, train } from './index.ts'
import { exp, ln, sigmoid, sqrt } from './numbers.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

describe('training', () => {
  // A digest that another machine can compare: whoever trains gets it, or something depends on where it runs.
  test('text M-1: the same examples in any order give the same bytes', () => {
    const once = train(EXAMPLES)
    expect(sha256(once.weights)).toBe('3c3c0227f4464eae45c673caaaf2cc115ef738520f59387d5b38d4d0a26ecabc')
    expect(sha256(JSON.stringify(once.manifest))).toBe(
      '577eaa1bb050164845ff065637bfbd67285394a0a0d7c2b9f9ea7c51ab965234',
    )
    fc.assert(
      fc.property(fc.shuffledSubarray([...EXAMPLES], { minLength: EXAMPLES.length }), (shuffled) => {
        const again = train(shuffled)
        expect(again.manifest).toEqual(once.manifest)
        expect(Buffer.compare(again.weights, once.weights)).toBe(0)
      }),
      { numRuns: 5 },
    )
    expect(train(EXAMPLES, { seed: 2 }).manifest.bias).not.toBe(once.manifest.bias)
  })

  test('text G13: a model stays under 0.3 MB, however much was said', () => {
    const many = Array.from({ length: 400 }, (_, place) => {
      const buckets = Uint32Array.from({ length: 650 }, (__, at) => (place * 650 + at) % 2 ** 18).sort()
      return {
        ...({ id: String(place).padStart(4, '0'), account: String(place), label: place % 2 === 0 ? 0 : 1 } as const),
        features: { buckets, counts: buckets.map(() => 1), letters: 100 },
      }
    })
    const { weights, manifest } = train(many, { epochs: 1 })
    expect(weights.length).toBeLessThanOrEqual(300_000)
    expect(weights.length).toBeGreaterThan(250_000)
    expect(() => loadModel(weights, manifest)).not.toThrow()
  })

  test('a chance is calibrated: of what is said to be 70 %, about 70 % are', () => {
    const points = Array.from({ length: 2_000 }, (_, place) => {
      const logit = (place % 40) / 4 - 5
      // Logits that are three times too sure of themselves, and shifted.
      const chance = sigmoid(logit / 3 + 0.5)
      return { logit, label: (Math.floor(place / 40) + 0.5) / 50 < chance ? 1 : 0, weight: 1 } as const
    })
    const { slope, shift } = calibrate(points)
    expect(slope).toBeCloseTo(1 / 3, 1)
    expect(shift).toBeCloseTo(0.5, 1)
  })

  test('one label alone, or one account for nearly all, is refused by name', () => {
    const code = (run: () => unknown) => {
      try {
        run()
      } catch (error) {
        return error instanceof TextError ? error.code : error
      }
      return undefined
    }
    expect(code(() => train(EXAMPLES.filter(({ label }) => label === 1)))).toBe('too_few')
    expect(code(() => train([]))).toBe('too_few')
    const alone = EXAMPLES.map((one) => ({ ...one, account: one.label === 1 ? 'one' : one.account }))
    expect(code(() => train(alone))).toBe('too_few')
    expect(code(() => train(EXAMPLES))).toBe(undefined)
  })

  test('bytes that are no model are refused, wherever they end', () => {
    const { weights, manifest } = train(EXAMPLES)
    const refused = (bytes: Uint8Array, more = {}) => {
      expect(() => loadModel(bytes, { ...manifest, ...more })).toThrow(TextError)
    }
    refused(weights.subarray(0, weights.length - 1))
    refused(weights.subarray(0, 2))
    refused(Uint8Array.of(0xff, 0xff, 0xff, 0xff, 1, 1))
    refused(Uint8Array.of(0xff, 0xff, 0x7f, 1, 1))
    // A step that is written longer than any is: it would read as 0.
    refused(Uint8Array.of(0x80, 0x80, 0x80, 0, 1, 1))
    refused(Uint8Array.of(0, 1, 0))
    refused(weights, { featuriser: 'f2' })
  })
})

test('exp, ln and sqrt are those of the language within a few units of the last place', () => {
  const close = (mine: number, theirs: number) =>
    expect(Math.abs(mine - theirs)).toBeLessThanOrEqual(Math.abs(theirs) * 2e-15)
  fc.assert(
    fc.property(fc.double({ min: -700, max: 700, noNaN: true }), (x) => {
      close(exp(x), Math.exp(x))
    }),
    { numRuns: 2_000 },
  )
  fc.assert(
    fc.property(fc.double({ min: 1e-300, max: 1e300, noNaN: true }), (x) => {
      close(sqrt(x), Math.sqrt(x))
      expect(Math.abs(ln(x) - Math.log(x))).toBeLessThanOrEqual(Math.max(1, Math.abs(Math.log(x))) * 2e-15)
    }),
    { numRuns: 2_000 },
  )
  expect([exp(1_000), exp(-1_000), sqrt(0), ln(1)]).toEqual([Number.POSITIVE_INFINITY, 0, 0, 0])
})
