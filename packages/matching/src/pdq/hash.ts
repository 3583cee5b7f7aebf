import type { KernelName, PdqKernel } from './kernel.ts'
import { assertFits, isSampled, type Pixels } from './pixels.ts'
import type { Pdq, Profile } from './value.ts'

/** A hash and its quality, or that the picture is under 5 pixels a side and has none. */
export type Hashed = { readonly pdq: Pdq; readonly quality: number } | { readonly none: 'too_small' }

/** As {@link Hashed}, with the eight variants in the order of `VARIANTS`. */
export type HashedVariants =
  | { readonly pdq: Pdq; readonly quality: number; readonly variants: readonly Pdq[] }
  | { readonly none: 'too_small' }

/** Below this a side says nothing (step 3); what is sampled has 512. */
export const SMALLEST = 5

export interface HashOptions {
  /** Default `full`. */
  readonly profile?: Profile
  /** Default `fast`; a hash that is published or sent on is made by `exact`. */
  readonly kernel?: KernelName
}

/**
 * PDQ of 8-bit pixels (matching.md §6). The same pixels give the same hash on every machine.
 *
 * @throws RangeError the pixel bytes do not fit width, height and channels, or a side is above 32,768
 */
export function hashPicture(kernel: PdqKernel, pixels: Pixels, how: HashOptions = {}): Hashed {
  const hashed = hashed1or8(kernel, pixels, { ...how, count: 1 })
  return 'none' in hashed ? hashed : { pdq: hashed.pdq, quality: hashed.quality }
}

/** The same, with the variants that the reference makes of a hash by signs (§6.4). What is looked up is `hashTurned`. */
export function hashWithVariants(kernel: PdqKernel, pixels: Pixels, how: HashOptions = {}): HashedVariants {
  return hashed1or8(kernel, pixels, { ...how, count: 8 })
}

/**
 * The same, with the hashes of the picture turned and mirrored, for lists that ask for them: of a picture that somebody turned, one of them is the hash
 * that it had before. The variants by signs are not: where the window of the mean is even they are half a pixel off or more, and of pictures
 * of 256 pixels turned by 180° they find none.
 */
export function hashTurned(kernel: PdqKernel, pixels: Pixels, how: HashOptions = {}): HashedVariants {
  return hashed(pixels, how, (options) => kernel.turned(pixels, options))
}

function hashed1or8(kernel: PdqKernel, pixels: Pixels, how: HashOptions & { readonly count: 1 | 8 }): HashedVariants {
  return hashed(pixels, how, (options) => kernel.hash(pixels, { ...options, count: how.count }))
}

function hashed(
  pixels: Pixels,
  { profile = 'full', kernel = 'fast' }: HashOptions,
  make: (how: Required<HashOptions>) => { readonly quality: number; readonly pdqs: readonly Pdq[] },
): HashedVariants {
  assertFits(pixels)
  const smallest = Math.min(pixels.width, pixels.height)
  if (smallest < (isSampled(pixels, profile) ? 1 : SMALLEST)) return { none: 'too_small' }
  const { quality, pdqs } = make({ profile, kernel })
  const [pdq] = pdqs
  if (pdq === undefined) throw new RangeError('expected at least one hash of the kernel')
  return { pdq, quality, variants: pdqs }
}
