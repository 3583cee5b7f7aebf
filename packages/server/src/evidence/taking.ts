import { AppError } from '../http/errors.ts'
import { LIMITS, sniff } from './decoder/index.ts'

/** As much of a file as `sniff` looks at. */
const HEAD = 1_024

/** As much of one file as is held in memory while it comes (matching.md §4.1). */
const HELD_BYTES = 1024 ** 2

/** What is known of a file while it comes. */
export interface Taken {
  size: number
  /** All that came, as long as it is small. */
  held: Uint8Array[] | undefined
}

/** Limits of one upload. */
export interface TakeLimits {
  /** The most that a video or a sound may have; all else has `LIMITS.bytes`. */
  readonly videoBytes: number
  /** As its sender says: what is too large is refused with its first bytes. */
  readonly declared?: number | undefined
}

/**
 * The same bytes, counted and hashed on the way. How many there may be is decided by what the first of them are, not by what the sender says.
 *
 * @throws AppError `too_large`
 */
export async function* taking(
  bytes: AsyncIterable<Uint8Array>,
  hash: { update(chunk: Uint8Array): unknown },
  taken: Taken,
  { videoBytes, declared = 0 }: TakeLimits,
): AsyncGenerator<Uint8Array> {
  if (declared > Math.max(videoBytes, LIMITS.bytes)) throw tooLarge(videoBytes)
  let head = Buffer.alloc(0)
  for await (const chunk of bytes) {
    taken.size += chunk.length
    if (head.length < HEAD) head = Buffer.concat([head, chunk.subarray(0, HEAD - head.length)])
    const size = head.length < HEAD ? taken.size : Math.max(taken.size, declared)
    if (size > LIMITS.bytes) {
      const most = isLong(sniff(head)) ? videoBytes : LIMITS.bytes
      if (size > most) throw tooLarge(most)
    }
    hash.update(chunk)
    if (taken.size > HELD_BYTES) taken.held = undefined
    taken.held?.push(chunk)
    yield chunk
  }
}

const isLong = (type: string): boolean => type.startsWith('video/') || type.startsWith('audio/')

export const tooLarge = (most: number) =>
  new AppError(
    'too_large',
    `The file is larger than ${most.toLocaleString('en')} bytes, the most that is taken of what it is; a video may have more than a picture.`,
  )

/** The whole of what comes, or the beginning of what is larger than may be held at once. */
export async function upTo(
  bytes: AsyncIterable<Uint8Array>,
  most: number,
): Promise<{ readonly whole: boolean; readonly bytes: Uint8Array }> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of bytes) {
    length += part.length
    if (length > most) return { whole: false, bytes: new Uint8Array() }
    parts.push(part)
  }
  return { whole: true, bytes: Buffer.concat(parts) }
}
