import type { HashedVariants } from '../hash.ts'
import type { Pixels } from '../pixels.ts'
import type { Profile } from '../value.ts'
import { blurredGrid, GRID } from './blur.ts'
import { type LumaRows, lumaRows } from './luma.ts'
import { bitsOf, frequencies, qualityOf } from './transform.ts'
import { variantsOf } from './variants.ts'

/**
 * The hash by plain arithmetic in the order of matching.md §6.1: what the kernels are compared with. Used in tests only; it is about
 * fifty times slower.
 *
 * @throws RangeError the pixel bytes do not fit width, height and channels
 */
export function twinOf(pixels: Pixels, profile: Profile): HashedVariants {
  const grid = twinGrid(pixels, profile)
  if (grid === undefined) return { none: 'too_small' }
  const block = frequencies(grid)
  return { pdq: bitsOf(block), quality: qualityOf(grid), variants: variantsOf(block) }
}

/** The 64 × 64 values that the transform reads. */
export function twinGrid(pixels: Pixels, profile: Profile): Float32Array | undefined {
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
