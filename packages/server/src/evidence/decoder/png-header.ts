import { crc32 } from 'node:zlib'
import { orientationOf } from './exif.ts'
import { type Header, HeaderError } from './header.ts'
import { latin1 } from './sniff.ts'

export const SIGNATURE = 8
/** The chunks that pixels depend on. The codec is given these and no others: no text, no profile is ever inflated. */
export const PIXEL_CHUNKS = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'])

export interface Chunk {
  readonly name: string
  readonly body: Uint8Array
  readonly sound: boolean
  readonly end: number
}

/**
 * Walks the chunks of a PNG (W3C PNG 3rd ed. §5).
 *
 * @throws HeaderError no image header where it must stand, or two of them
 */
export function pngHeader(bytes: Uint8Array): Header {
  let orientation = 1
  let metadataBytes = 0
  let frames = 1
  let size: { width: number; height: number; colourType: number } | undefined
  let transparent = false
  let whole = false
  let sound = true
  let end = SIGNATURE
  for (const chunk of chunksOf(bytes)) {
    end = chunk.end
    sound &&= chunk.sound || !PIXEL_CHUNKS.has(chunk.name)
    if (size === undefined && chunk.name !== 'IHDR') throw new HeaderError(`expected IHDR first, found ${chunk.name}`)
    if (chunk.name === 'IHDR') {
      if (size !== undefined) throw new HeaderError('expected one IHDR, found a second')
      size = sizeOf(chunk.body)
    }
    if (chunk.name === 'tRNS') transparent = true
    if (chunk.name === 'eXIf') orientation = orientationOf(chunk.body)
    if (chunk.name === 'acTL' && chunk.body.length === 8) frames = Math.max(1, u32(chunk.body, 0))
    if (!PIXEL_CHUNKS.has(chunk.name) && chunk.name !== 'fdAT') metadataBytes += chunk.body.length
    whole = chunk.name === 'IEND'
  }
  if (size === undefined) throw new HeaderError('expected IHDR, found none')
  return {
    width: size.width,
    height: size.height,
    orientation,
    metadataBytes,
    frames,
    scans: 1,
    whole: whole && sound,
    grey: size.colourType === 0 && !transparent,
    end: whole ? end : bytes.length,
  }
}

/** Chunks up to the end of the image, or up to the first one that does not fit into the file. */
export function* chunksOf(bytes: Uint8Array): Generator<Chunk> {
  let at = SIGNATURE
  while (at + 12 <= bytes.length) {
    const length = u32(bytes, at)
    const end = at + 12 + length
    if (end > bytes.length) return
    const name = latin1(bytes.subarray(at + 4, at + 8))
    const sound = crc32(bytes.subarray(at + 4, end - 4)) === u32(bytes, end - 4)
    yield { name, body: bytes.subarray(at + 8, end - 4), sound, end }
    if (name === 'IEND') return
    at = end
  }
}

function sizeOf(body: Uint8Array): { width: number; height: number; colourType: number } {
  if (body.length !== 13) throw new HeaderError(`expected an IHDR of 13 bytes, found ${body.length}`)
  return { width: u32(body, 0), height: u32(body, 4), colourType: body[9] ?? 0 }
}

function u32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at)
}
