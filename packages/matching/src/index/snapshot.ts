import { HASH_BYTES, MOST_ROWS } from './layout.ts'
import { type RingModules, Segment, TABLES } from './segments.ts'

// The file of one segment (matching.md §8.5). Tables are not in it: a bad table would lose matches in silence, so they are made anew on load.

const HEADER = 4_096
const MAGIC = Uint8Array.of(0x4c, 0x4c, 0x50, 0x44, 0x51, 0x53, 0, 1)
const SUMMED = HEADER - HASH_BYTES
const PERMUTATION = 'ring-1 (i+j) mod 16'
const PIECE = 2 ** 20
const SECTIONS = ['hash', 'owners', 'dead'] as const
const SEALED = 1

/** SHA-256 of what it was given. A factory of these is passed in: this package has no cryptography. */
export interface Sum {
  update(bytes: Uint8Array): void
  digest(): Uint8Array
}

/** Who owns the rows: those of row r are at `places[r]` up to `places[r + 1]`. Empty for rows that are removed. */
export interface Owners {
  readonly places: Uint32Array
  readonly of: BigUint64Array
}

export interface SnapshotInfo {
  readonly madeAt: number
  /** SHA-256 over the list versions whose entries these are. */
  readonly versions: Uint8Array
  readonly owners: Owners
  /** Whether the caller seals the file. */
  readonly sealed: boolean
}

export interface Snapshot extends Omit<SnapshotInfo, 'sealed'> {
  readonly segment: Segment
}

/** Why a file is not loaded. What it held must be built from the entries, which are the truth. */
export class SnapshotError extends Error {
  readonly code: 'not_a_snapshot' | 'newer' | 'older' | 'damaged' | 'cut_short'

  constructor(code: SnapshotError['code'], message: string) {
    super(`${message}; the index has to be built from the entries`)
    this.name = 'SnapshotError'
    this.code = code
  }
}

/** The bytes of the file, in pieces. The segment must not change until the last one is taken. */
export async function* writeSnapshot(segment: Segment, info: SnapshotInfo, sum: () => Sum): AsyncIterable<Uint8Array> {
  const rows = segment.rows
  const { places, of } = info.owners
  const dead = new Uint8Array(Math.ceil(rows / 8))
  for (let row = 0; row < rows; row += 1)
    if (segment.isDead(row)) dead[row >>> 3] = (dead[row >>> 3] ?? 0) | (1 << (row & 7))
  const sections = [segment.hashes, joined(bytesOf(places), bytesOf(of)), dead]
  const header = new Uint8Array(HEADER)
  const view = new DataView(header.buffer)
  header.set(MAGIC)
  view.setUint32(8, HEADER, true)
  view.setUint32(12, info.sealed ? SEALED : 0, true)
  view.setBigUint64(16, BigInt(rows), true)
  header.set(asciiOf(PERMUTATION), 24)
  view.setBigUint64(48, BigInt(info.madeAt), true)
  header.set(info.versions, 56)
  let offset = HEADER
  for (const [place, section] of sections.entries()) {
    const at = 88 + 56 * place
    view.setUint32(at, place + 1, true)
    view.setBigUint64(at + 8, BigInt(offset), true)
    view.setBigUint64(at + 16, BigInt(section.length), true)
    const summed = sum()
    for (const piece of piecesOf(section)) summed.update(piece)
    header.set(summed.digest(), at + 24)
    offset += section.length
  }
  const summed = sum()
  summed.update(header.subarray(0, SUMMED))
  header.set(summed.digest(), SUMMED)
  yield header
  for (const section of sections) yield* piecesOf(section)
}

/**
 * Reads a file straight into the memory of a new segment, with its checksums on the way.
 *
 * @param o.idsFrom the first id of its rows
 * @param o.makeTables makes the tables where this thread should not
 * @param o.slots threads that will search it
 * @throws SnapshotError anything in it is not as it was written
 */
export async function readSnapshot(
  modules: RingModules,
  bytes: AsyncIterable<Uint8Array>,
  o: {
    readonly sum: () => Sum
    readonly idsFrom?: number
    readonly slots?: number
    readonly makeTables?: (made: Segment) => Promise<void>
  },
): Promise<Snapshot> {
  const reader = new Reader(bytes)
  const header = await reader.take(HEADER)
  const found = parseHeader(header, o.sum)
  const [hash, owners, dead] = found.sections
  if (hash === undefined || owners === undefined || dead === undefined) throw damaged('its table of sections')
  const segment = Segment.make(modules, found.rows, { slots: o.slots ?? 1 })
  const idsFrom = o.idsFrom ?? 0
  await readSection(reader, hash, o.sum, (piece, at) => {
    const from = idsFrom + at / HASH_BYTES
    segment.append(
      piece,
      Uint32Array.from({ length: piece.length / HASH_BYTES }, (_, i) => from + i),
      true,
    )
  })
  const held = new Uint8Array(owners.length)
  await readSection(reader, owners, o.sum, (piece, at) => held.set(piece, at))
  const gone = new Uint8Array(dead.length)
  await readSection(reader, dead, o.sum, (piece, at) => gone.set(piece, at))
  if ((await reader.next()) !== undefined) throw damaged('its length')
  for (let row = 0; row < found.rows; row += 1)
    if ((((gone[row >>> 3] ?? 0) >>> (row & 7)) & 1) === 1) segment.remove(row)
  if (o.makeTables !== undefined) await o.makeTables(segment)
  else for (let t = 0; t < TABLES; t += 1) segment.makeTable(t)
  return { segment, madeAt: found.madeAt, versions: found.versions, owners: ownersOf(held, found.rows) }
}

