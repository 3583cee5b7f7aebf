import type { Pixels } from '@lamplighter/matching'
import sharp from 'sharp'
import { type Build, type Frame, greyOf, type Picture, type Still, Undecodable } from './build.ts'
import { isTooLarge } from './header.ts'
import { LIMITS } from './limits.ts'
import type { Why } from './types.ts'

// No other format can be begun, whatever the bytes look like to libvips.
sharp.block({ operation: ['VipsForeignLoad'] })
sharp.unblock({ operation: ['Nsgif', 'Tiff', 'Jpeg', 'Webp'].map((name) => `VipsForeignLoad${name}Buffer`) })
sharp.cache(false)
sharp.concurrency(1)

const TYPES: ReadonlySet<string> = new Set(['image/gif', 'image/tiff', 'image/jpeg', 'image/webp'])
/** Pixels of an animation that are held at a time. */
const HELD_PIXELS = 25_000_000
/** After this no further pictures of a file are begun. */
const FRAMES_MS = 12_000

/** Libvips, as `sharp` brings it: for rarer forms, and for what else it is preferred for. It runs only in the second decoder, which alone may load add-ons. */
export const native: Build = {
  async still(picture): Promise<Still> {
    if (!TYPES.has(picture.type)) throw new Undecodable('no_decoder', `${picture.type} is not decoded by this build`)
    const { pixels, clean } = await span(picture, { from: 0, count: 1 })
    const { grey, whole } = picture.header
    return { pixels: grey ? greyOf(pixels) : pixels, clean: clean && whole }
  },
  async *frames(picture, wanted): AsyncGenerator<Frame> {
    const until = performance.now() + FRAMES_MS
    for (let next = 0; next < wanted.length && performance.now() < until; ) {
      const from = wanted[next] ?? 0
      const count = countFrom(picture, wanted.slice(next))
      const read = await readSpan(picture, { from, count })
      for (; next < wanted.length && (wanted[next] ?? 0) < from + count; next += 1) {
        const frame = wanted[next] ?? 0
        if ('why' in read) yield { frame, why: read.why }
        else yield { frame, pixels: cut(read.pixels, { at: frame - from, count }), clean: read.clean }
      }
    }
  },
}

/** Pictures of an animation are composed one upon the other, so neighbours are read at once; pages stand for themselves. */
function countFrom({ header }: Picture, wanted: readonly number[]): number {
  if (header.pages !== undefined) return 1
  const most = Math.max(1, Math.floor(HELD_PIXELS / (header.width * header.height)))
  const [first = 0] = wanted
  const last = wanted.findLast((frame) => frame < first + most) ?? first
  return last - first + 1
}

async function readSpan(picture: Picture, which: { from: number; count: number }): Promise<Still | { why: Why }> {
  const page = picture.header.pages?.[which.from]
  if (page !== undefined && isTooLarge(page)) return { why: 'too_large' }
  try {
    return await span(picture, which)
  } catch (error) {
    if (error instanceof Undecodable) return { why: error.why }
    throw error
  }
}

/**
 * Errors and cut-off data fail the first pass, mere warnings do not. The second shows what a viewer would show. A JPEG that is not whole is read
 * with warnings alone.
 */
async function span({ bytes, type }: Picture, which: { from: number; count: number }): Promise<Still> {
  for (const failOn of [type === 'image/jpeg' ? 'warning' : 'error', 'none'] as const) {
    try {
      return { pixels: await pixelsOf(bytes, which, failOn), clean: failOn !== 'none' }
    } catch {
      // Whatever is wrong with the file, the second pass finds it again.
    }
  }
  throw new Undecodable('damaged', 'libvips gave up')
}

async function pixelsOf(
  bytes: Uint8Array,
  { from, count }: { from: number; count: number },
  failOn: 'warning' | 'error' | 'none',
): Promise<Pixels> {
  // Profiles are ignored, as the reference tools do (matching.md §5.2); four inks go through libvips' own table.
  const how = { failOn, page: from, pages: count, ignoreIcc: true, limitInputPixels: LIMITS.pixels * 2 }
  const { data, info } = await sharp(bytes, how)
    .toColourspace('srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
  return withKnownChannels({ width: info.width, height: info.height, channels: info.channels, data })
}

function withKnownChannels(of: { width: number; height: number; channels: number; data: Uint8Array }): Pixels {
  const { width, height, channels, data } = of
  if (channels === 1 || channels === 3 || channels === 4) return { width, height, channels, data }
  if (channels !== 2) throw new Error(`expected up to four channels, found ${channels}`)
  const spread = new Uint8Array(width * height * 4)
  for (let from = 0, to = 0; from < data.length; from += 2, to += 4) {
    spread.fill(data[from] ?? 0, to, to + 3)
    spread[to + 3] = data[from + 1] ?? 255
  }
  return { width, height, channels: 4, data: spread }
}

/** One picture of several that stand below each other. */
function cut({ width, height, channels, data }: Pixels, { at, count }: { at: number; count: number }): Pixels {
  const rows = Math.floor(height / count)
  const bytes = rows * width * channels
  return { width, height: rows, channels, data: data.subarray(at * bytes, (at + 1) * bytes) }
}
