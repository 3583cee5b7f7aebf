import { describe, expect, test } from 'vitest'
import { shared } from '../../test/kernels.ts'
import { apart, drawFrom, withChunks } from '../../test/sets.ts'
import { crowded, skewedSets } from '../../test/skewed.ts'
import { popcount } from '../pdq/value.ts'
import { createIndex, settle } from './ring.ts'
import { buildSegment } from './segments.ts'

// Sets that are hard for an index by chunks. At a million rows with LAMPLIGHTER_DEEP=1.

const DEEP = process.env.LAMPLIGHTER_DEEP === '1'
const ROWS = DEEP ? 1_000_000 : 60_000
const QUERIES = DEEP ? 120 : 60
const draw = drawFrom(17)

/** Every row within the distance, by looking at each. */
function bruteForce(words: Uint32Array, hash: Uint8Array, within: number): [row: number, distance: number][] {
  const query = new Uint32Array(Uint8Array.from(hash).buffer)
  const found: [number, number][] = []
  for (let at = 0; at < words.length; at += 8) {
    let distance = 0
    for (let i = 0; i < 8 && distance <= within; i += 1) distance += popcount((words[at + i] ?? 0) ^ (query[i] ?? 0))
    if (distance <= within) found.push([at / 8, distance])
  }
  return found.sort(([rowA, a], [rowB, b]) => a - b || rowA - rowB)
}

describe(`matching 17: sets of ${ROWS} rows give the answers of brute force`, () => {
  test.each(Object.entries(skewedSets))(
    '%s',
    (name, draws) => {
      const hashes = draws(ROWS, draw)
      const words = new Uint32Array(hashes.buffer)
      const segment = buildSegment(shared, hashes)
      let found = 0
      for (let asked = 0; asked < QUERIES; asked += 1) {
        // Rows that share what makes the set hard stand at tens.
        const row = 10 * draw.below(ROWS / 10) + (asked % 3 === 0 ? draw.below(10) : 0)
        const query = apart(hashes.subarray(32 * row, 32 * row + 32), asked % 34, draw)
        const within = asked % 5 === 0 ? draw.below(32) : 31
        const right = bruteForce(words, query, within)
        const sought = segment.find(query, within)
        expect(sought.count, name).toBe(right.length)
        expect(rowsOf(sought.nearest)).toEqual(right.map(([at]) => at))
        found += right.length
      }
      expect(found).toBeGreaterThan(QUERIES / 3)
    },
    600_000,
  )

  test('all in one bucket of each table: they are scanned, and each scan is counted', () => {
    const keys = Array.from({ length: 16 }, () => draw.below(65_536))
    const hashes = crowded(ROWS, draw, keys)
    const words = new Uint32Array(hashes.buffer)
    const index = createIndex(shared)
    for (let row = 0; row < ROWS; row += 1) index.add(hashes.subarray(32 * row, 32 * row + 32))
    settle(shared, index, { all: true })
    for (let asked = 1; asked <= QUERIES / 4; asked += 1) {
      const near = withChunks(new Map(keys.map((key, chunk) => [chunk, key])), draw)
      const row = draw.below(ROWS)
      const query = asked % 2 === 0 ? near : apart(hashes.subarray(32 * row, 32 * row + 32), asked, draw)
      const before = index.flatScans
      const right = bruteForce(words, query, 31)
      const found = index.find(query, 31)
      expect([...found.rows]).toEqual(right.map(([at]) => at))
      expect([...found.distances]).toEqual(right.map(([, distance]) => distance))
      // All keys at once: every bucket that is looked at is a full one.
      if (asked % 2 === 0) expect(index.flatScans).toBeGreaterThan(before)
    }
  }, 600_000)
})

/** A segment gives distance and row as one number, in no order. */
const rowsOf = (nearest: ArrayLike<number>): number[] =>
  Array.from(nearest)
    .sort((a, b) => a - b)
    .map((one) => one % 2 ** 24)