interface Section {
  readonly name: (typeof SECTIONS)[number]
  readonly length: number
  readonly sum: Uint8Array
}

function parseHeader(
  header: Uint8Array,
  sum: () => Sum,
): { rows: number; madeAt: number; versions: Uint8Array; sections: readonly Section[] } {
  if (!same(header.subarray(0, 7), MAGIC.subarray(0, 7)))
    throw new SnapshotError('not_a_snapshot', 'expected a snapshot of the index, found another file')
  const version = header[7] ?? 0
  const own = MAGIC[7] ?? 0
  if (version > own)
    throw new SnapshotError('newer', `expected format ${own}, found ${version}, which newer software has written`)
  if (version < own) throw new SnapshotError('older', `expected format ${own}, found ${version}`)
  const summed = sum()
  summed.update(header.subarray(0, SUMMED))
  if (!same(summed.digest(), header.subarray(SUMMED))) throw damaged('its header')
  const view = new DataView(header.buffer, header.byteOffset, HEADER)
  const rows = Number(view.getBigUint64(16, true))
  const named = asciiOf(PERMUTATION)
  if (view.getUint32(8, true) !== HEADER || rows > MOST_ROWS || !same(header.subarray(24, 24 + named.length), named))
    throw damaged('its header')
  let offset = HEADER
  const sections = SECTIONS.map((name, place): Section => {
    const at = 88 + 56 * place
    const length = Number(view.getBigUint64(at + 16, true))
    if (view.getUint32(at, true) !== place + 1 || Number(view.getBigUint64(at + 8, true)) !== offset)
      throw damaged('its table of sections')
    offset += length
    return { name, length, sum: header.slice(at + 24, at + 56) }
  })
  const [hash, owners, dead] = sections
  const placed = 4 * (rows + 1)
  if (
    hash?.length !== HASH_BYTES * rows ||
    dead?.length !== Math.ceil(rows / 8) ||
    owners === undefined ||
    owners.length < placed ||
    (owners.length - placed) % 8 !== 0
  )
    throw damaged('the lengths of its sections')
  return { rows, madeAt: Number(view.getBigUint64(48, true)), versions: header.slice(56, 88), sections }
}

async function readSection(
  reader: Reader,
  section: Section,
  sum: () => Sum,
  take: (piece: Uint8Array, at: number) => void,
): Promise<void> {
  const summed = sum()
  for (let at = 0; at < section.length; at += PIECE) {
    const piece = await reader.take(Math.min(PIECE, section.length - at))
    summed.update(piece)
    take(piece, at)
  }
  if (!same(summed.digest(), section.sum)) throw damaged(`the section "${section.name}"`)
}

function ownersOf(bytes: Uint8Array, rows: number): Owners {
  const places = new Uint32Array(bytes.slice(0, 4 * (rows + 1)).buffer)
  const of = new BigUint64Array(bytes.slice(4 * (rows + 1)).buffer)
  for (let row = 0; row < rows; row += 1) if ((places[row] ?? 0) > (places[row + 1] ?? 0)) throw damaged('its owners')
  if (places[0] !== 0 || places[rows] !== of.length) throw damaged('its owners')
  return { places, of }
}

/** Cuts what comes into pieces of the length that is asked for. */
class Reader {
  readonly #bytes: AsyncIterator<Uint8Array>
  #rest = new Uint8Array(0)

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes[Symbol.asyncIterator]()
  }

  async next(): Promise<Uint8Array | undefined> {
    if (this.#rest.length > 0) return this.#rest
    for (;;) {
      const { done, value } = await this.#bytes.next()
      if (done === true) return undefined
      if (value.length > 0) return value
    }
  }

  async take(length: number): Promise<Uint8Array> {
    const taken = new Uint8Array(length)
    let at = 0
    while (at < length) {
      const come = await this.next()
      if (come === undefined)
        throw new SnapshotError('cut_short', `expected ${length - at} more bytes, found the end of the file`)
      const used = come.subarray(0, length - at)
      taken.set(used, at)
      at += used.length
      this.#rest = come.slice(used.length)
    }
    return taken
  }
}

/** Copies, so that what takes them need not know of shared memory. */
function* piecesOf(section: Uint8Array): Iterable<Uint8Array> {
  for (let at = 0; at < section.length; at += PIECE) yield section.slice(at, at + PIECE)
}

const damaged = (what: string): SnapshotError =>
  new SnapshotError('damaged', `the snapshot is not what was written: ${what}`)
const asciiOf = (text: string): Uint8Array => Uint8Array.from(text, (letter) => letter.charCodeAt(0))
const bytesOf = (words: Uint32Array | BigUint64Array): Uint8Array =>
  new Uint8Array(words.buffer, words.byteOffset, words.byteLength)

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
