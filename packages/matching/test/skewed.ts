import { type Draw, withChunks } from './sets.ts'

// The sets of matching.md §8.3: what is hard for an index by chunks. Hashes of 32 bytes, laid end to end.

export function uniformOf(rows: number, draw: Draw): Uint8Array {
  const hashes = new Uint8Array(32 * rows)
  const words = new Uint32Array(hashes.buffer)
  for (let i = 0; i < words.length; i += 1) words[i] = draw.below(2 ** 32)
  return hashes
}

export const skewedSets: Readonly<Record<string, (rows: number, draw: Draw) => Uint8Array>> = {
  'near-duplicates': (rows, draw) => {
    const hashes = uniformOf(rows, draw)
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
  '10 % share a chunk': (rows, draw) => shared(rows, { every: 10, draw }, () => new Map([[3, 7]])),
  'half from 256 values': (rows, draw) =>
    shared(
      rows,
      { every: 2, draw },
      () => new Map(Array.from({ length: 16 }, (_, chunk) => [chunk, draw.below(256) * 257])),
    ),
  '10 % share two neighbours': (rows, draw) =>
    shared(
      rows,
      { every: 10, draw },
      () =>
        new Map([
          [3, 7],
          [4, 9],
        ]),
    ),
}

/** All rows crowd in one bucket of each table: row by row another chunk has the key that all have in common. */
export function crowded(rows: number, draw: Draw, keys: readonly number[]): Uint8Array {
  let next = 0
  return shared(rows, { every: 1, draw }, () => {
    const chunk = next % 16
    next += 1
    return new Map([[chunk, keys[chunk] ?? 0]])
  })
}

function shared(
  rows: number,
  { every, draw }: { readonly every: number; readonly draw: Draw },
  chunks: () => ReadonlyMap<number, number>,
): Uint8Array {
  const hashes = uniformOf(rows, draw)
  for (let row = 0; row < rows; row += every) hashes.set(withChunks(chunks(), draw), 32 * row)
  return hashes
}
