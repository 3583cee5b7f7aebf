import { constants, crc32, deflateSync, inflateSync } from 'node:zlib'
import { chunksOf, PIXEL_CHUNKS, SIGNATURE } from './png-header.ts'

type Piece = readonly [name: string, body: Uint8Array]

/** The same picture with nothing but the chunks that its pixels need, checksums made anew. */
export function pixelChunksOnly(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const kept = [...chunksOf(bytes)].filter(({ name }) => PIXEL_CHUNKS.has(name))
  return pngOf(kept.map(({ name, body }) => [name, body]))
}

/** Larger pictures are not mended: it would take memory and time for a file that is damaged anyway. */
const MENDED_PIXELS = 25_000_000
const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 }

/**
 * A PNG that was cut off, as viewers show it: what there is of the pixels, and nothing below. Nothing is given for an
 * interlaced or very large one, or where the compressed bytes themselves are wrong.
 */
export function mendedPng(bytes: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
  const chunks = [...chunksOf(bytes)]
  const header = chunks.find(({ name }) => name === 'IHDR')?.body
  const rowsBytes = header === undefined ? undefined : bytesOfRows(header)
  if (header === undefined || rowsBytes === undefined) return undefined
  // The chunk that was cut off has a length and a name, and then whatever is left.
  const rest = bytes.subarray((chunks.at(-1)?.end ?? SIGNATURE) + 8)
  const compressed = Buffer.concat([...chunks.filter(({ name }) => name === 'IDAT').map(({ body }) => body), rest])
  const rows = Buffer.alloc(rowsBytes)
  try {
    rows.set(inflateSync(compressed, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: rowsBytes }))
  } catch {
    return undefined
  }
  const before = chunks.filter(({ name }) => name === 'PLTE' || name === 'tRNS')
  return pngOf([
    ['IHDR', header],
    ...before.map(({ name, body }): Piece => [name, body]),
    ['IDAT', deflateSync(rows, { level: 1 })],
    ['IEND', new Uint8Array()],
  ])
}

/** Bytes of all rows with their filter bytes (W3C PNG 3rd ed. §7.2), for pictures that are mended. */
function bytesOfRows(header: Uint8Array): number | undefined {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength)
  const [width, height] = [view.getUint32(0), view.getUint32(4)]
  const channels = CHANNELS[view.getUint8(9)]
  const interlaced = view.getUint8(12) !== 0
  if (interlaced || channels === undefined || width * height > MENDED_PIXELS) return undefined
  return height * (1 + Math.ceil((width * channels * view.getUint8(8)) / 8))
}

function pngOf(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  const out = new Uint8Array(pieces.reduce((sum, [, body]) => sum + body.length + 12, SIGNATURE))
  const view = new DataView(out.buffer)
  out.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  let at = SIGNATURE
  for (const [name, body] of pieces) {
    view.setUint32(at, body.length)
    for (let i = 0; i < 4; i += 1) out[at + 4 + i] = name.charCodeAt(i)
    out.set(body, at + 8)
    view.setUint32(at + 8 + body.length, crc32(out.subarray(at + 4, at + 8 + body.length)))
    at += body.length + 12
  }
  return out
}
