import { expect, test } from 'vitest'
import { shared } from '../../test/kernels.ts'
import { drawFrom } from '../../test/sets.ts'
import { skewedSets } from '../../test/skewed.ts'
import { bucketSizes } from './buckets.ts'
import { buildSegment, Segment } from './segments.ts'

const draw = drawFrom(29)

test.each(Object.entries(skewedSets))('sizes of buckets are those that counting every chunk gives: %s', (_, draws) => {
  const segments = [3_000, 700].map((rows) => buildSegment(shared, draws(rows, draw)))
  const sizes = segments.flatMap(({ hashes }) =>
    Array.from({ length: 16 }, (_, chunk) => {
      const counted = new Map<number, number>()
      for (let at = 2 * chunk; at < hashes.length; at += 32) {
        const key = (hashes[at] ?? 0) + 256 * (hashes[at + 1] ?? 0)
        counted.set(key, (counted.get(key) ?? 0) + 1)
      }
      return [...counted.values()]
    }).flat(),
  )
  const found = bucketSizes(segments)
  expect(found).toMatchObject({ rows: 3_700, segments: 2, largest: Math.max(...sizes) })
  expect(found.uniform).toBeCloseTo(3_700 / (2 * 65_536))
  for (const { from, to, buckets, rows } of found.sizes.slice(1)) {
    const own = sizes.filter((size) => size >= from && size <= to)
    expect([from, buckets]).toEqual([from, own.length])
    expect(rows).toBeCloseTo(own.reduce((sum, size) => sum + size, 0) / (16 * 3_700))
  }
  expect(found.sizes[0]).toEqual({ from: 0, to: 0, buckets: 2 * 16 * 65_536 - sizes.length, rows: 0 })
})

test('rows without tables have no buckets', () => {
  const fresh = Segment.make(shared, 10, { tables: false })
  expect(bucketSizes([fresh])).toEqual({ rows: 0, segments: 0, largest: 0, uniform: 0, sizes: [] })
})
