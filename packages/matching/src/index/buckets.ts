import { type Segment, TABLES } from './segments.ts'

/** Keys of one table: every value of a chunk of 16 bits. */
const KEYS = 65_536

/** Buckets that hold about as many rows: 0, 1, 2 to 3, 4 to 7, and so on. */
export interface BucketClass {
  readonly from: number
  readonly to: number
  readonly buckets: number
  /** The share of all places that lie in them. */
  readonly rows: number
}

export interface BucketSizes {
  /** Hashes in segments with tables. */
  readonly rows: number
  readonly segments: number
  readonly largest: number
  /** What each bucket would hold if all were alike. */
  readonly uniform: number
  readonly sizes: readonly BucketClass[]
}

/** How many rows the buckets of these segments hold: what makes lookups slow, and nothing of what is in them (matching.md §8.3). */
export function bucketSizes(segments: readonly Segment[]): BucketSizes {
  const tabled = segments.filter(({ layout }) => layout.tables)
  const counts: { buckets: number; places: number }[] = []
  let largest = 0
  for (const { memory, layout } of tabled) {
    for (let table = 0; table < TABLES; table += 1) {
      const starts = new Uint32Array(memory.buffer, layout.start + table * 4 * (KEYS + 1), KEYS + 1)
      for (let key = 0; key < KEYS; key += 1) {
        const size = (starts[key + 1] ?? 0) - (starts[key] ?? 0)
        // Of 32 bits, those that a size needs: 0, 1, then one more for each doubling.
        const place = 32 - Math.clz32(size)
        counts[place] ??= { buckets: 0, places: 0 }
        counts[place].buckets += 1
        counts[place].places += size
        largest = Math.max(largest, size)
      }
    }
  }
  const rows = tabled.reduce((sum, segment) => sum + segment.rows, 0)
  const places = TABLES * rows
  return {
    ...{ rows, segments: tabled.length, largest },
    uniform: tabled.length === 0 ? 0 : places / (tabled.length * TABLES * KEYS),
    sizes: Array.from(counts, (held, place) => ({
      ...{ from: place === 0 ? 0 : 2 ** (place - 1), to: place === 0 ? 0 : 2 ** place - 1 },
      ...{ buckets: held?.buckets ?? 0, rows: places === 0 ? 0 : (held?.places ?? 0) / places },
    })),
  }
}
