import { hasAt } from './sniff.ts'

const JFIF_SEGMENT = 16
const APP0 = 0xe0
const SOF0 = 0xc0
const SOF1 = 0xc1
const DHT = 0xc4
const SOS = 0xda
const DQT = 0xdb
const DRI = 0xdd

/**
 * The size of a JPEG that consists of tables and one scan, from the first byte to the last; nothing if it holds any other
 * segment, thumbnail, comment or byte. What passes here has no room for a payload beside its pixels.
 */
export function plainJpegSize(bytes: Uint8Array): { readonly width: number; readonly height: number } | undefined {
  if (!hasAt(bytes, 0, '\xff\xd8')) return undefined
  let size: { width: number; height: number } | undefined
  let at = 2
  while (at + 4 <= bytes.length) {
    const code = bytes[at] === 0xff ? bytes[at + 1] : undefined
    const length = ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)
    if (code === undefined || length < 2 || at + 2 + length > bytes.length) return undefined
    const body = bytes.subarray(at + 4, at + 2 + length)
    at += 2 + length
    if (code === SOS) return endsWithScan(bytes, at) ? size : undefined
    if (code === SOF0 || code === SOF1) {
      if (size !== undefined || body.length < 6) return undefined
      size = { height: ((body[1] ?? 0) << 8) | (body[2] ?? 0), width: ((body[3] ?? 0) << 8) | (body[4] ?? 0) }
    } else if (code === APP0) {
      if (length !== JFIF_SEGMENT || !hasAt(body, 0, 'JFIF\0')) return undefined
    } else if (code !== DQT && code !== DHT && code !== DRI) {
      return undefined
    }
  }
  return undefined
}

/** From here on there are entropy-coded bytes, stuffing and restarts only, then the end of image and nothing after it. */
function endsWithScan(bytes: Uint8Array, from: number): boolean {
  for (let at = bytes.indexOf(0xff, from); at !== -1; at = bytes.indexOf(0xff, at + 2)) {
    const next = bytes[at + 1] ?? -1
    if (next === 0xd9) return at + 2 === bytes.length
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return false
  }
  return false
}
