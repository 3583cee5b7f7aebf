import { MOST_FRAMES, type Pdq, parsePdq, spreadFrames, type VideoFrame } from '@lamplighter/matching'

/** Frames that one video of a list may be written with: four hours of them, one a second. */
const MOST_WRITTEN = 14_400
/** A frame of which nobody says how much it shows counts, as a picture does. */
const UNTOLD = 100
const APART = /\s+/

/** A video as a list keeps it: the hashes by which it is compared, in their order. */
export const videoValue = (frames: readonly Pdq[]): string => frames.join(' ')

/** The frames of a value that a list keeps. */
export const framesIn = (value: string): readonly Pdq[] => value.split(' ').flatMap((word) => parsePdq(word) ?? [])

/**
 * The frames of a video as people write them: hashes in their order, with spaces between them, each with its quality behind it where that is
 * known, as `f8f8…9b22:87`. A word that is no hash makes the whole of it none: a video with frames left out would be found too easily.
 */
export function parseFrames(raw: string): readonly VideoFrame[] | { readonly why: string } {
  const words = raw.split(APART).filter((word) => word !== '')
  if (words.length === 0) return { why: 'expected the hashes of the frames of a video, with spaces between them' }
  if (words.length > MOST_WRITTEN) return { why: `expected at most ${MOST_WRITTEN} frames, found ${words.length}` }
  const frames: VideoFrame[] = []
  for (const [at, word] of words.entries()) {
    const [hash = '', told, ...more] = word.toLowerCase().split(':')
    const quality = told === undefined ? UNTOLD : Number(told)
    const pdq = parsePdq(hash)
    if (more.length > 0 || told === '' || !Number.isInteger(quality) || quality < 0 || quality > 100)
      return { why: `frame ${at + 1}: expected a hash, or a hash with its quality from 0 to 100 behind it, as HASH:87` }
    // A frame of one colour has no hash; it would be left out all the same.
    if (pdq === undefined && !(told !== undefined && quality < LEFT_OUT))
      return { why: `frame ${at + 1}: expected a PDQ of 64 hex digits, 16 to 240 of whose bits are set` }
    if (pdq !== undefined) frames.push({ pdq, quality })
  }
  return frames
}

const LEFT_OUT = 50

/** The value by which a list keeps a video; at most 600 frames, chosen as those of a video that is looked up (matching.md §7). */
export function parseVideo(raw: string): string | { readonly why: string } {
  const frames = parseFrames(raw)
  if ('why' in frames) return frames
  const kept = spreadFrames(frames)
  if (kept.length === 0) return { why: 'low_quality: no frame shows enough, so the video would match by chance' }
  return videoValue(kept)
}

/** Frames of a JSON array, as `parseFrames` reads them: hashes, or objects of `pdq` and `quality`. */
export function writtenFrames(value: readonly unknown[]): string {
  return value
    .map((frame) => {
      if (typeof frame !== 'object' || frame === null) return String(frame)
      const quality: unknown = Reflect.get(frame, 'quality')
      const hash = String(Reflect.get(frame, 'pdq') ?? '')
      return quality === undefined ? hash : `${hash}:${quality}`
    })
    .join(' ')
}

/** Characters of the longest value that a call may write. */
export const MOST_VALUE_CHARS = MOST_FRAMES * 75
