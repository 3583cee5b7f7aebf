import { isAscii } from 'node:buffer'
import { promisify } from 'node:util'
import { gunzip, zstdDecompress } from 'node:zlib'
import { readBytes } from '../http/body.ts'
import { AppError } from '../http/errors.ts'

/** Limits of `POST /v1/events` (platform.md §10). */
export const BATCH = { bytes: 8 * 2 ** 20, events: 1_000, lineBytes: 256 * 1024, ratio: 50 } as const

const unpackers = { gzip: promisify(gunzip), zstd: promisify(zstdDecompress) }

/**
 * The body of a batch, unpacked. A packed body may unpack to 50 times its size and to 8 MiB, and unpacking stops there.
 *
 * @throws AppError `too_large` · `malformed` the packing is broken · `unsupported_type` another encoding
 */
export async function readBatch(request: Request): Promise<Uint8Array> {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  const packed = await readBytes(request, BATCH.bytes, 'events')
  if (encoding === 'identity' || encoding === '') return packed
  if (encoding !== 'gzip' && encoding !== 'zstd') {
    throw new AppError(
      'unsupported_type',
      `Content-Encoding "${encoding.slice(0, 20)}" is not taken; send gzip, zstd or none.`,
    )
  }
  const most = Math.min(BATCH.bytes, Math.max(1024, packed.length * BATCH.ratio))
  try {
    return await unpackers[encoding](packed, { maxOutputLength: most })
  } catch (error) {
    if (
      error instanceof RangeError ||
      (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
    ) {
      throw new AppError(
        'too_large',
        `The body unpacks to more than ${most.toLocaleString('en')} bytes; send smaller batches.`,
      )
    }
    throw new AppError('malformed', `The body is not valid ${encoding}; nothing was accepted.`)
  }
}

export interface Line {
  /** From 1. */
  readonly number: number
  readonly bytes: Uint8Array
  /** The same as text, where the whole body is ASCII. */
  readonly text?: string
  /** The last line has no line end. */
  readonly open: boolean
}

const NEWLINE = 10
const RETURN = 13
const SPACE = 32
const TAB = 9

/** The lines of an NDJSON body, without empty ones. A byte-order mark at the start is dropped (decisions.md 32). */
export function linesOf(body: Uint8Array): Line[] {
  const lines: Line[] = []
  // Made into text at once: that costs a fraction of line by line.
  const all = isAscii(body) ? Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1') : undefined
  let from = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0
  let number = 0
  while (from < body.length) {
    number += 1
    const end = body.indexOf(NEWLINE, from)
    const open = end === -1
    const to = open ? body.length : end
    const until = body[to - 1] === RETURN && to > from ? to - 1 : to
    const bytes = body.subarray(from, until)
    if (!isBlank(bytes)) lines.push({ number, bytes, open, ...(all !== undefined && { text: all.slice(from, until) }) })
    from = to + 1
  }
  return lines
}

function isBlank(line: Uint8Array): boolean {
  for (const byte of line) if (byte !== SPACE && byte !== TAB) return false
  return true
}
