import { type Bytes, bigEndian, concat, numberOf } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { HASH_BYTES, type Hash, sha256 } from './sha256.ts'
import { type Head, largestPowerBelow, nodeHash, rootOver } from './tree.ts'

/** Hashes in a full tile, entries in a full bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256

/** Where a log's files come from. An answer that cannot be had is a `missing_tile`; its length is checked here. */
export interface TileSource {
  /** The tile `n` of a level: `width` hashes of 32 octets. */
  tile(level: number, n: number, width: number): Promise<Bytes>
  /** The bundle `n`: `width` entries, each with its length before it as two octets. */
  bundle(n: number, width: number): Promise<Bytes>
}

/** The place of a tile below the address of its log, for example `tile/0/x001/x234/067.p/8` (C2SP tlog-tiles). */
export function tilePath(level: number, n: number, width: number): string {
  return `tile/${level}/${numberedPath(n, width)}`
}

/** The place of an entry bundle below the address of its log. */
export function bundlePath(n: number, width: number): string {
  return `tile/entries/${numberedPath(n, width)}`
}

/** The place of the published openings of a bundle's open entries below the address of its log. */
export function openPath(n: number, width: number): string {
  return `open/${numberedPath(n, width)}`
}

function numberedPath(n: number, width: number): string {
  const digits = String(n)
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g) ?? []
  const path = groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/')
  return width === TILE_WIDTH ? path : `${path}.p/${width}`
}

/** How many hashes the tile `n` of a level has in a tree of that size; 0 where there is none. */
export function tileWidth(level: number, n: number, size: number): number {
  const hashes = Math.floor(size / TILE_WIDTH ** level)
  return Math.max(0, Math.min(TILE_WIDTH, hashes - n * TILE_WIDTH))
}

/**
 * The hashes of a tile.
 *
 * @throws LedgerError `bad_tile` where it has not exactly `width` hashes
 */
export function hashesOf(tile: Bytes, width: number): Bytes[] {
  if (tile.length !== width * HASH_BYTES) {
    throw badTile(`a tile of ${width} hashes has not ${tile.length} octets`)
  }
  return Array.from({ length: width }, (_, i) => tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

/**
 * The entries of a bundle (C2SP tlog-tiles, "Log entries").
 *
 * @param entryBytes the one length that entries may have; undefined for logs of others
 * @throws LedgerError `bad_tile` for too few entries, octets left over, or another length
 */
export function entriesOf(bundle: Bytes, width: number, entryBytes?: number): Bytes[] {
  const entries: Bytes[] = []
  let at = 0
  while (at < bundle.length && entries.length < width) {
    const length = numberOf(bundle.subarray(at, at + 2))
    const entry = bundle.subarray(at + 2, at + 2 + length)
    if (at + 2 > bundle.length || entry.length !== length) throw badTile('a bundle is cut short')
    if (entryBytes !== undefined && length !== entryBytes) {
      throw badTile(`an entry of ${length} octets where all have ${entryBytes}`)
    }
    entries.push(entry)
    at += 2 + length
  }
  if (entries.length !== width) throw badTile(`${entries.length} entries in a bundle of ${width}`)
  if (at !== bundle.length) throw badTile(`${bundle.length - at} octets behind the last entry`)
  return entries
}

/** A bundle's octets (C2SP tlog-tiles, "Log entries"). */
export function bundleOf(entries: readonly Bytes[]): Bytes {
  return concat(...entries.flatMap((entry) => [bigEndian(entry.length, 2), entry]))
}

/** Reads nodes of a tree of one size out of its tiles, each tile once. */
export class TileReader {
  readonly size: number
  readonly #source: TileSource
  readonly #hash: Hash
  readonly #tiles = new Map<string, Promise<Bytes[]>>()

  constructor(source: TileSource, size: number, hash: Hash = sha256) {
    this.size = size
    this.#source = source
    this.#hash = hash
  }

  /** The hashes of a tile, as wide as it is in a tree of this size. */
  tile(level: number, n: number): Promise<Bytes[]> {
    const key = `${level}/${n}`
    const known = this.#tiles.get(key)
    if (known !== undefined) return known
    const width = tileWidth(level, n, this.size)
    const read = this.#source.tile(level, n, width).then((tile) => hashesOf(tile, width))
    this.#tiles.set(key, read)
    return read
  }

  /** The root over the leaves from `start` up to but without `end`, a range that occurs in a proof (RFC 6962 §2.1). */
  async rootOf(start: number, end: number): Promise<Bytes> {
    const leaves = end - start
    const split = leaves === 1 ? 1 : largestPowerBelow(leaves)
    if (leaves === 1 || split * 2 === leaves) return this.#complete(start, leaves)
    const left = await this.#complete(start, split)
    return nodeHash(left, await this.rootOf(start + split, end), this.#hash)
  }

  /** The whole tree's head. */
  async head(): Promise<Head> {
    return { size: this.size, root: this.size === 0 ? rootOver([], this.#hash) : await this.rootOf(0, this.size) }
  }

  /** A subtree of a power of two leaves, taken from the highest level of tiles that shows it. */
  async #complete(start: number, leaves: number): Promise<Bytes> {
    let level = 0
    while (TILE_WIDTH ** (level + 1) <= leaves) level += 1
    const unit = TILE_WIDTH ** level
    const first = start / unit
    const n = Math.floor(first / TILE_WIDTH)
    const hashes = await this.tile(level, n)
    const from = first - n * TILE_WIDTH
    return rootOver(hashes.slice(from, from + leaves / unit), this.#hash)
  }
}

function badTile(message: string): LedgerError {
  return new LedgerError('bad_tile', message)
}
