import { createHash } from 'node:crypto'
import {
  type Bytes,
  bundlePath,
  LEAF_BYTES,
  LedgerError,
  TILE_WIDTH,
  type TileSource,
  tilePath,
} from '@lamplighter/ledger'
import type { Blobs } from '../storage/blobs.ts'
import { isStorageError } from '../storage/errors.ts'

const HASH_BYTES = 32
// In a bundle two octets of length stand before each leaf.
const ENTRY_BYTES = LEAF_BYTES + 2
const MARK_SLOTS = 16

/** The files of one log, kept as blobs: its tiles and bundles, and the watermark. */
export class LogFiles implements TileSource {
  readonly #blobs: Blobs
  /** How the ids of this log's blobs begin. */
  readonly prefix: string

  /** @param origin of the log; another origin never shares a file */
  constructor(blobs: Blobs, origin: string) {
    this.#blobs = blobs
    this.prefix = `ledger_${createHash('sha256').update(origin).digest('hex').slice(0, 32)}`
  }

  /** @param path as C2SP tlog-tiles writes it, for example `tile/0/x001/067.p/8` */
  async write(path: string, bytes: Bytes): Promise<void> {
    await this.#blobs.put(this.#id(path), once(bytes))
  }

  /** The file at a path, or undefined. */
  async read(path: string): Promise<Bytes | undefined> {
    return this.#get(this.#id(path))
  }

  tile(level: number, n: number, width: number): Promise<Bytes> {
    return this.#cut((of) => tilePath(level, n, of), width, HASH_BYTES)
  }

  bundle(n: number, width: number): Promise<Bytes> {
    return this.#cut((of) => bundlePath(n, of), width, ENTRY_BYTES)
  }

  /** The last state that was signed, as the files know it: the note of the largest size. */
  async watermarks(): Promise<string[]> {
    const notes = await Promise.all(Array.from({ length: MARK_SLOTS }, (_, slot) => this.#get(this.#mark(slot))))
    return notes.flatMap((note) => (note === undefined ? [] : [Buffer.from(note).toString()]))
  }

  /**
   * Keeps the note of batch `n` durably. Slots go round, so a stale holder of the lease can only touch the slot of its own batch and
   * never hides a newer state.
   */
  async writeWatermark(n: number, note: string): Promise<void> {
    const id = this.#mark(n % MARK_SLOTS)
    const known = await this.#get(id)
    if (known !== undefined && Buffer.from(known).toString() === note) return
    if (known !== undefined) await this.#blobs.delete(id)
    await this.#blobs.put(id, once(Buffer.from(note)))
  }

  /** A partial file of a size that was published may be the beginning of what is full by now. */
  async #cut(path: (width: number) => string, width: number, unit: number): Promise<Bytes> {
    const exact = await this.read(path(width))
    if (exact !== undefined) return exact
    const full = width < TILE_WIDTH ? await this.read(path(TILE_WIDTH)) : undefined
    if (full === undefined) throw new LedgerError('missing_tile', `there is no file ${path(width)}`)
    return full.subarray(0, width * unit)
  }

  #id(path: string): string {
    return `${this.prefix}_${path.replaceAll('/', '_').replaceAll('.', '-')}`
  }

  #mark(slot: number): string {
    return `${this.prefix}_watermark_${slot}`
  }

  async #get(id: string): Promise<Bytes | undefined> {
    try {
      const pieces: Uint8Array[] = []
      for await (const piece of await this.#blobs.get(id)) pieces.push(piece)
      return new Uint8Array(Buffer.concat(pieces))
    } catch (error) {
      if (isStorageError(error, 'blob_missing')) return undefined
      throw error
    }
  }
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes
}
