import { hashTurned, hasTransparency, isTurned, onGround, type Pixels, turnedUpright } from '@lamplighter/matching/pdq'
import { pdqKernel } from './kernel.ts'
import type { SeenReading } from './types.ts'

/** Most pictures of one file that are looked at. */
export const MOST_FRAMES = 60

/** Which of so many pictures are looked at: the first, the last, and evenly spaced ones between them (matching.md §5.2). */
export function framesToRead(count: number, most: number = MOST_FRAMES): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at)
  return Array.from({ length: most }, (_, at) => Math.round((at * (count - 1)) / (most - 1)))
}

/** Readings of one picture of an animation or one page (§5.3): on white and on black where it is not opaque, `full` only. */
export function frameReadings(pixels: Pixels, orientation: number, frame: number): readonly SeenReading[] {
  const grounds = hasTransparency(pixels) ? (['white', 'black'] as const) : ([undefined] as const)
  const sides = isTurned(orientation) ? (['stored', 'shown'] as const) : (['stored'] as const)
  return sides.flatMap((of) =>
    grounds.flatMap((ground): SeenReading[] => {
      const flat = ground === undefined ? pixels : onGround(pixels, ground)
      const hashed = hashTurned(pdqKernel(), of === 'stored' ? flat : turnedUpright(flat, orientation), {
        profile: 'full',
      })
      if ('none' in hashed) return []
      return [{ ...hashed, profile: 'full', of, frame, ...(ground !== undefined && { ground }) }]
    }),
  )
}
