import { type Bytes, bigEndian, concat } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { HASH_BYTES, type Hash, sha256 } from './sha256.ts'
import { bundleOf, bundlePath, hashesOf, TILE_WIDTH, type TileSource, tilePath, tileWidth } from './tiles.ts'
import { emptyRoot, type Head, leafHash, nodeHash, rootOver } from './tree.ts'

/** All that one must know of a log to add to it: its partial bundle and its partial tile of each level. */
export interface Edge {
  readonly size: number
  /** By level, the hashes that no full tile holds yet; an empty array where there are none. */
  readonly tiles: readonly (readonly Bytes[])[]
  /** The entries that no full bundle holds yet. */
  readonly entries: readonly Bytes[]
}

/** One file of the log, at its place below the log's address (C2SP tlog-tiles). */
export interface TileWrite {
  readonly path: string
  readonly bytes: Bytes
}

/** The edge of the log that has no entry. */
export const EMPTY_EDGE: Edge = { size: 0, tiles: [], entries: [] }

/**
 * Adds entries to a log. Pure: what must be written comes back. Full tiles and bundles are written once; partial ones
 * only as they stand at the end, because the size in between is never published.
 *
 * @param entries each at most 65,535 octets
 */
export function append(
  edge: Edge,
  entries: readonly Bytes[],
  hash: Hash = sha256,
): { edge: Edge; head: Head; writes: TileWrite[] } {
  const growing = new Growing(edge, hash)
  for (const entry of entries) growing.add(entry)
  const grown = growing.edge()
  return { edge: grown, head: headOf(grown, hash), writes: [...growing.writes, ...partialWrites(edge, grown)] }
}

/** The head of a log, from its edge alone. */
export function headOf(edge: Edge, hash: Hash = sha256): Head {
  let root: Bytes | undefined
  // From the right: each level's complete subtrees, smallest first, stand left of all that was gathered before.
  for (const hashes of edge.tiles) {
    for (const subtree of completeSubtrees(hashes, hash)) {
      root = root === undefined ? subtree : nodeHash(subtree, root, hash)
    }
  }
  return { size: edge.size, root: root ?? emptyRoot(hash) }
}

/** The roots of the complete subtrees of one level, the rightmost and smallest first. */
function completeSubtrees(hashes: readonly Bytes[], hash: Hash): Bytes[] {
  const roots: Bytes[] = []
  let end = hashes.length
  for (let width = 1; end > 0; width *= 2) {
    if (end % (width * 2) === 0) continue
    roots.push(rootOver(hashes.slice(end - width, end), hash))
    end -= width
  }
  return roots
}

/** The edge of a log, read from its files; its head is what those files say, so compare it with what was signed. */
export async function edgeFromTiles(source: TileSource, size: number, parse: BundleParser): Promise<Edge> {
  const tiles: Bytes[][] = []
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    const n = Math.floor(size / TILE_WIDTH ** (level + 1))
    const width = tileWidth(level, n, size)
    tiles.push(width === 0 ? [] : hashesOf(await source.tile(level, n, width), width))
  }
  const width = size % TILE_WIDTH
  const bundle = width === 0 ? undefined : await source.bundle(Math.floor(size / TILE_WIDTH), width)
  return { size, tiles, entries: bundle === undefined ? [] : parse(bundle, width) }
}

/** How a bundle is read: `entriesOf`, or `leavesOf` for our own logs. */
export type BundleParser = (bundle: Bytes, width: number) => readonly Bytes[]

class Growing {
  readonly writes: TileWrite[] = []
  readonly #hash: Hash
  readonly #tiles: Bytes[][]
  #entries: Bytes[]
  #size: number

  constructor(edge: Edge, hash: Hash) {
    this.#hash = hash
    this.#size = edge.size
    this.#tiles = edge.tiles.map((hashes) => [...hashes])
    this.#entries = [...edge.entries]
  }

  add(entry: Bytes): void {
    if (entry.length > 0xffff)
      throw new LedgerError('too_large', `an entry has at most 65535 octets, not ${entry.length}`)
    this.#entries.push(entry)
    this.#size += 1
    if (this.#entries.length === TILE_WIDTH) {
      const n = this.#size / TILE_WIDTH - 1
      this.writes.push({ path: bundlePath(n, TILE_WIDTH), bytes: bundleOf(this.#entries) })
      this.#entries = []
    }
    this.#addHash(0, leafHash(entry, this.#hash))
  }

  edge(): Edge {
    return { size: this.#size, tiles: this.#tiles, entries: this.#entries }
  }

  #addHash(level: number, value: Bytes): void {
    const hashes = this.#tiles[level] ?? []
    this.#tiles[level] = hashes
    hashes.push(value)
    if (hashes.length < TILE_WIDTH) return
    const n = this.#size / TILE_WIDTH ** (level + 1) - 1
    this.writes.push({ path: tilePath(level, n, TILE_WIDTH), bytes: concat(...hashes) })
    this.#tiles[level] = []
    this.#addHash(level + 1, rootOver(hashes, this.#hash))
  }
}

function partialWrites(before: Edge, after: Edge): TileWrite[] {
  const writes: TileWrite[] = []
  const { size, entries } = after
  if (entries.length > 0 && size > before.size) {
    writes.push({ path: bundlePath(Math.floor(size / TILE_WIDTH), entries.length), bytes: bundleOf(entries) })
  }
  after.tiles.forEach((hashes, level) => {
    const unit = TILE_WIDTH ** level
    // A level that did not grow already has its partial tile, written for an earlier size.
    if (hashes.length === 0 || Math.floor(size / unit) === Math.floor(before.size / unit)) return
    const n = Math.floor(size / unit / TILE_WIDTH)
    writes.push({ path: tilePath(level, n, hashes.length), bytes: concat(...hashes) })
  })
  return writes
}

/** An edge as octets, for the row of a database: 8 of size, then the hashes by level, then the partial bundle. */
export function encodeEdge(edge: Edge): Bytes {
  return concat(bigEndian(edge.size, 8), ...edge.tiles.flat(), bundleOf(edge.entries))
}

/**
 * The edge that `encodeEdge` wrote.
 *
 * @throws LedgerError `bad_tile` where the octets do not fit the size
 */
export function decodeEdge(bytes: Bytes, parse: BundleParser): Edge {
  let size = 0
  for (const octet of bytes.subarray(0, 8)) size = size * 256 + octet
  const tiles: Bytes[][] = []
  let at = 8
  for (let level = 0; TILE_WIDTH ** level <= size; level += 1) {
    const width = Math.floor(size / TILE_WIDTH ** level) % TILE_WIDTH
    tiles.push(hashesOf(bytes.subarray(at, at + width * HASH_BYTES), width))
    at += width * HASH_BYTES
  }
  return { size, tiles, entries: parse(bytes.subarray(at), size % TILE_WIDTH) }
}
