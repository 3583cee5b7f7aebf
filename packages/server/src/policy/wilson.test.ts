import fc from 'fast-check'
import { expect, test } from 'vitest'
import { wilson } from './wilson.ts'

test.each([
  // From the two bounds as solutions of (p - share)² = z² p (1 - p) / n.
  [8, 10, 0.4902, 0.9433],
  [0, 10, 0, 0.2775],
  [10, 10, 0.7225, 1],
  [50, 100, 0.4038, 0.5962],
])('%d of %d lie between %d and %d', (hits, of, low, high) => {
  const found = wilson(hits, of)
  expect(found.low).toBeCloseTo(low, 4)
  expect(found.high).toBeCloseTo(high, 4)
})

test('whatever the numbers, the share lies within, and more of the same narrow it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 1, noNaN: true }), (of, part) => {
      const hits = Math.round(of * part)
      const { low, high } = wilson(hits, of)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
      expect(low - 1e-12).toBeLessThanOrEqual(hits / of)
      expect(high + 1e-12).toBeGreaterThanOrEqual(hits / of)
      const more = wilson(hits * 4, of * 4)
      expect(more.high - more.low).toBeLessThan(high - low)
    }),
  )
})
