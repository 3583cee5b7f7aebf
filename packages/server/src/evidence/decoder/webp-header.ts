import { orientationOf } from './exif.ts'
import { type Header, HeaderError } from './header.ts'
import { hasAt, latin1 } from './sniff.ts'

const FIRST_CHUNK = 12
const PIXEL_CHUNKS = new Set(['VP8 ', 'VP8L', 'VP8X', 'ALPH', 'ANIM', 'ANMF'])

/**
 * Walks the chunks of a WebP (RFC 9649 §2).
 *
 * @throws HeaderError no image chunk, or one too short to say its size
 */
export function webpHeader(bytes: Uint8Array): Header {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < FIRST_CHUNK) throw new HeaderError('expected a RIFF header of 12 bytes')
  const end = paddedEnd(8 + view.getUint32(4, true))
  const limit = Math.min(end, bytes.length)
  let size: { width: number; height: number } | undefined
  let orientation = 1
  let metadataBytes = 0
  let frames = 0
  let at = FIRST_CHUNK
  while (at + 8 <= limit) {
    const name = latin1(bytes.subarray(at, at + 4))
    const length = view.getUint32(at + 4, true)
    const body = bytes.subarray(at + 8, Math.min(at + 8 + length, limit))
    size ??= sizeOf(name, body)
    if (name === 'ANMF') frames += 1
    if (name === 'EXIF') orientation = orientationOf(hasAt(body, 0, 'Exif\0\0') ? body.subarray(6) : body)
    if (!PIXEL_CHUNKS.has(name)) metadataBytes += body.length
    at = paddedEnd(at + 8 + length)
  }
  if (size === undefined) throw new HeaderError('expected an image chunk, found none')
  const whole = end <= bytes.length && at === end
  const header = { ...size, orientation, metadataBytes, scans: 1, whole, grey: false, end: limit }
  return frames > 0 ? { ...header, frames, needs: 'native' } : { ...header, frames: 1 }
}

/** Chunks begin at even places. */
function paddedEnd(at: number): number {
  return at + (at % 2)
}

function sizeOf(name: string, body: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  if (name === 'VP8X' && body.length >= 10) return { width: 1 + u24(view, 4), height: 1 + u24(view, 7) }
  if (name === 'VP8L' && body.length >= 5 && body[0] === 0x2f) {
    const bits = view.getUint32(1, true)
    return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
  }
  if (name === 'VP8 ' && body.length >= 10 && hasAt(body, 3, '\x9d\x01*')) {
    return { width: view.getUint16(6, true) & 0x3fff, height: view.getUint16(8, true) & 0x3fff }
  }
  return undefined
}

function u24(view: DataView, at: number): number {
  return view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
}
