import { distanceBits, type Pdq } from '../pdq/value.ts'

/** One frame of a video as far as comparing goes. */
export interface VideoFrame {
  readonly pdq: Pdq
  /** 0 to 100; under 50 a frame shows too little to be compared. */
  readonly quality: number
}

const MIN_QUALITY = 50
/** A frame that differs in no more bits from the last kept one tells nothing new. */
const SAME_BITS = 2

/**
 * The frames by which a video is compared, in their order (matching.md §7): quality 50 and more, equal hashes once, and none that is within
 * `sameBits` of the one kept before it.
 */
export function framesToCompare(frames: readonly VideoFrame[], sameBits: number = SAME_BITS): readonly Pdq[] {
  const kept: Pdq[] = []
  const seen = new Set<Pdq>()
  for (const { pdq, quality } of frames) {
    const last = kept.at(-1)
    if (quality < MIN_QUALITY || seen.has(pdq)) continue
    if (last !== undefined && distanceBits(last, pdq) <= sameBits) continue
    seen.add(pdq)
    kept.push(pdq)
  }
  return kept
}

/** Most frames by which a video is compared: those of ten minutes (matching.md §7). */
export const MOST_FRAMES = 600

/** The same for a video of which more frames are known: at most 600 of them, evenly spread. Frames that it gave once it gives again. */
export function spreadFrames(frames: readonly VideoFrame[]): readonly Pdq[] {
  const kept = framesToCompare(frames)
  if (kept.length <= MOST_FRAMES) return kept
  const spread = Array.from({ length: MOST_FRAMES }, (_, at) => kept[Math.floor((at * kept.length) / MOST_FRAMES)])
  // Frames that were apart may be neighbours now.
  return framesToCompare(spread.flatMap((pdq) => (pdq === undefined ? [] : { pdq, quality: MIN_QUALITY })))
}

/** How much of each of two videos is in the other one: shares of their frames, 0 to 1. */
export interface VideoShares {
  /** Of the video that is asked about. */
  readonly query: number
  /** Of the video that is listed. */
  readonly listed: number
}

/**
 * Compares two videos frame by frame. Exact: each frame of one is looked for among all of the other.
 *
 * @param within two frames are the same at so many bits or fewer
 * @returns nothing where one of them has no frame to compare: that is *unknown* `featureless`, not "no match"
 */
export function compareVideos(
  query: readonly Pdq[],
  listed: readonly Pdq[],
  { within }: { readonly within: number },
): VideoShares | undefined {
  if (query.length === 0 || listed.length === 0) return undefined
  const found = (frames: readonly Pdq[], among: readonly Pdq[]): number =>
    frames.filter((frame) => among.some((other) => distanceBits(frame, other) <= within)).length
  return { query: found(query, listed) / query.length, listed: found(listed, query) / listed.length }
}

/** What a list asks of a match, as shares of frames (matching.md §7). */
export interface VideoRule {
  /** So much of the listed video must be in the one asked about; 0.8 if not said. */
  readonly listShare?: number
  /** So much of the one asked about must be in the listed video; 0 if not said. */
  readonly queryShare?: number
}

export function isVideoHit(shares: VideoShares, { listShare = 0.8, queryShare = 0 }: VideoRule = {}): boolean {
  return shares.listed >= listShare && shares.query >= queryShare
}
