import { AppError, jitter } from './errors.ts'
import type { SlotClass } from './limits.ts'

/** All bodies being read at once (platform.md §10). */
const IN_FLIGHT_BYTES = 64 * 1024 * 1024
/** What machines may take of it: a quarter is left for people and their reports, as with the slots. */
const MACHINES_BYTES = (IN_FLIGHT_BYTES / 4) * 3
/** The time of a whole body (security.md §11). */
const BODY_MS = 60_000
let inFlight = 0

/**
 * Reads a whole body of at most `capBytes`.
 *
 * @param kind whose call it is: bodies of events and screening leave room for those of people
 * @throws AppError `too_large`, or `overloaded` when all bodies being read come to more than there is room for
 * @throws CallerGone it hung up, or was too slow
 */
export async function readBytes(
  request: Request,
  capBytes: number,
  kind: SlotClass = 'people',
  withinMs: number = BODY_MS,
): Promise<Uint8Array> {
  const held = new Held(kind === 'people' ? IN_FLIGHT_BYTES : MACHINES_BYTES)
  try {
    const declared = request.headers.get('content-length')
    if (declared !== null) {
      const length = Number(declared)
      if (length > capBytes) throw tooLarge(capBytes)
      // Node's parser ends the body at the declared length, so no more can come.
      held.grow(length)
      return new Uint8Array(await inTime(request.arrayBuffer().catch(gone), withinMs))
    }
    return await inTime(readStream(streamOf(request), capBytes, held), withinMs)
  } finally {
    held.release()
  }
}

async function inTime<T>(reading: Promise<T>, withinMs: number): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new CallerGone('the body came too slowly')), withinMs)
  try {
    return await Promise.race([reading, promise])
  } finally {
    clearTimeout(timer)
    // When it was late its own end is nobody's any more.
    reading.catch(() => undefined)
  }
}

/** Whoever sent a body hung up in the middle of it. Nobody is left to hear an answer, and nothing of ours failed. */
export class CallerGone extends Error {
  override name = 'CallerGone'
}

function gone(cause: unknown): never {
  throw new CallerGone('the caller hung up in the middle of the body', { cause })
}

/** The body of a request as it comes; nothing where there is none. @throws CallerGone */
export async function* streamOf(request: Request): AsyncGenerator<Uint8Array> {
  if (request.body === null) return
  try {
    yield* request.body
  } catch (error) {
    gone(error)
  }
}

/** What one body takes of the room for all. */
class Held {
  readonly #most: number
  #bytes = 0

  constructor(most: number) {
    this.#most = most
  }

  grow(bytes: number): void {
    if (inFlight + bytes > this.#most) {
      throw new AppError('overloaded', 'Too many large bodies at once. Send it again.', { retryAfterS: jitter(1, 5) })
    }
    inFlight += bytes
    this.#bytes += bytes
  }

  release(): void {
    inFlight -= this.#bytes
    this.#bytes = 0
  }
}

async function readStream(stream: AsyncIterable<Uint8Array>, capBytes: number, held: Held): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > capBytes) throw tooLarge(capBytes)
    held.grow(chunk.length)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const tooLarge = (capBytes: number) =>
  new AppError('too_large', `The body is larger than the ${capBytes.toLocaleString('en')} bytes that this call takes.`)
