import { type Nearby, nearest, RESULT_ROWS } from './nearby.ts'
import type { Segment } from './segments.ts'

/** What some segments hold near many hashes, hash by hash, in few arrays: so it goes from one thread to another without being copied. */
export interface ManyFound {
  /** All rows that are near each hash, listed or not. */
  readonly counts: Uint32Array
  /** Where the rows of each hash begin, and where the last ones end. */
  readonly places: Uint32Array
  /** Rows of the index and their distances, the nearest of each hash first. */
  readonly rows: Uint32Array
  readonly distances: Uint8Array
  /** How often every row of a segment was looked at. */
  readonly flat: number
}

const NOTHING: Nearby = { rows: new Uint32Array(0), distances: new Uint8Array(0), count: 0, more: false }

/** Searches segments one after another, in whichever thread has opened them. @param hashes 32 bytes each, laid end to end */
export function findIn(segments: readonly Segment[], hashes: Uint8Array, within: number): ManyFound {
  const count = hashes.length / 32
  const counts = new Uint32Array(count)
  const places = new Uint32Array(count + 1)
  const parts: Nearby[] = []
  let flat = 0
  for (let i = 0; i < count; i += 1) {
    const found: { distance: number; row: number }[] = []
    for (const segment of segments) {
      const sought = segment.find(hashes.subarray(32 * i, 32 * i + 32), within)
      if (sought.flat) flat += 1
      counts[i] = (counts[i] ?? 0) + sought.count
      for (const key of sought.nearest) found.push({ distance: key >>> 24, row: segment.idOf(key & 0xffffff) })
    }
    if (found.length > 0) parts.push(nearest(found, counts[i] ?? 0))
    places[i + 1] = (places[i] ?? 0) + Math.min(found.length, RESULT_ROWS)
  }
  const rows = new Uint32Array(places[count] ?? 0)
  const distances = new Uint8Array(rows.length)
  let at = 0
  for (const part of parts) {
    rows.set(part.rows, at)
    distances.set(part.distances, at)
    at += part.rows.length
  }
  return { counts, places, rows, distances, flat }
}

/** What was found near each of the hashes. */
export function eachOf({ counts, places, rows, distances }: ManyFound): readonly Nearby[] {
  return Array.from(counts, (count, i) => {
    if (count === 0) return NOTHING
    const [from, to] = [places[i], places[i + 1]]
    return { rows: rows.subarray(from, to), distances: distances.subarray(from, to), count, more: count > RESULT_ROWS }
  })
}

/** What was found of one hash in two places that share no row. */
export function both(one: Nearby, other: Nearby): Nearby {
  if (one.count === 0) return other
  if (other.count === 0) return one
  const found = [one, other].flatMap(({ rows, distances }) =>
    Array.from(rows, (row, place) => ({ row, distance: distances[place] ?? 0 })),
  )
  return nearest(found, one.count + other.count)
}
