/** A PDQ hash: 64 lower-case hex digits, 256 bits. Made by {@link parsePdq} or by hashing; a plain string is not one. */
export type Pdq = string & { readonly __pdq: true }

/** `full` hashes the picture as it is, `n512` a sample of 512 × 512; list makers use both (matching.md §6.1). */
export type Profile = 'full' | 'n512'

/** Eight 32-bit words in text order: the first eight hex digits are word 0. */
export type PdqWords = Uint32Array

/**
 * Reads a hash that comes from outside. Upper case is lowered. All else that is not 64 hex digits is refused, and so are
 * hashes with under 16 or over 240 bits set: no picture gives them, and one such entry would match too much (§6.3).
 */
export function parsePdq(text: string): Pdq | undefined {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) return undefined
  const pdq = text.toLowerCase() as Pdq
  const bits = bitsSet(pdq)
  return bits < 16 || bits > 240 ? undefined : pdq
}

/** How many of the 256 bits are set. A list entry with other than 96 to 160 is shown as odd (§6.3). */
export function bitsSet(pdq: Pdq): number {
  let bits = 0
  for (const word of wordsOfPdq(pdq)) bits += popcount(word)
  return bits
}

export function wordsOfPdq(pdq: Pdq): PdqWords {
  const words = new Uint32Array(8)
  for (let at = 0; at < 64; at += 1) words[at >>> 3] = ((words[at >>> 3] ?? 0) << 4) | digitAt(pdq, at)
  return words
}

/** The 32 bytes of a hash, in text order. */
export function bytesOfPdq(pdq: Pdq): Uint8Array {
  const bytes = new Uint8Array(32)
  for (let at = 0; at < 32; at += 1) bytes[at] = (digitAt(pdq, 2 * at) << 4) | digitAt(pdq, 2 * at + 1)
  return bytes
}

/** A lower-case hex digit: letters stand 39 places behind where they would follow the digits. */
function digitAt(pdq: Pdq, at: number): number {
  const code = pdq.charCodeAt(at) - 48
  return code > 9 ? code - 39 : code
}

export function pdqOfWords(words: PdqWords): Pdq {
  return Array.from(words, (word) => word.toString(16).padStart(8, '0')).join('') as Pdq
}

/** Bits in which two hashes differ, 0 to 256. */
export function distanceBits(a: Pdq, b: Pdq): number {
  const left = wordsOfPdq(a)
  const right = wordsOfPdq(b)
  return left.reduce((sum, word, i) => sum + popcount(word ^ (right[i] ?? 0)), 0)
}

/** Bits set in a 32-bit word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555)
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333)
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}
