import { randomFillSync } from 'node:crypto'

// Crockford's alphabet in lower case: its order is the order of the bytes, so ids sort by time.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * An id: `<prefix>_` and 26 characters of base32, 48 bits of milliseconds and 80 random bits (`platform.md` §4).
 * It sorts by time of making, is no secret and opens nothing.
 */
export function newId(prefix: string, now: number): string {
  const random = new Uint8Array(10)
  randomFillSync(random)
  let bits = BigInt(Math.trunc(now))
  for (const byte of random) bits = (bits << 8n) | BigInt(byte)
  let text = ''
  for (let n = 0; n < 26; n++) {
    text = ALPHABET[Number(bits & 31n)] + text
    bits >>= 5n
  }
  return `${prefix}_${text}`
}
