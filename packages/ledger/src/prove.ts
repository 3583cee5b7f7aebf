import type { Bytes } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { type Hash, sha256 } from './sha256.ts'
import { TileReader, type TileSource } from './tiles.ts'
import { assertSize, isPowerOfTwo, largestPowerBelow } from './tree.ts'

/**
 * The path that shows leaf `index` to be in the tree of that size (RFC 6962 §2.1.1).
 *
 * @throws LedgerError `bad_proof` for an index beyond the tree · `missing_tile` · `bad_tile`
 */
export function proveInclusion(tiles: TileSource, index: number, size: number, hash: Hash = sha256): Promise<Bytes[]> {
  assertSize(index)
  assertSize(size)
  if (index >= size) throw new LedgerError('bad_proof', `index ${index} lies outside a tree of ${size} leaves`)
  return inclusionPath(new TileReader(tiles, size, hash), index, 0, size)
}

async function inclusionPath(reader: TileReader, index: number, start: number, end: number): Promise<Bytes[]> {
  if (end - start === 1) return []
  const split = start + largestPowerBelow(end - start)
  if (index < split) {
    return [...(await inclusionPath(reader, index, start, split)), await reader.rootOf(split, end)]
  }
  return [...(await inclusionPath(reader, index, split, end)), await reader.rootOf(start, split)]
}

/**
 * The path that shows the tree of size `to` to begin with that of size `from` (RFC 6962 §2.1.2). Empty where the sizes
 * are equal or the older tree is empty.
 *
 * @throws LedgerError `bad_proof` for a `from` above `to` · `missing_tile` · `bad_tile`
 */
export async function proveConsistency(
  tiles: TileSource,
  from: number,
  to: number,
  hash: Hash = sha256,
): Promise<Bytes[]> {
  const path = await evidencePath(tiles, from, to, hash)
  return from > 0 && from < to && isPowerOfTwo(from) ? path.slice(1) : path
}

/** The same path with its first hash always written out, as evidence of a fork needs it (see `rootsOfPath`). */
export async function evidencePath(tiles: TileSource, from: number, to: number, hash: Hash = sha256): Promise<Bytes[]> {
  assertSize(from)
  assertSize(to)
  if (from > to) throw new LedgerError('bad_proof', `no proof leads from size ${from} to size ${to}`)
  if (from === 0 || from === to) return []
  return growthPath(new TileReader(tiles, to, hash), from, 0, to)
}

async function growthPath(reader: TileReader, from: number, start: number, end: number): Promise<Bytes[]> {
  if (from === end) return [await reader.rootOf(start, end)]
  const split = start + largestPowerBelow(end - start)
  if (from <= split) {
    return [...(await growthPath(reader, from, start, split)), await reader.rootOf(split, end)]
  }
  return [...(await growthPath(reader, from, split, end)), await reader.rootOf(start, split)]
}
