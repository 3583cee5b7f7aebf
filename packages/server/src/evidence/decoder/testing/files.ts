import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { crc32, deflateSync } from 'node:zlib'
import type { Pixels } from '@lamplighter/matching'

/** Files for tests, made here: pictures of soft hills, and what is wrong with them. */

/** RGBA hills: chance heights on a grid of 20 × 20, smooth between them; something to see at every size, for each seed. */
export function hills(width: number, height: number, seed = 1): Pixels & { readonly data: Uint8Array } {
  const data = new Uint8Array(width * height * 4)
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const bright = Math.round(heightAt((19 * x) / width, (19 * y) / height, seed))
      data.set([bright, Math.round(bright * 0.8), 255 - bright, 255], (y * width + x) * 4)
    }
  }
  return { width, height, channels: 4, data }
}

function heightAt(x: number, y: number, seed: number): number {
  const [left, top] = [Math.floor(x), Math.floor(y)]
  const [u, v] = [x - left, y - top]
  const upper = chance(left, top, seed) * (1 - u) + chance(left + 1, top, seed) * u
  const lower = chance(left, top + 1, seed) * (1 - u) + chance(left + 1, top + 1, seed) * u
  return upper * (1 - v) + lower * v
}

/** A number from 0 to 255 that only the three numbers decide. */
function chance(x: number, y: number, seed: number): number {
  let hash = Math.imul(x + 1, 0x9e3779b1) ^ Math.imul(y + 1, 0x85ebca6b) ^ Math.imul(seed + 1, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  hash = Math.imul(hash ^ (hash >>> 13), 0x297a2d39)
  return (hash ^ (hash >>> 16)) & 0xff
}

export interface PngMore {
  /** Chunks between IHDR and the pixels. */
  readonly before?: readonly (readonly [name: string, body: Uint8Array])[]
  /** What the header says instead of the truth. */
  readonly claims?: { readonly width: number; readonly height: number }
}

/** A PNG of RGBA pixels. */
export function png({ width, height, data }: Pixels, more: PngMore = {}): Buffer {
  const rows = Buffer.alloc(height * (width * 4 + 1))
  for (let y = 0; y < height; y += 1) {
    rows.set(data.subarray(y * width * 4, (y + 1) * width * 4), y * (width * 4 + 1) + 1)
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(more.claims?.width ?? width, 0)
  header.writeUInt32BE(more.claims?.height ?? height, 4)
  header.set([8, 6, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    ...(more.before ?? []).map(([name, body]) => chunk(name, body)),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

function chunk(name: string, body: Uint8Array): Buffer {
  const whole = Buffer.alloc(body.length + 12)
  whole.writeUInt32BE(body.length, 0)
  whole.write(name, 4, 'latin1')
  whole.set(body, 8)
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + body.length)), 8 + body.length)
  return whole
}

/** A TIFF-shaped EXIF block with an orientation and an artist's name. */
export function exif(orientation: number, artist = 'a made-up artist'): Buffer {
  const name = Buffer.from(`${artist}\0`, 'latin1')
  const block = Buffer.alloc(38)
  block.write('II*\0', 0, 'latin1')
  block.writeUInt32LE(8, 4)
  block.writeUInt16LE(2, 8)
  block.writeUInt16LE(0x0112, 10)
  block.writeUInt16LE(3, 12)
  block.writeUInt32LE(1, 14)
  block.writeUInt16LE(orientation, 18)
  block.writeUInt16LE(0x013b, 22)
  block.writeUInt16LE(2, 24)
  block.writeUInt32LE(name.length, 26)
  block.writeUInt32LE(38, 30)
  return Buffer.concat([block, name])
}

/** A JPEG with a segment put in right behind its start. */
export function withSegment(jpeg: Uint8Array, code: number, body: Uint8Array): Buffer {
  const head = Buffer.from([0xff, code, (body.length + 2) >> 8, (body.length + 2) & 0xff])
  return Buffer.concat([jpeg.subarray(0, 2), head, body, jpeg.subarray(2)])
}

export function withExif(jpeg: Uint8Array, block: Uint8Array): Buffer {
  return withSegment(jpeg, 0xe1, Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), block]))
}

interface Encoder {
  encode(rgba: Uint8Array, width: number, height: number, options: object): Uint8Array
}

/** A WebP made by the codec's own encoder, without loss. */
export async function webp({ width, height, data }: Pixels): Promise<Buffer> {
  const { resolve } = createRequire(import.meta.url)
  const script = resolve('@jsquash/webp/codec/enc/webp_enc.js')
  const { default: make } = await import(script)
  const { defaultOptions } = await import(resolve('@jsquash/webp/meta.js'))
  const codec: Encoder = await make({
    noInitialRun: true,
    wasmBinary: readFileSync(script.replace(/\.js$/, '.wasm')),
  })
  return Buffer.from(codec.encode(Uint8Array.from(data), width, height, { ...defaultOptions, lossless: 1 }))
}

export { encodeJpeg as jpeg } from '../codecs.ts'
