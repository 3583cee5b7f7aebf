import { crc32 } from 'node:zlib'
import type { SamplePicture } from './sample-pictures.ts'

/** The most that one stored block holds (RFC 1951 §3.2.4). */
const BLOCK = 0xffff

/**
 * A PNG without metadata and without alpha. Its pixels are stored, not compressed: what a deflater makes of them differs
 * from version to version, and the demo's files must have the same digest everywhere.
 */
export function encodePng({ width, height, data }: SamplePicture): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', stored(rowsOf({ width, height, data }))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Each row begins with its filter: none. */
function rowsOf({ width, height, data }: SamplePicture): Buffer {
  const rows = Buffer.alloc(height * (width * 3 + 1))
  for (let y = 0, to = 0; y < height; y += 1) {
    to += 1
    for (let from = y * width * 4; from < (y + 1) * width * 4; from += 4, to += 3) {
      rows.set(data.subarray(from, from + 3), to)
    }
  }
  return rows
}

/** A zlib stream of stored blocks (RFC 1950, RFC 1951). */
function stored(bytes: Buffer): Buffer {
  const parts: Uint8Array[] = [Buffer.from([0x78, 0x01])]
  for (let at = 0; at < bytes.length; at += BLOCK) {
    const block = bytes.subarray(at, at + BLOCK)
    const front = Buffer.alloc(5)
    front.writeUInt8(at + BLOCK >= bytes.length ? 1 : 0, 0)
    front.writeUInt16LE(block.length, 1)
    front.writeUInt16LE(block.length ^ 0xffff, 3)
    parts.push(front, block)
  }
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(adler32(bytes))
  return Buffer.concat([...parts, sum])
}

function adler32(bytes: Buffer): number {
  let a = 1
  let b = 0
  for (const byte of bytes) {
    a = (a + byte) % 65_521
    b = (b + a) % 65_521
  }
  return ((b << 16) | a) >>> 0
}

function chunk(name: string, body: Uint8Array): Buffer {
  const whole = Buffer.alloc(body.length + 12)
  whole.writeUInt32BE(body.length, 0)
  whole.write(name, 4, 'latin1')
  whole.set(body, 8)
  whole.writeUInt32BE(crc32(whole.subarray(4, 8 + body.length)), 8 + body.length)
  return whole
}
