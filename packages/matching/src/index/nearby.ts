/** Rows of one answer; beyond that `more` is set, and the count and the nearest rows are still right (matching.md §8.3). */
export const RESULT_ROWS = 4_096

/** The widest search: 0 to 31 through the tables, 32 to 63 by looking at every row (§6.5). */
export const WIDEST = 63

export interface Nearby {
  /** Rows within the distance, nearest first, equal distances by row. */
  readonly rows: Uint32Array
  /** Distance in bits of each row. */
  readonly distances: Uint8Array
  /** All rows within the distance, listed or not. */
  readonly count: number
  readonly more: boolean
}

/** Of rows found anywhere: the nearest first. @param count all that were found, listed or not */
export function nearest(found: { readonly distance: number; readonly row: number }[], count: number): Nearby {
  found.sort((a, b) => a.distance - b.distance || a.row - b.row)
  const listed = found.slice(0, RESULT_ROWS)
  return {
    rows: Uint32Array.from(listed, ({ row }) => row),
    distances: Uint8Array.from(listed, ({ distance }) => distance),
    count,
    more: count > listed.length,
  }
}

/** @throws RangeError `within` is no whole number from 0 to 63 */
export function assertWithin(within: number): void {
  if (!Number.isInteger(within) || within < 0 || within > WIDEST) {
    throw new RangeError(`expected a distance of 0 to ${WIDEST} bits, found ${within}`)
  }
}
