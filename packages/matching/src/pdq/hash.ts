import { blurredGrid, GRID } from './blur.ts'
import { type LumaRows, lumaRows, type Pixels } from './luma.ts'
import { bitsOf, frequencies, qualityOf } from './transform.ts'
import type { Pdq, Profile } from './value.ts'
import { variantsOf } from './variants.ts'

/** Says which arithmetic made a hash; kept with every measurement. */
export const KERNEL = 'pdq-exact/1'

/** A hash and its quality, or that the picture is under 5 pixels a side and has none. */
export type Hashed = { readonly pdq: Pdq; readonly quality: number } | { readonly none: 'too_small' }

/** As {@link Hashed}, with the eight variants in the order of `VARIANTS`. */
export type HashedVariants =
  | { readonly pdq: Pdq; readonly quality: number; readonly variants: readonly Pdq[] }
  | { readonly none: 'too_small' }

/**
 * PDQ of 8-bit pixels, equal bit for bit to the reference implementation (matching.md §6.1, §6.2 `exact`): single
 * precision throughout, in the reference's order. The same pixels give the same hash on every machine.
 *
 * @throws RangeError the pixel bytes do not fit width, height and channels
 */
export function hashPicture(pixels: Pixels, profile: Profile): Hashed {
  const grid = gridOf(pixels, profile)
  return grid === undefined ? { none: 'too_small' } : { pdq: bitsOf(frequencies(grid)), quality: qualityOf(grid) }
}

/** The same, with the hashes of the picture turned and mirrored (§6.4), for lists that ask for them. */
export function hashWithVariants(pixels: Pixels, profile: Profile): HashedVariants {
  const grid = gridOf(pixels, profile)
  if (grid === undefined) return { none: 'too_small' }
  const block = frequencies(grid)
  return { pdq: bitsOf(block), quality: qualityOf(grid), variants: variantsOf(block) }
}

function gridOf(pixels: Pixels, profile: Profile): Float32Array | undefined {
  const source = lumaRows(pixels, profile)
  if (source.width < 5 || source.height < 5) return undefined
  return source.width === GRID && source.height === GRID ? plainGrid(source) : blurredGrid(source)
}

/** A picture of exactly 64 × 64 is its own grid: no blur (step 3). */
function plainGrid(source: LumaRows): Float32Array {
  const grid = new Float32Array(GRID * GRID)
  for (let row = 0; row < GRID; row += 1) source.read(row, grid.subarray(row * GRID, (row + 1) * GRID))
  return grid
}
