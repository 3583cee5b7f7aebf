/**
 * SHA-256 (FIPS 180-4) as lower-case hex, of the UTF-8 of a text. Rules are hashed where no platform crypto may be
 * imported and nothing may wait; the hash names rules, it does not guard a secret.
 */
export function sha256(text: string): string {
  const message = padded(utf8(text))
  const state = Uint32Array.from(INITIAL)
  const words = new Uint32Array(64)
  const view = new DataView(message.buffer)
  for (let at = 0; at < message.length; at += 64) {
    for (let i = 0; i < 16; i++) words[i] = view.getUint32(at + i * 4)
    compress(state, words)
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, '0')).join('')
}

const { initial: INITIAL, round: ROUND } = constants()

/** The fractional parts of the square and cube roots of the first primes (FIPS 180-4 §4.2.2, §5.3.3). */
function constants(): { initial: Uint32Array; round: Uint32Array } {
  const primes: number[] = []
  for (let n = 2; primes.length < 64; n++) if (primes.every((prime) => n % prime !== 0)) primes.push(n)
  const fraction = (prime: number, root: bigint) =>
    Number(integerRoot(BigInt(prime) << (32n * root), root) & 0xffffffffn)
  return {
    initial: Uint32Array.from(primes.slice(0, 8), (prime) => fraction(prime, 2n)),
    round: Uint32Array.from(primes, (prime) => fraction(prime, 3n)),
  }
}

function integerRoot(of: bigint, root: bigint): bigint {
  let low = 0n
  let high = 1n << 40n
  while (low < high) {
    const middle = (low + high + 1n) >> 1n
    if (middle ** root <= of) low = middle
    else high = middle - 1n
  }
  return low
}

function compress(state: Uint32Array, w: Uint32Array): void {
  for (let i = 16; i < 64; i++) {
    const a = w[i - 15] ?? 0
    const b = w[i - 2] ?? 0
    const low = rotate(a, 7) ^ rotate(a, 18) ^ (a >>> 3)
    const high = rotate(b, 17) ^ rotate(b, 19) ^ (b >>> 10)
    w[i] = (w[i - 16] ?? 0) + low + (w[i - 7] ?? 0) + high
  }
  let [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
  for (let i = 0; i < 64; i++) {
    const choice = (e & f) ^ (~e & g)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    const first = (h + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) + choice + (ROUND[i] ?? 0) + (w[i] ?? 0)) | 0
    const second = ((rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + majority) | 0
    h = g
    g = f
    f = e
    e = (d + first) | 0
    d = c
    c = b
    b = a
    a = (first + second) | 0
  }
  const next = [a, b, c, d, e, f, g, h]
  for (let i = 0; i < 8; i++) state[i] = (state[i] ?? 0) + (next[i] ?? 0)
}

function rotate(word: number, by: number): number {
  return (word >>> by) | (word << (32 - by))
}

function padded(bytes: readonly number[]): Uint8Array<ArrayBuffer> {
  const length = Math.ceil((bytes.length + 9) / 64) * 64
  const out = new Uint8Array(length)
  out.set(bytes)
  out[bytes.length] = 0x80
  new DataView(out.buffer).setBigUint64(length - 8, BigInt(bytes.length) * 8n)
  return out
}

function utf8(text: string): number[] {
  const bytes: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else if (code < 0x800) bytes.push(0xc0 | (code >> 6), tail(code, 0))
    else if (code < 0x10000) bytes.push(0xe0 | (code >> 12), tail(code, 1), tail(code, 0))
    else bytes.push(0xf0 | (code >> 18), tail(code, 2), tail(code, 1), tail(code, 0))
  }
  return bytes
}

function tail(code: number, index: number): number {
  return 0x80 | ((code >> (6 * index)) & 0x3f)
}
