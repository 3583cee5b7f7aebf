import { type Bytes, concat } from './bytes.ts'

/** SHA-256. A server passes its runtime's own, which is about twice as fast. */
export type Hash = (message: Bytes) => Bytes

/** Octets of a SHA-256 hash. */
export const HASH_BYTES = 32

const BLOCK_BYTES = 64
const FIRST = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19]
const ROUND = roundConstants()
const schedule = new Int32Array(64)

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
  const state = Int32Array.from(FIRST)
  const whole = message.length - (message.length % BLOCK_BYTES)
  for (let at = 0; at < whole; at += BLOCK_BYTES) compress(state, message, at)
  const rest = message.length - whole
  const tail = new Uint8Array(rest < 56 ? BLOCK_BYTES : 2 * BLOCK_BYTES)
  tail.set(message.subarray(whole))
  tail[rest] = 0x80
  let bits = message.length * 8
  for (let i = tail.length - 1; bits > 0; i -= 1) {
    tail[i] = bits % 256
    bits = Math.floor(bits / 256)
  }
  for (let at = 0; at < tail.length; at += BLOCK_BYTES) compress(state, tail, at)
  const out = new Uint8Array(HASH_BYTES)
  for (let i = 0; i < 8; i += 1) {
    const word = state[i] ?? 0
    out[4 * i] = word >>> 24
    out[4 * i + 1] = word >>> 16
    out[4 * i + 2] = word >>> 8
    out[4 * i + 3] = word
  }
  return out
}

function compress(state: Int32Array, block: Bytes, at: number): void {
  const w = schedule
  for (let i = 0; i < 16; i += 1) {
    const j = at + 4 * i
    w[i] = (octet(block, j) << 24) | (octet(block, j + 1) << 16) | (octet(block, j + 2) << 8) | octet(block, j + 3)
  }
  for (let i = 16; i < 64; i += 1) {
    const x = w[i - 15] as number
    const y = w[i - 2] as number
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    w[i] = ((w[i - 16] as number) + s0 + (w[i - 7] as number) + s1) | 0
  }
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (ROUND[i] as number) + (w[i] as number)) | 0
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
  const after = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i += 1) state[i] = ((state[i] as number) + (after[i] as number)) | 0
}

function octet(block: Bytes, i: number): number {
  return block[i] as number
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
