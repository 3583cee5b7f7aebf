import fc from 'fast-check'
import { expect, test } from 'vitest'
import { piecesOf } from './pieces.ts'

const sizesOf = (count: number, threads: number): number[] =>
  piecesOf(new Uint8Array(32 * count), threads).map(({ length }) => length / 32)

test('pieces are the hashes, in their order, and none is empty or longer than 256', () => {
  fc.assert(
    fc.property(fc.nat({ max: 1_500 }), fc.integer({ min: 1, max: 4 }), (count, threads) => {
      const hashes = Uint8Array.from({ length: 32 * count }, (_, i) => (i * 7) & 255)
      const pieces = piecesOf(hashes, threads)
      expect(Buffer.concat(pieces).equals(hashes)).toBe(true)
      for (const { length } of pieces) expect(length % 32 === 0 && length > 0 && length <= 32 * 256).toBe(true)
    }),
  )
})

test('the last pieces are small, so that two threads end at nearly the same time', () => {
  for (const count of [6_400, 6_401, 1_000, 257]) {
    // Whichever has done less takes the next piece.
    const done = [0, 0]
    for (const size of sizesOf(count, 2)) {
      const place = (done[0] ?? 0) <= (done[1] ?? 0) ? 0 : 1
      done[place] = (done[place] ?? 0) + size
    }
    expect(Math.abs((done[0] ?? 0) - (done[1] ?? 0))).toBeLessThanOrEqual(32)
  }
})

test('a batch that is only just one is not cut into crumbs', () => {
  expect(sizesOf(256, 2)).toEqual([32, 32, 32, 32, 32, 32, 32, 32])
  expect(sizesOf(0, 2)).toEqual([])
})
