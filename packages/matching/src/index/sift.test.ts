import { expect, test } from 'vitest'
import { shared } from '../../test/kernels.ts'
import { drawFrom, placeOf, withBits, withChunks } from '../../test/sets.ts'
import { buildSegment } from './segments.ts'

// A bucket is looked at 32 places at a time, and the last look goes back over places that were seen.

/** Bits that differ in each chunk, so that of the 16 tables only the first finds the row, 31 bits away. */
const spreads = {
  'the same key': [0, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
  'a key one bit off': [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2],
}

test.each(Object.entries(spreads))(
  'matching 18: each row of a bucket is found once, whatever its size: %s',
  (_, bits) => {
    const draw = drawFrom(23)
    expect(bits.reduce((sum, count) => sum + count, 0)).toBe(31)
    const others = Array.from({ length: 2_000 }, () => draw.hash())
    const turned = bits.flatMap((count, chunk) => Array.from({ length: count }, (_, bit) => placeOf(chunk, bit)))
    for (let size = 1; size <= 132; size += size < 70 ? 1 : 31) {
      const bucket = Array.from({ length: size }, () => withChunks(new Map([[0, 4_711]]), draw))
      const segment = buildSegment(shared, Uint8Array.from([...bucket, ...others].flatMap((hash) => [...hash])))
      for (const [row, hash] of bucket.entries()) {
        const { count, nearest, flat } = segment.find(withBits(hash, turned), 31)
        expect([count, [...nearest], flat], `row ${row} of ${size}`).toEqual([1, [(31 << 24) | row], false])
      }
    }
  },
  60_000,
)
