/** The kinds of array that an image holds. */
export type Section = Uint8Array | Uint16Array | Uint32Array | Int32Array

/** `LLTM`, and the number of this layout. */
const MAGIC = 0x4c4c_544d
const LAYOUT = 2
/** Before the table of places: magic, layout, checksum over all that follows, number of arrays. */
const HEAD = 4
const CHECKED_FROM = 3

/** An image cannot be read: it was cut off, changed, or written in another layout. */
export class ImageError extends Error {
  override name = 'ImageError'
}

/** Lays arrays one after another into one run of bytes. */
export function writeImage(sections: readonly Section[]): Uint8Array<ArrayBuffer> {
  const words = HEAD + 2 * sections.length
  const bytes = new Uint8Array(sections.reduce((sum, { byteLength }) => sum + padded(byteLength), 4 * words))
  const head = new Int32Array(bytes.buffer, 0, words)
  let offset = 4 * words
  for (const [at, section] of sections.entries()) {
    head.set([offset, section.length], HEAD + 2 * at)
    bytes.set(new Uint8Array(section.buffer, section.byteOffset, section.byteLength), offset)
    offset += padded(section.byteLength)
  }
  head.set([MAGIC, LAYOUT, 0, sections.length])
  head[2] = checksumOf(bytes)
  return bytes
}

/** Hands out the arrays of an image in the order in which they were written. They lie in its own memory, so threads may share it. */
export class ImageReader {
  readonly bytes: Uint8Array
  readonly checksum: number
  readonly #head: Int32Array
  #next = HEAD

  /** @throws ImageError it was cut off, changed, or written in another layout */
  constructor(image: Uint8Array) {
    // What reads numbers of four bytes needs them at places that are multiples of four.
    this.bytes = image.byteOffset % 4 === 0 ? image : Uint8Array.from(image)
    const { buffer, byteOffset, byteLength } = this.bytes
    if (byteLength < 4 * HEAD || byteLength % 4 !== 0) throw new ImageError('the image is cut off; build it anew')
    const [magic, layout, checksum = 0, sections = 0] = new Int32Array(buffer, byteOffset, HEAD)
    if (magic !== MAGIC || layout !== LAYOUT) throw new ImageError('the image has another layout; build it anew')
    if (checksum !== checksumOf(this.bytes)) throw new ImageError('the image was changed or cut off; build it anew')
    this.checksum = checksum
    this.#head = new Int32Array(buffer, byteOffset, HEAD + 2 * sections)
  }

  u8(): Uint8Array {
    return new Uint8Array(this.bytes.buffer, ...this.#place())
  }

  u16(): Uint16Array {
    return new Uint16Array(this.bytes.buffer, ...this.#place())
  }

  u32(): Uint32Array {
    return new Uint32Array(this.bytes.buffer, ...this.#place())
  }

  i32(): Int32Array {
    return new Int32Array(this.bytes.buffer, ...this.#place())
  }

  #place(): [offset: number, length: number] {
    const [offset = 0, length = 0] = this.#head.subarray(this.#next, this.#next + 2)
    this.#next += 2
    return [this.bytes.byteOffset + offset, length]
  }
}

/** Tells damage, not forgery: whoever hands an image over is trusted. */
function checksumOf(bytes: Uint8Array): number {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2)
  let sum = words.length
  for (let at = CHECKED_FROM; at < words.length; at += 1) sum = (Math.imul(sum, 0x01000193) ^ (words[at] ?? 0)) | 0
  return sum
}

const padded = (bytes: number): number => (bytes + 3) & ~3
