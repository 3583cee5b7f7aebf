import { createCipheriv, createDecipheriv, createSecretKey } from 'node:crypto'

/*
 * A file sealed in pieces (security.md §8): header `LLV1`, then pieces of 64 KiB under AES-256-GCM. The nonce of a piece is its number
 * and whether it is the last; the associated data are header, id and number. So a piece that is cut off, swapped, repeated or taken from
 * another file does not open.
 */

const MAGIC = new TextEncoder().encode('LLV1')
export const PIECE_BYTES = 65_536
const TAG_BYTES = 16
const LAST = 1

export class SealedFileError extends Error {
  override name = 'SealedFileError'
  readonly code = 'damaged'
}

/** Seals `bytes` as they come, which are not copied on the way. `key` is 32 bytes and used for this one file. */
export async function* sealFile(
  key: Uint8Array,
  id: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield MAGIC
  // Bytes would be taken in as a key anew for each piece.
  const secret = createSecretKey(key)
  let number = 0
  for await (const { parts, last } of pieces(bytes, PIECE_BYTES)) {
    const cipher = createCipheriv('aes-256-gcm', secret, nonceOf(number, last))
    cipher.setAAD(boundTo(id, number))
    for (const part of parts) yield cipher.update(part)
    // GCM is a stream: all has come out by now.
    cipher.final()
    yield cipher.getAuthTag()
    number += 1
  }
}

/**
 * Opens a sealed file as it comes.
 *
 * @throws SealedFileError when any byte differs, a piece is missing, or the file belongs elsewhere
 */
export async function* openFile(
  key: Uint8Array,
  id: string,
  sealed: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const secret = createSecretKey(key)
  let number = 0
  let header = true
  for await (const { parts, last } of pieces(afterHeader(sealed), PIECE_BYTES + TAG_BYTES)) {
    header = false
    const piece = joined(parts)
    if (piece.length < TAG_BYTES) throw new SealedFileError('the sealed file is cut off')
    const decipher = createDecipheriv('aes-256-gcm', secret, nonceOf(number, last))
    decipher.setAAD(boundTo(id, number))
    decipher.setAuthTag(piece.subarray(piece.length - TAG_BYTES))
    const opened = decipher.update(piece.subarray(0, piece.length - TAG_BYTES))
    try {
      decipher.final()
    } catch (cause) {
      throw new SealedFileError(`piece ${number} of the sealed file was changed`, { cause })
    }
    yield opened
    number += 1
  }
  if (header) throw new SealedFileError('the sealed file is empty')
}

const nonceOf = (number: number, last: boolean): Uint8Array => {
  const nonce = Buffer.alloc(12)
  nonce.writeUInt32BE(number, 4)
  nonce.writeUInt8(last ? LAST : 0, 11)
  return nonce
}

const boundTo = (id: string, number: number): Uint8Array => Buffer.from(`LLV1 ${id} ${number}`)

async function* afterHeader(sealed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let head = Buffer.alloc(0)
  let checked = false
  for await (const chunk of sealed) {
    if (checked) {
      yield chunk
      continue
    }
    head = Buffer.concat([head, chunk])
    if (head.length < MAGIC.length) continue
    if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new SealedFileError('this is not a sealed file')
    checked = true
    yield head.subarray(MAGIC.length)
  }
  if (!checked) throw new SealedFileError('the sealed file is cut off')
}

/** Cuts a stream into pieces of `size`, each in the parts that it came in; the last one may be shorter, and there is always one. */
async function* pieces(
  bytes: AsyncIterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ parts: readonly Uint8Array[]; last: boolean }> {
  let parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of bytes) {
    let rest = chunk
    // One byte more than a piece must be there before the piece is known not to be the last.
    while (length + rest.length > size) {
      yield { parts: [...parts, rest.subarray(0, size - length)], last: false }
      rest = rest.subarray(size - length)
      parts = []
      length = 0
    }
    if (rest.length > 0) parts.push(rest)
    length += rest.length
  }
  yield { parts, last: true }
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts
  return parts.length === 1 && only !== undefined ? only : Buffer.concat(parts)
}

/** The whole of a stream of at most `limit` bytes. */
export async function collect(bytes: AsyncIterable<Uint8Array>, limit: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const part of bytes) {
    length += part.length
    if (length > limit) throw new RangeError(`more than ${limit} bytes`)
    parts.push(part)
  }
  return Buffer.concat(parts)
}
