import { type Draw, drawFrom, withChunks } from '../../packages/matching/test/sets.ts'

// The data of the searching rows, drawn from a seed: sets of hashes, and queries whose right answers are known.

export interface Query {
  readonly hash: Uint8Array
  /** The row it was planted at, and how many bits away. */
  readonly planted?: { readonly row: number; readonly bits: number }
}

export const draw: Draw = drawFrom(13)

/** Uniform hashes, laid end to end. */
export function uniform(rows: number): Uint8Array {
  const hashes = new Uint8Array(32 * rows)
  const words = new Uint32Array(hashes.buffer)
  for (let i = 0; i < words.length; i += 1) words[i] = draw.below(2 ** 32)
  return hashes
}

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
export const skewed: Readonly<Record<string, (rows: number) => Uint8Array>> = {
  'near-duplicates': (rows) => {
    const hashes = uniform(rows)
    for (let row = 0; row < rows; row += 1) {
      const centre = row - (row % 10)
      if (row === centre) continue
      hashes.copyWithin(32 * row, 32 * centre, 32 * centre + 32)
      for (let i = 0; i < 20; i += 1) {
        const bit = draw.below(256)
        const at = 32 * row + (bit >>> 3)
        hashes[at] = (hashes[at] ?? 0) ^ (1 << (bit & 7))
      }
    }
    return hashes
  },
  '10 % share a chunk': (rows) => shared(rows, 10, () => new Map([[3, 7]])),
  'half from 256 values': (rows) =>
    shared(rows, 2, () => new Map(Array.from({ length: 16 }, (_, chunk) => [chunk, draw.below(256) * 257]))),
  '10 % share two neighbours': (rows) =>
    shared(
      rows,
      10,
      () =>
        new Map([
          [3, 7],
          [4, 9],
        ]),
    ),
}

function shared(rows: number, every: number, chunks: () => ReadonlyMap<number, number>): Uint8Array {
  const hashes = uniform(rows)
  for (let row = 0; row < rows; row += every) hashes.set(withChunks(chunks(), draw), 32 * row)
  return hashes
}
