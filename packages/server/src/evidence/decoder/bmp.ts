import type { Pixels } from '@lamplighter/matching'
import { type Header, HeaderError } from './header.ts'

/*
 * Windows bitmaps (BITMAPCOREHEADER, BITMAPINFOHEADER, V4 and V5). A reader of our own: the format is a header, a palette and rows, and
 * everything in it is checked against the bytes that there are.
 */

const FILE_HEADER = 14
const CORE = 12
const RLE8 = 1
const RLE4 = 2
const BITFIELDS = 3
const ALPHA_BITFIELDS = 6

interface Bitmap {
  readonly width: number
  readonly height: number
  /** Rows run from the top down; usually they run upwards. */
  readonly downwards: boolean
  readonly bits: number
  readonly compression: number
  /** Where the pixels begin. */
  readonly start: number
  /** Bytes of a row, filled up to a multiple of four. */
  readonly stride: number
  readonly palette: readonly (readonly [red: number, green: number, blue: number])[]
  /** Which bits of a pixel are red, green, blue and alpha. */
  readonly masks: readonly [number, number, number, number]
}

/** @throws HeaderError what is no bitmap, or a kind that nobody writes */
export function bmpHeader(bytes: Uint8Array): Header {
  const bitmap = bitmapOf(bytes)
  const { width, height } = bitmap
  const packed = bitmap.compression === RLE8 || bitmap.compression === RLE4
  const end = packed ? bytes.length : Math.min(bytes.length, bitmap.start + bitmap.stride * height)
  const whole = packed || bitmap.start + bitmap.stride * height <= bytes.length
  return { width, height, orientation: 1, end, frames: 1, metadataBytes: 0, whole, grey: false, scans: 1 }
}

/** The pixels; what the file lacks stays black. `warnings` counts what does not hold together. */
export function decodeBmp(bytes: Uint8Array): { readonly pixels: Pixels; readonly warnings: number } {
  const bitmap = bitmapOf(bytes)
  return bitmap.compression === RLE8 || bitmap.compression === RLE4 ? unpacked(bytes, bitmap) : plain(bytes, bitmap)
}

