import { orientationOf } from './exif.ts'
import { type Header, HeaderError } from './header.ts'
import { hasAt } from './sniff.ts'

const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const APP1 = 0xe1

interface Frame {
  readonly width: number
  readonly height: number
  readonly components: number
}

/**
 * Walks the markers of a JPEG (ITU-T T.81 annex B) from start to end of image, through all scans.
 *
 * @throws HeaderError no frame header, two of them, or a marker where none may be
 */
export function jpegHeader(bytes: Uint8Array): Header {
  let frame: Frame | undefined
  let orientation = 1
  let metadataBytes = 0
  let scans = 0
  let at = 2
  let whole = false
  while (at < bytes.length) {
    const marker = markerAt(bytes, at)
    if (marker === undefined) break
    at = marker.next
    if (marker.code === EOI) {
      whole = scans > 0
      break
    }
    if (marker.code === SOI) throw new HeaderError('expected one start of image, found a second')
    if (isBare(marker.code)) continue
    const length = at + 2 <= bytes.length ? u16(bytes, at) : 0
    if (length < 2 || at + length > bytes.length) break
    const body = bytes.subarray(at + 2, at + length)
    at += length
    if (isFrame(marker.code)) {
      if (frame !== undefined) throw new HeaderError('expected one frame header, found a second')
      frame = frameOf(body)
    } else if (marker.code === SOS) {
      scans += 1
      at = endOfScan(bytes, at)
    } else if (isMetadata(marker.code)) {
      metadataBytes += length
      if (marker.code === APP1 && hasAt(body, 0, 'Exif\0\0')) orientation = orientationOf(body.subarray(6))
    }
  }
  if (frame === undefined) throw new HeaderError('expected a frame header, found none')
  const { width, height, components } = frame
  const header = { width, height, orientation, metadataBytes, scans, whole, frames: 1, grey: components === 1 }
  const end = whole ? at : bytes.length
  // Four inks; how they mix into colours is known to the native build alone.
  return components > 3 ? { ...header, end, needs: 'native' } : { ...header, end }
}

function markerAt(bytes: Uint8Array, at: number): { code: number; next: number } | undefined {
  if (bytes[at] !== 0xff) return undefined
  let next = at
  while (bytes[next] === 0xff) next += 1
  const code = bytes[next]
  return code === undefined || code === 0 ? undefined : { code, next: next + 1 }
}

/** Entropy-coded bytes run until a marker that is neither stuffing nor a restart. */
function endOfScan(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from)
  while (at !== -1) {
    const next = bytes[at + 1]
    if (next !== undefined && next !== 0 && next !== 0xff && !(next >= 0xd0 && next <= 0xd7)) return at
    at = bytes.indexOf(0xff, at + 1)
  }
  return bytes.length
}

function frameOf(body: Uint8Array): Frame {
  if (body.length < 6) throw new HeaderError(`expected a frame header of 6 bytes or more, found ${body.length}`)
  return { height: u16(body, 1), width: u16(body, 3), components: body[5] ?? 0 }
}

const isFrame = (code: number): boolean =>
  code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc
const isBare = (code: number): boolean => code === 0x01 || (code >= 0xd0 && code <= 0xd7)
const isMetadata = (code: number): boolean => (code >= 0xe0 && code <= 0xef) || code === 0xfe

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}
