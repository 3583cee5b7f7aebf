/** 8-bit pixels, row by row from the top, without padding. With 4 channels the last one is alpha, which luma ignores. */
export interface Pixels {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3 | 4
  readonly data: Uint8Array | Uint8ClampedArray
}

/** Side of the sampled picture of profile `n512`. */
export const N512 = 512

/** @throws RangeError the bytes are not those of so many pixels */
export function assertFits({ width, height, channels, data }: Pixels): void {
  if (data.length === width * height * channels) return
  throw new RangeError(`expected ${width * height * channels} bytes of pixels, found ${data.length}`)
}

/** Whether a profile samples this picture (matching.md §6.1 step 2). */
export function isSampled({ width, height }: Pixels, profile: 'full' | 'n512'): boolean {
  return profile === 'n512' && (width > N512 || height > N512)
}