function bitmapOf(bytes: Uint8Array): Bitmap {
  if (bytes.length < FILE_HEADER + CORE) throw new HeaderError(`expected a bitmap header, found ${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const size = view.getUint32(FILE_HEADER, true)
  const isCore = size === CORE
  if (!isCore && (size < 40 || FILE_HEADER + size > bytes.length)) throw new HeaderError(`a header of ${size} bytes`)
  const at = FILE_HEADER + 4
  const signed = isCore ? view.getUint16(at + 2, true) : view.getInt32(at + 4, true)
  const [width, height] = [isCore ? view.getUint16(at, true) : view.getInt32(at, true), Math.abs(signed)]
  const bits = view.getUint16(isCore ? at + 6 : at + 10, true)
  const compression = isCore ? 0 : view.getUint32(at + 12, true)
  const start = view.getUint32(10, true)
  if (width < 1 || height < 1 || start > bytes.length) throw new HeaderError('sizes that cannot be')
  if (!isKnown(bits, compression)) throw new HeaderError(`${bits} bits in form ${compression}`)
  const after = FILE_HEADER + size
  const masked = compression === BITFIELDS || compression === ALPHA_BITFIELDS
  const colours = isCore ? 0 : view.getUint32(at + 28, true)
  return {
    width,
    height,
    downwards: signed < 0,
    bits,
    compression,
    start,
    stride: 4 * Math.ceil((width * bits) / 32),
    palette: bits > 8 ? [] : paletteAt(bytes, { at: after, entry: isCore ? 3 : 4, colours: colours || 2 ** bits }),
    masks: masked
      ? masksAt(view, { size, alpha: compression === ALPHA_BITFIELDS })
      : USUAL_MASKS[bits === 16 ? 16 : 32],
  }
}

function isKnown(bits: number, compression: number): boolean {
  if (compression === 0) return [1, 4, 8, 16, 24, 32].includes(bits)
  if (compression === RLE8) return bits === 8
  if (compression === RLE4) return bits === 4
  return (compression === BITFIELDS || compression === ALPHA_BITFIELDS) && (bits === 16 || bits === 32)
}

const USUAL_MASKS = { 16: [0x7c00, 0x03e0, 0x001f, 0], 32: [0xff0000, 0xff00, 0xff, 0] } as const

/** Masks stand behind a header of 40 bytes, and inside a longer one, at the same place. */
function masksAt(view: DataView, { size, alpha }: { size: number; alpha: boolean }): Bitmap['masks'] {
  const at = FILE_HEADER + 40
  const count = alpha || size >= 56 ? 4 : 3
  if (at + 4 * count > view.byteLength) throw new HeaderError('the file ends before its masks')
  const mask = (n: number) => (n < count ? view.getUint32(at + 4 * n, true) : 0)
  return [mask(0), mask(1), mask(2), mask(3)]
}

function paletteAt(bytes: Uint8Array, { at, entry, colours }: { at: number; entry: number; colours: number }) {
  const there = Math.floor(Math.max(0, bytes.length - at) / entry)
  return Array.from({ length: Math.min(colours, 256, there) }, (_, n) => {
    const place = at + n * entry
    return [bytes[place + 2] ?? 0, bytes[place + 1] ?? 0, bytes[place] ?? 0] as const
  })
}

interface Canvas {
  readonly pixels: Pixels
  /** Puts one pixel, counted from the row that the file begins with. */
  set(x: number, row: number, colour: readonly [number, number, number, number?]): void
}

function canvasOf({ width, height, downwards }: Bitmap, channels: 3 | 4): Canvas {
  const data = new Uint8Array(width * height * channels)
  return {
    pixels: { width, height, channels, data },
    set(x, row, [red, green, blue, alpha = 255]) {
      const at = ((downwards ? row : height - 1 - row) * width + x) * channels
      data[at] = red
      data[at + 1] = green
      data[at + 2] = blue
      if (channels === 4) data[at + 3] = alpha
    },
  }
}

function plain(bytes: Uint8Array, bitmap: Bitmap): { pixels: Pixels; warnings: number } {
  const { width, height, stride, start } = bitmap
  const canvas = canvasOf(bitmap, bitmap.masks[3] === 0 ? 3 : 4)
  const colourAt = readerOf(bytes, bitmap)
  let missing = 0
  for (let row = 0; row < height; row += 1) {
    const from = start + row * stride
    if (from + stride > bytes.length) missing = 1
    for (let x = 0; x < width; x += 1) {
      const colour = colourAt(from, x)
      if (colour === undefined) missing = 1
      else canvas.set(x, row, colour)
    }
  }
  return { pixels: canvas.pixels, warnings: missing }
}

type Colour = readonly [number, number, number, number?]

/** How one pixel of a row is read; undefined where the file or its palette has ended. */
function readerOf(
  bytes: Uint8Array,
  { bits, palette, masks }: Bitmap,
): (from: number, x: number) => Colour | undefined {
  if (bits === 24) {
    return (from, x) => {
      const at = from + 3 * x
      return at + 3 > bytes.length ? undefined : [bytes[at + 2] ?? 0, bytes[at + 1] ?? 0, bytes[at] ?? 0]
    }
  }
  if (bits <= 8) {
    const most = 2 ** bits - 1
    return (from, x) => {
      const byte = bytes[from + ((x * bits) >> 3)]
      return byte === undefined ? undefined : palette[(byte >> (8 - bits - ((x * bits) & 7))) & most]
    }
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [red, green, blue, alpha] = masks.map(channelOf)
  return (from, x) => {
    const at = from + (bits / 8) * x
    if (at + bits / 8 > bytes.length) return undefined
    const value = bits === 16 ? view.getUint16(at, true) : view.getUint32(at, true)
    return [red?.(value) ?? 0, green?.(value) ?? 0, blue?.(value) ?? 0, alpha?.(value) ?? 255]
  }
}

/** The bits under a mask as 0 to 255; nothing for an empty mask. */
function channelOf(mask: number): ((value: number) => number) | undefined {
  if (mask === 0) return undefined
  const shift = 31 - Math.clz32(mask & -mask)
  const most = mask >>> shift
  return (value) => Math.round((((value & mask) >>> shift) * 255) / most)
}

/** Runs of equal pixels (Microsoft, "Bitmap Compression"). Pixels that no run names stay black. */
function unpacked(bytes: Uint8Array, bitmap: Bitmap): { pixels: Pixels; warnings: number } {
  const { width, height, bits, palette, start } = bitmap
  const canvas = canvasOf(bitmap, 3)
  let [at, x, row, wrong] = [start, 0, 0, 0]
  const put = (index: number) => {
    const colour = palette[index]
    if (colour === undefined || x >= width || row >= height) wrong = 1
    else canvas.set(x, row, colour)
    x += 1
  }
  const nibble = (byte: number, n: number) => (bits === 8 ? byte : n % 2 === 0 ? byte >> 4 : byte & 15)
  while (at + 1 < bytes.length) {
    const [run, value] = [bytes[at] ?? 0, bytes[at + 1] ?? 0]
    at += 2
    if (run > 0) {
      for (let n = 0; n < run; n += 1) put(nibble(value, n))
    } else if (value === 0) {
      x = 0
      row += 1
    } else if (value === 1) return { pixels: canvas.pixels, warnings: wrong }
    else if (value === 2) {
      x += bytes[at] ?? 0
      row += bytes[at + 1] ?? 0
      at += 2
    } else {
      const length = bits === 8 ? value : Math.ceil(value / 2)
      for (let n = 0; n < value; n += 1) put(nibble(bytes[at + (bits === 8 ? n : n >> 1)] ?? 0, n))
      at += length + (length % 2)
    }
  }
  return { pixels: canvas.pixels, warnings: 1 }
}
