import type { Pixels } from '@lamplighter/matching'

/** Windows bitmaps in the kinds that programs write. */

export interface BitmapHow {
  /** 24: red, green, blue · 32: with a fourth byte · 16: five, six and five bits · 8: 256 greys, of the red channel · 1: black and white, of it */
  readonly bits: 1 | 8 | 16 | 24 | 32
  readonly downwards?: boolean
  /** The old header of 12 bytes. */
  readonly core?: boolean
  /** 32 bits: the fourth byte is alpha, and a header of 124 bytes says so. */
  readonly alpha?: boolean
  /** 8 bits: runs of equal pixels. */
  readonly packed?: boolean
}

export function bmp(picture: Pixels, how: BitmapHow): Buffer {
  const { width, height } = picture
  const rows = Array.from({ length: height }, (_, y) =>
    rowOf(picture, how.downwards === true ? y : height - 1 - y, how),
  )
  const body = Buffer.concat(how.packed === true ? [...rows.map(runs), Buffer.from([0, 1])] : rows)
  const header = how.core === true ? coreHeader(width, height, how.bits) : infoHeader(width, height, how)
  const palette = how.bits > 8 ? Buffer.alloc(0) : paletteOf(how)
  const start = 14 + header.length + palette.length
  const front = Buffer.alloc(14)
  front.write('BM', 'latin1')
  front.writeUInt32LE(start + body.length, 2)
  front.writeUInt32LE(start, 10)
  return Buffer.concat([front, header, palette, body])
}

function coreHeader(width: number, height: number, bits: number): Buffer {
  const header = Buffer.alloc(12)
  header.writeUInt32LE(12, 0)
  for (const [at, value] of [width, height, 1, bits].entries()) header.writeUInt16LE(value, 4 + 2 * at)
  return header
}

function infoHeader(width: number, height: number, { bits, downwards, alpha, packed }: BitmapHow): Buffer {
  const masked = bits === 16 || alpha === true
  const header = Buffer.alloc(alpha === true ? 124 : 40 + (masked ? 12 : 0))
  header.writeUInt32LE(alpha === true ? 124 : 40, 0)
  header.writeInt32LE(width, 4)
  header.writeInt32LE(downwards === true ? -height : height, 8)
  header.writeUInt16LE(1, 12)
  header.writeUInt16LE(bits, 14)
  header.writeUInt32LE(masked ? 3 : packed === true ? 1 : 0, 16)
  const masks = bits === 16 ? [0xf800, 0x07e0, 0x001f] : [0xff0000, 0xff00, 0xff, 0xff000000]
  if (masked) for (const [at, mask] of masks.entries()) header.writeUInt32LE(mask, 40 + 4 * at)
  return header
}

function paletteOf({ bits, core }: BitmapHow): Buffer {
  const last = 2 ** bits - 1
  const colours = Array.from({ length: last + 1 }, (_, n) => Math.round((n * 255) / last))
  return Buffer.from(colours.flatMap((grey) => (core === true ? [grey, grey, grey] : [grey, grey, grey, 0])))
}

function rowOf({ width, channels, data }: Pixels, y: number, { bits, alpha }: BitmapHow): Buffer {
  const row = Buffer.alloc(4 * Math.ceil((width * bits) / 32))
  for (let x = 0; x < width; x += 1) {
    const at = (y * width + x) * channels
    const [red = 0, green = 0, blue = 0, opacity = 255] = data.subarray(at, at + channels)
    if (bits === 1) row[x >> 3] = (row[x >> 3] ?? 0) | (red > 127 ? 0x80 >> (x & 7) : 0)
    else if (bits === 8) row[x] = red
    else if (bits === 16) row.writeUInt16LE(((red >> 3) << 11) | ((green >> 2) << 5) | (blue >> 3), 2 * x)
    else row.set([blue, green, red, ...(bits === 32 ? [alpha === true ? opacity : 0] : [])], (x * bits) / 8)
  }
  return row
}

/** A row as runs, single pixels among them as they are. */
function runs(row: Buffer): Buffer {
  const out: number[] = []
  for (let at = 0; at < row.length; ) {
    let length = 1
    while (length < 255 && row[at + length] === row[at] && at + length < row.length) length += 1
    out.push(length, row[at] ?? 0)
    at += length
  }
  return Buffer.from([...out, 0, 0])
}
