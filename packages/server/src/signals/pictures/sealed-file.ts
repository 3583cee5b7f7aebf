import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import type { ColumnKeyring } from '../../storage/sealer.ts'

// A file of sealed lists on disk: pieces of 1 MiB under a key of its own, which the keyring wraps (matching.md §8.5).

const MAGIC = Buffer.from('LLSEAL\0\x01', 'latin1')
const PIECE = 2 ** 20
const TAG = 16
const KEY_BYTES = 32

const placeOf = (name: string) => ({ table: 'lists', column: 'index', row: name })

/** Seals a stream of bytes for the file of this name. */
export async function* sealed(
  keyring: ColumnKeyring,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const key = randomBytes(KEY_BYTES)
  const wrapped = await keyring.seal(placeOf(name), key)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(wrapped.length)
  yield Buffer.concat([MAGIC, length, wrapped])
  let number = 0
  for await (const piece of inPieces(bytes, PIECE)) {
    const place = placeBytes(number)
    const cipher = createCipheriv('aes-256-gcm', key, place)
    cipher.setAAD(place)
    yield Buffer.concat([cipher.update(piece), cipher.final(), cipher.getAuthTag()])
    number += 1
  }
}

/**
 * Opens what `sealed` made. Where the file ends is for what is inside to know.
 *
 * @throws Error a piece was changed, moved or cut; KeyringError the key cannot be had
 */
export async function* unsealed(
  keyring: ColumnKeyring,
  name: string,
  bytes: AsyncIterable<Uint8Array>,
): AsyncIterable<Uint8Array> {
  const source = new Source(bytes)
  const head = await source.take(MAGIC.length + 4)
  if (!head.subarray(0, MAGIC.length).equals(MAGIC)) throw new TypeError('expected a sealed file, found another one')
  const key = await keyring.unseal(placeOf(name), await source.take(head.readUInt32LE(MAGIC.length)))
  for (let number = 0; ; number += 1) {
    const piece = await source.take(PIECE + TAG)
    if (piece.length === 0) return
    if (piece.length < TAG) throw new TypeError('expected a whole piece, found the end of the file')
    const place = placeBytes(number)
    const decipher = createDecipheriv('aes-256-gcm', key, place)
    decipher.setAAD(place)
    decipher.setAuthTag(piece.subarray(piece.length - TAG))
    yield Buffer.concat([decipher.update(piece.subarray(0, piece.length - TAG)), decipher.final()])
  }
}

/** The number of a piece is its nonce and is signed with it: pieces cannot change places. The key is used for this file alone. */
function placeBytes(number: number): Buffer {
  const place = Buffer.alloc(12)
  place.writeUInt32BE(number, 8)
  return place
}

async function* inPieces(bytes: AsyncIterable<Uint8Array>, size: number): AsyncIterable<Buffer> {
  const source = new Source(bytes)
  for (;;) {
    const piece = await source.take(size)
    if (piece.length === 0) return
    yield piece
  }
}

/** Gives bytes in the lengths that are asked for; fewer at the end. */
class Source {
  readonly #bytes: AsyncIterator<Uint8Array>
  #rest: Buffer = Buffer.alloc(0)

  constructor(bytes: AsyncIterable<Uint8Array>) {
    this.#bytes = bytes[Symbol.asyncIterator]()
  }

  async take(length: number): Promise<Buffer> {
    const held: Buffer[] = [this.#rest]
    let size = this.#rest.length
    while (size < length) {
      const { done, value } = await this.#bytes.next()
      if (done === true) break
      held.push(Buffer.from(value))
      size += value.length
    }
    const all = Buffer.concat(held)
    this.#rest = all.subarray(length)
    return all.subarray(0, length)
  }
}
