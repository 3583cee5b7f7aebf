import { type Nearby, nearest } from './nearby.ts'
import type { Segment } from './segments.ts'

/** What some segments hold near one hash: rows of the index under their distances, the nearest of them, in no order. */
export interface FoundIn {
  readonly rows: Uint32Array
  readonly distances: Uint8Array
  /** All that are near, listed or not. */
  readonly count: number
  /** Segments of which every row was looked at. */
  readonly flat: number
}

const NOWHERE = { rows: new Uint32Array(0), distances: new Uint8Array(0) } as const

/**
 * Searches segments one after another, in whichever thread has opened them.
 *
 * @param after only what is farther than this, or as far and of a higher row, is listed
 */
export function findIn(
  segments: readonly Segment[],
  hash: Uint8Array,
  within: number,
  after?: { readonly distance: number; readonly row: number },
): FoundIn {
  let [count, flat] = [0, 0]
  const rows: number[] = []
  const distances: number[] = []
  for (const segment of segments) {
    const sought = segment.find(hash, within, after)
    if (sought.flat) flat += 1
    count += sought.count
    for (const key of sought.nearest) {
      rows.push(segment.idOf(key & 0xffffff))
      distances.push(key >>> 24)
    }
  }
  if (rows.length === 0) return { ...NOWHERE, count, flat }
  return { rows: Uint32Array.from(rows), distances: Uint8Array.from(distances), count, flat }
}

/** What was found in several places. @param count all that were found, listed or not */
export function inOrder(parts: readonly FoundIn[], count: number): Nearby {
  const found = parts.flatMap(({ rows, distances }) =>
    Array.from(rows, (row, place) => ({ row, distance: distances[place] ?? 0 })),
  )
  return nearest(found, count)
}
