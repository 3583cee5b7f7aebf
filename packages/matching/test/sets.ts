/** Hashes of 32 bytes, drawn from a seed, in the shapes that an index finds easy and hard. */
export interface Draw {
  /** A whole number below `end`. */
  below(end: number): number
  hash(): Uint8Array
}

/** sfc32: small, fast, and the same everywhere. */
export function drawFrom(seed: number): Draw {
  let [a, b, c, d] = [0x9e3779b9 ^ seed, 0x243f6a88, 0xb7e15162, 1]
  const word = (): number => {
    const t = (((a + b) | 0) + d) | 0
    d = (d + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + t
    return t >>> 0
  }
  for (let i = 0; i < 16; i += 1) word()
  return {
    below: (end) => word() % end,
    hash: () => new Uint8Array(Uint32Array.from({ length: 8 }, word).buffer),
  }
}

/** A copy with so many other bits, all different ones. */
export function apart(hash: Uint8Array, bits: number, draw: Draw): Uint8Array {
  const turned = new Set<number>()
  while (turned.size < bits) turned.add(draw.below(256))
  return withBits(hash, [...turned])
}

/** A copy with these bits turned; bit 0 is the highest of the first byte. */
export function withBits(hash: Uint8Array, bits: readonly number[]): Uint8Array {
  const copy = Uint8Array.from(hash)
  for (const bit of bits) copy[bit >>> 3] = (copy[bit >>> 3] ?? 0) ^ (0x80 >>> (bit & 7))
  return copy
}

/** The place in the text of bit `bit` of chunk `chunk`: what the index permutes, the other way round (matching.md §8.1). */
export function placeOf(chunk: number, bit: number): number {
  const row = bit
  const column = (((chunk - row) % 16) + 16) % 16
  return 16 * (15 - row) + (15 - column)
}

/** A hash of which these chunks have these values, and the others are drawn. */
export function withChunks(chunks: ReadonlyMap<number, number>, draw: Draw): Uint8Array {
  const hash = draw.hash()
  for (const [chunk, value] of chunks) {
    for (let bit = 0; bit < 16; bit += 1) {
      const place = placeOf(chunk, bit)
      const mask = 0x80 >>> (place & 7)
      const byte = hash[place >>> 3] ?? 0
      hash[place >>> 3] = (value >>> bit) & 1 ? byte | mask : byte & ~mask
    }
  }
  return hash
}

export function distance(a: Uint8Array, b: Uint8Array): number {
  let bits = 0
  for (let i = 0; i < 32; i += 1) bits += ONES[(a[i] ?? 0) ^ (b[i] ?? 0)] ?? 0
  return bits
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => {
  let bits = 0
  for (let left = byte; left !== 0; left &= left - 1) bits += 1
  return bits
})
