import { type HashedVariants, hashTurned, SMALLEST } from './hash.ts'
import type { KernelName, PdqKernel } from './kernel.ts'
import { isTurned, turnedUpright } from './orientation.ts'
import type { Pixels } from './pixels.ts'
import type { Pdq, Profile } from './value.ts'

/** One way to see a picture, and its hash (matching.md §3). */
export interface Reading {
  readonly pdq: Pdq
  /** 0 to 100; under 50 a hit is *unknown* `featureless`. */
  readonly quality: number
  readonly profile: Profile
  /** As the pixels lie in the file, or as viewers show them after the EXIF orientation. */
  readonly of: 'stored' | 'shown'
  /** What was put behind a picture with transparent pixels. */
  readonly ground?: Ground
  /** The eight variants, in the order of `VARIANTS`: for looking up, never stored (§6.4). */
  readonly variants: readonly Pdq[]
}

export type Ground = 'dropped' | 'white' | 'black'

/**
 * All readings of one still picture (matching.md §5.3): {stored, shown if different} × {alpha dropped, on white, on black
 * if any pixel is not opaque} × {`full`, `n512` if a side is over 512}. Equal hashes count once; at most 12.
 * None where a side is under 5 pixels.
 *
 * @param how.orientation the EXIF tag, 1 to 8; anything else is read as 1, as viewers do
 * @param how.kernel default `fast`
 * @throws RangeError the pixel bytes do not fit width, height and channels, or a side is above 32,768
 */
export function readingsOf(
  kernel: PdqKernel,
  pixels: Pixels,
  { orientation, kernel: name = 'fast' }: { readonly orientation: number; readonly kernel?: KernelName },
): readonly Reading[] {
  const readings: Reading[] = []
  if (Math.min(pixels.width, pixels.height) < SMALLEST) return readings
  const grounds = groundsOf(pixels)
  for (const of of isTurned(orientation) ? (['stored', 'shown'] as const) : (['stored'] as const)) {
    const seen = of === 'stored' ? pixels : turnedUpright(pixels, orientation)
    for (const ground of grounds) {
      const flat = ground === undefined ? seen : onGround(seen, ground)
      for (const profile of profilesOf(seen)) {
        const hashed = hashTurned(kernel, flat, { profile, kernel: name })
        addReading(readings, hashed, { profile, of, ground })
      }
    }
  }
  return readings
}

function addReading(
  readings: Reading[],
  hashed: HashedVariants,
  how: { profile: Profile; of: 'stored' | 'shown'; ground: Ground | undefined },
): void {
  if ('none' in hashed || readings.some((earlier) => earlier.pdq === hashed.pdq)) return
  const { profile, of, ground } = how
  readings.push({ ...hashed, profile, of, ...(ground === undefined ? {} : { ground }) })
}

function profilesOf({ width, height }: Pixels): readonly Profile[] {
  return width > 512 || height > 512 ? ['full', 'n512'] : ['full']
}

function groundsOf(pixels: Pixels): readonly (Ground | undefined)[] {
  return hasTransparency(pixels) ? ['dropped', 'white', 'black'] : [undefined]
}

/** Whether any pixel is not fully opaque. */
export function hasTransparency({ channels, data }: Pixels): boolean {
  if (channels !== 4) return false
  // A pixel at a time where memory allows it: its alpha is the highest byte.
  const words =
    data.byteOffset % 4 === 0 ? new Uint32Array(data.buffer, data.byteOffset, data.length >>> 2) : new Uint32Array(0)
  for (let from = 0; from < words.length; from += AT_ONCE) {
    const end = Math.min(from + AT_ONCE, words.length)
    let all = OPAQUE
    for (let at = from; at < end; at += 1) all &= words[at] ?? 0
    if (all >>> 24 !== 255) return true
  }
  for (let at = 4 * words.length + 3; at < data.length; at += 4) if (data[at] !== 255) return true
  return false
}

const OPAQUE = 0xff000000
/** So many pixels are looked at before anything is decided: a picture that is transparent often is so early. */
const AT_ONCE = 4096

/** The picture in front of a plain ground, three channels. `dropped` shows what lies under the transparency. */
export function onGround(pixels: Pixels, ground: Ground): Pixels {
  const { width, height, data } = pixels
  if (pixels.channels !== 4 || ground === 'dropped') return pixels
  const behind = ground === 'white' ? 255 : 0
  const flat = new Uint8Array(width * height * 3)
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = data[from + 3] ?? 255
    for (let c = 0; c < 3; c += 1) {
      flat[to + c] = Math.round(((data[from + c] ?? 0) * alpha + behind * (255 - alpha)) / 255)
    }
  }
  return { width, height, channels: 3, data: flat }
}
