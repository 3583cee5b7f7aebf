import type { UnmeasuredJson } from '@lamplighter/api'
import type { z } from 'zod'
import { type Decoder, LIMITS, type Measurement } from '../../evidence/decoder/index.ts'
import type { Coming, MediaFetcher, MediaVault } from '../../evidence/index.ts'
import { streamOf } from '../../http/body.ts'
import { AppError, jitter } from '../../http/errors.ts'
import { paced } from '../../http/paced.ts'

/** The most that one file has, if it is no video and no sound. */
export const MAX_FILE = LIMITS.bytes
/** Files that say to be no longer are in memory whole, as nothing of them is stored: all of them together have this much of it. */
const ROOM_BYTES = 4 * MAX_FILE

export interface FileServices {
  readonly decoder: Pick<Decoder, 'measure' | 'measureLarge'>
  readonly fetcher: MediaFetcher
  readonly vault: Pick<MediaVault, 'passing'>
  /** The most that one video may have. */
  readonly videoBytes: number
}

/** Measures files that are asked about directly: they are read, looked at and forgotten. */
export class Files {
  readonly #services: FileServices
  #held = 0

  constructor(services: FileServices) {
    this.#services = services
  }

  /** The most that a call may bring. */
  get mostBytes(): number {
    return Math.max(MAX_FILE, this.#services.videoBytes)
  }

  /**
   * Measures the bytes of a request. What is longer than is held, or does not say how long it is, lies sealed on disk while it is looked at.
   *
   * @throws AppError `too_large` · `invalid` there are none · `overloaded` as much as may be is held already
   * @throws CallerGone the caller hung up, or was too slow
   */
  async sent(request: Request): Promise<Measurement> {
    const claimed = request.headers.get('content-type') ?? undefined
    const declared = Number(request.headers.get('content-length') ?? 0)
    return request.headers.has('content-length') && declared <= MAX_FILE
      ? this.whole(request, (bytes) => this.of(bytes, claimed))
      : this.#passing({ bytes: paced(streamOf(request)), declared, claimedType: claimed ?? null })
  }

  #passing({ claimedType, ...file }: Coming): Promise<Measurement> {
    const claimed = claimedType ?? undefined
    return this.#services.vault.passing(file, (held) =>
      held instanceof Uint8Array
        ? this.of(held, claimed)
        : measuring(this.#services.decoder.measureLarge(held, claimed)),
    )
  }

  /** The same for bytes that were read elsewhere. @throws AppError `overloaded` */
  async of(bytes: Uint8Array, claimed?: string): Promise<Measurement> {
    return measuring(this.#services.decoder.measure(bytes, claimed))
  }

  /** Measures a file that is at an address; or says why it was not to be had. */
  async at(connection: string, url: string): Promise<Measurement | z.infer<typeof UnmeasuredJson>> {
    const got = await this.#services.fetcher(connection, url, (file) => this.#passing(file))
    return got === undefined ? { part: 'bytes', why: 'fetch_failed' } : got.taken
  }

  /** Gives the whole body to `use`, and its room back when that has ended. Throws as `sent`. */
  async whole<T>(request: Request, use: (bytes: Uint8Array<ArrayBuffer>) => Promise<T>): Promise<T> {
    if (Number(request.headers.get('content-length') ?? 0) > MAX_FILE) throw tooLarge()
    const pieces: Uint8Array[] = []
    let size = 0
    try {
      for await (const piece of paced(streamOf(request))) {
        if (size + piece.length > MAX_FILE) throw tooLarge()
        if (this.#held + piece.length > ROOM_BYTES) throw overloaded()
        size += piece.length
        this.#held += piece.length
        pieces.push(piece)
      }
      if (size === 0) throw new AppError('invalid', 'The body is empty; send the bytes of the file.')
      return await use(Buffer.concat(pieces))
    } finally {
      this.#held -= size
    }
  }
}

/** @throws AppError `overloaded` */
async function measuring(measured: Promise<Measurement>): Promise<Measurement> {
  try {
    return await measured
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'overloaded') throw overloaded()
    throw error
  }
}

const tooLarge = () =>
  new AppError('too_large', `The file is larger than ${MAX_FILE.toLocaleString('en')} bytes, the most that is taken.`)

const overloaded = () =>
  new AppError('overloaded', 'Too many files at once. Send it again.', { retryAfterS: jitter(1, 5) })
