import { createHmac, hash, type KeyObject, randomBytes, timingSafeEqual } from 'node:crypto'

/** SHA-256 (FIPS 180-4), 32 bytes. */
export function sha256(content: Uint8Array | string): Uint8Array {
  return new Uint8Array(hash('sha256', content, 'buffer'))
}

export function sha256Hex(content: Uint8Array | string): string {
  return hash('sha256', content)
}

/** HMAC-SHA-256 (RFC 2104), 32 bytes. */
export function hmacSha256(key: Uint8Array, content: Uint8Array | string): Uint8Array {
  return new Uint8Array(createHmac('sha256', key).update(content).digest())
}

/** @param key a `KeyObject` where one key is used for every event: bytes would be taken in anew each time */
export function hmacHex(key: Uint8Array | KeyObject, content: string): string {
  return createHmac('sha256', key).update(content).digest('hex')
}

/** Equal bytes, in a time that does not tell where they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `bits` random bits in base64url: 256 are 43 characters, 128 are 22. */
export function randomToken(bits: number): string {
  return randomBytes(Math.ceil(bits / 8)).toString('base64url')
}

// Without 0, 1, I, O: a person types it.
const SHORT = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ'

/** `8FQ2-KX7M`: 40 random bits for the demo on loopback, where three wrong tries end it (security.md §3). */
export function shortCode(): string {
  const letters = [...randomBytes(8)].map((byte) => SHORT[byte & 31]).join('')
  return `${letters.slice(0, 4)}-${letters.slice(4)}`
}

const STOCK_BYTES = 8_192
let stock = Buffer.alloc(0)

/** Random bytes, drawn in stock: asking the system for ten costs as much as asking it for thousands. Each is given once. */
export function randomPart(bytes: number): Buffer {
  if (stock.length < bytes) stock = randomBytes(STOCK_BYTES)
  const part = stock.subarray(0, bytes)
  stock = stock.subarray(bytes)
  return part
}
