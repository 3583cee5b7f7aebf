import { type Draw, drawFrom } from '../../packages/matching/test/sets.ts'
import { skewedSets, uniformOf } from '../../packages/matching/test/skewed.ts'

// The data of the searching rows, drawn from a seed: sets of hashes, and queries whose right answers are known.

export interface Query {
  readonly hash: Uint8Array
  /** The row it was planted at, and how many bits away. */
  readonly planted?: { readonly row: number; readonly bits: number }
}

export const draw: Draw = drawFrom(13)

/** Uniform hashes, laid end to end. */
export const uniform = (rows: number): Uint8Array => uniformOf(rows, draw)

/** 100 queries planted at each distance from 0 to 31, 320 at 32, 2,880 drawn anew, in an order by chance. */
export function queriesFor(hashes: Uint8Array): readonly Query[] {
  const rows = hashes.length / 32
  const planted = (bits: number): Query => {
    const row = draw.below(rows)
    const hash = hashes.slice(32 * row, 32 * row + 32)
    const turned = new Set<number>()
    while (turned.size < bits) turned.add(draw.below(256))
    for (const bit of turned) hash[bit >>> 3] = (hash[bit >>> 3] ?? 0) ^ (1 << (bit & 7))
    return { hash, planted: { row, bits } }
  }
  const queries = [
    ...Array.from({ length: 3_200 }, (_, i) => planted(i % 32)),
    ...Array.from({ length: 320 }, () => planted(32)),
    ...Array.from({ length: 2_880 }, () => ({ hash: draw.hash() })),
  ]
  for (let i = queries.length - 1; i > 0; i -= 1) {
    const other = draw.below(i + 1)
    const [a, b] = [queries[i], queries[other]]
    if (a === undefined || b === undefined) continue
    queries[i] = b
    queries[other] = a
  }
  return queries
}

/** The sets of matching.md §8.3 that are hard for an index by chunks. */
export const skewed: Readonly<Record<string, (rows: number) => Uint8Array>> = Object.fromEntries(
  Object.entries(skewedSets).map(([name, draws]) => [name, (rows: number) => draws(rows, draw)]),
)
