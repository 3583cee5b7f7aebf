/** Octets. Nothing here keeps or changes an array that was passed in. */
export type Bytes = Uint8Array

// Every runtime that we run in has these two; the compiler settings of the pure packages leave them out.
declare const TextEncoder: new () => { encode(text: string): Uint8Array<ArrayBuffer> }
declare const TextDecoder: new (label: string, options: object) => { decode(bytes: Bytes): string }

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** The UTF-8 form of a text. */
export function utf8(text: string): Bytes {
  return encoder.encode(text)
}

/** The text of UTF-8 octets, or null where they are not UTF-8. A byte-order mark stays in the text. */
export function textOf(bytes: Bytes): string | null {
  try {
    return decoder.decode(bytes)
  } catch {
    return null
  }
}

/** All parts, one after the other. */
export function concat(...parts: readonly Bytes[]): Bytes {
  let length = 0
  for (const part of parts) length += part.length
  const all = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

/** Whether two values are the same. Not in constant time: all that is compared here is public. */
export function sameBytes(a: Bytes, b: Bytes): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}

/** A whole number as `width` octets, the highest first. */
export function bigEndian(value: number, width: number): Bytes {
  const out = new Uint8Array(width)
  let rest = value
  for (let i = width - 1; i >= 0; i -= 1) {
    out[i] = rest % 256
    rest = Math.floor(rest / 256)
  }
  return out
}

/** The whole number that octets stand for, the highest first. Exact below 2^53; the caller refuses more. */
export function numberOf(bytes: Bytes): number {
  let value = 0
  for (const octet of bytes) value = value * 256 + octet
  return value
}

/** Lower-case hexadecimal. */
export function hex(bytes: Bytes): string {
  let out = ''
  for (const octet of bytes) out += octet.toString(16).padStart(2, '0')
  return out
}

const BASE64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Base64 of RFC 4648 §4, padded. */
export function base64(bytes: Bytes): string {
  let out = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(i, i + 3)
    const left = bytes.length - i
    out += BASE64.charAt(a >> 2) + BASE64.charAt(((a & 3) << 4) | (b >> 4))
    out += left > 1 ? BASE64.charAt(((b & 15) << 2) | (c >> 6)) : '='
    out += left > 2 ? BASE64.charAt(c & 63) : '='
  }
  return out
}

/** The octets of base64 (RFC 4648 §4, padded), or null for anything that `base64` would not have written. */
export function fromBase64(text: string): Bytes | null {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return null
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  const out = new Uint8Array((text.length / 4) * 3 - padding)
  let at = 0
  for (let i = 0; i < text.length; i += 4) {
    let group = 0
    for (let j = i; j < i + 4; j += 1) group = group * 64 + Math.max(0, BASE64.indexOf(text.charAt(j)))
    // Bits that stand for nothing must be zero, or one value would have several spellings.
    if (i + 4 === text.length && group % 256 ** padding !== 0) return null
    for (const octet of [group >> 16, (group >> 8) & 255, group & 255]) {
      if (at < out.length) out[at] = octet
      at += 1
    }
  }
  return out
}

/** A whole number below 2^53 in decimal, without sign or leading zero, or null. */
export function wholeNumber(text: string): number | null {
  if (!/^(0|[1-9][0-9]{0,15})$/.test(text)) return null
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : null
}
