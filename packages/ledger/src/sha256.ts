import { type Bytes, concat } from './bytes.ts'

/** SHA-256. A server passes its runtime's own, which is about twice as fast. */
export type Hash = (message: Bytes) => Bytes

/** Octets of a SHA-256 hash. */
export const HASH_BYTES = 32

const BLOCK_BYTES = 64
const FIRST = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]
const ROUND = roundConstants()
// Made once, for speed; nothing else runs during a call.
const schedule = new Int32Array(64)
const state = new Int32Array(8)
const tail = new Uint8Array(2 * BLOCK_BYTES)

/** The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4 §4.2.2). */
function roundConstants(): Int32Array {
  const constants: number[] = []
  for (let n = 2; constants.length < 64; n += 1) {
    if (isPrime(n)) constants.push(cubeRootFraction(BigInt(n)))
  }
  return Int32Array.from(constants)
}

function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d += 1) if (n % d === 0) return false
  return true
}

/** The low 32 bits of ⌊2^32 · ∛n⌋, in whole numbers: a floating-point cube root may differ between runtimes. */
function cubeRootFraction(n: bigint): number {
  let root = 0n
  for (let bit = 1n << 36n; bit > 0n; bit >>= 1n) {
    const tried = root + bit
    if (tried ** 3n <= n << 96n) root = tried
  }
  return Number(BigInt.asIntN(32, root))
}

/** SHA-256 (FIPS 180-4 §6.2) of a message shorter than 2^50 octets. */
export function sha256(message: Bytes): Bytes {
  state.set(FIRST)
  const rest = message.length % BLOCK_BYTES
  const whole = message.length - rest
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(message, at)
  tail.fill(0)
  tail.set(message.subarray(whole))
  tail[rest] = 0x80
  const end = rest < 56 ? BLOCK_BYTES : 2 * BLOCK_BYTES
  let bits = message.length * 8
  for (let i = end - 1; bits > 0; i -= 1) {
    tail[i] = bits % 256
    bits = Math.floor(bits / 256)
  }
  for (let at = 0; at < end; at += BLOCK_BYTES) compress(tail, at)
  const out = new Uint8Array(HASH_BYTES)
  for (let i = 0; i < HASH_BYTES; i += 1) out[i] = word(state, i >> 2) >>> (24 - 8 * (i & 3))
  return out
}

function compress(block: Bytes, at: number): void {
  const w = schedule
  for (let i = 0; i < 16; i += 1) {
    const j = at + 4 * i
    w[i] = (octet(block, j) << 24) | (octet(block, j + 1) << 16) | (octet(block, j + 2) << 8) | octet(block, j + 3)
  }
  for (let i = 16; i < 64; i += 1) {
    const x = word(w, i - 15)
    const y = word(w, i - 2)
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[i] = (word(w, i - 16) + s0 + word(w, i - 7) + s1) | 0
  }
  // One by one: an iterator would halve the speed.
  let a = word(state, 0)
  let b = word(state, 1)
  let c = word(state, 2)
  let d = word(state, 3)
  let e = word(state, 4)
  let f = word(state, 5)
  let g = word(state, 6)
  let h = word(state, 7)
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + word(ROUND, i) + word(w, i)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const sums = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i += 1) state[i] = word(state, i) + (sums[i] as number)
}

function octet(block: Bytes, i: number): number {
  return block[i] as number
}

function word(words: Int32Array, i: number): number {
  return words[i] as number
}

/** HMAC-SHA256 (RFC 2104) under a key of at most 64 octets. */
export function hmac(key: Bytes, message: Bytes, hash: Hash = sha256): Bytes {
  const inner = new Uint8Array(BLOCK_BYTES).fill(0x36)
  const outer = new Uint8Array(BLOCK_BYTES).fill(0x5c)
  for (let i = 0; i < key.length; i += 1) {
    inner[i] = 0x36 ^ octet(key, i)
    outer[i] = 0x5c ^ octet(key, i)
  }
  return hash(concat(outer, hash(concat(inner, message))))
}
