import { isVideoHit, type Nearby, type Pdq, type VideoShares } from '@lamplighter/matching'
import type { VideoFinder } from '../pictures/finder.ts'

/** One listed video that has frames of the one that is asked about. */
export interface VideoNear {
  readonly entry: number
  /** How much of each is in the other one. */
  readonly shares: VideoShares
  /** Of the two frames that are nearest to each other. */
  readonly distanceBits: number
}

/** What a list asks of a match. */
export interface VideoBounds {
  readonly within: number
  readonly listShare: number
  readonly queryShare: number
}

/**
 * Listed videos that match one, the fullest match first. Each frame is looked for in the index, and what it finds is counted there: a frame of a
 * listed video is a row that its entry owns, so both shares are exact and no video is compared with another (matching.md §7).
 *
 * @param frames of the video, each once
 * @param search what the index holds near a frame, for at least this distance
 */
export function videosNear(
  { pictures, slot, upTo, frames: counts }: VideoFinder,
  frames: readonly Pdq[],
  { within, listShare, queryShare }: VideoBounds,
  search: (frame: Pdq) => Nearby,
): readonly VideoNear[] {
  const met = new Map<number, { asked: number; last: Pdq | undefined; nearest: number; rows: Set<number> }>()
  for (const frame of frames) {
    for (const { row, distanceBits } of pictures.rowsNear(search(frame), frame, within)) {
      for (const entry of pictures.owners.entriesOf(row, slot, upTo)) {
        const one = met.get(entry) ?? { asked: 0, last: undefined, nearest: distanceBits, rows: new Set<number>() }
        met.set(entry, one)
        one.rows.add(row)
        one.nearest = Math.min(one.nearest, distanceBits)
        if (one.last !== frame) one.asked += 1
        one.last = frame
      }
    }
  }
  return [...met]
    .map(([entry, { asked, nearest, rows }]) => ({
      entry,
      shares: { query: asked / frames.length, listed: rows.size / (counts.get(entry) ?? rows.size) },
      distanceBits: nearest,
    }))
    .filter(({ shares }) => isVideoHit(shares, { listShare, queryShare }))
    .sort(fullerFirst)
}

export const fullerFirst = (a: VideoNear, b: VideoNear): number =>
  b.shares.listed - a.shares.listed || b.shares.query - a.shares.query || a.entry - b.entry
