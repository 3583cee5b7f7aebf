import { readingsOf } from '@lamplighter/matching/pdq'
import { type Build, type Picture, Undecodable } from './build.ts'
import { frameReadings, framesToRead } from './frame-readings.ts'
import { type Header, refusal } from './header.ts'
import { pdqKernel } from './kernel.ts'
import { headerOf, isPicture } from './picture.ts'
import { hasSecondFormat } from './second-format.ts'
import { sniff } from './sniff.ts'
import type { Flag, Seen, SeenReading, Unknown, Why } from './types.ts'

/**
 * Everything that one file shows of itself. A failure is one of the `unknown` reasons, never an empty answer.
 *
 * @param claimed the media type that came with the file; a claim that differs is a flag, not an error
 */
export async function measure(bytes: Uint8Array, claimed: string | undefined, build: Build): Promise<Seen> {
  const type = sniff(bytes)
  const mismatch: readonly Flag[] = claimed !== undefined && plain(claimed) !== type ? ['type_mismatch'] : []
  if (!isPicture(type)) return notDecoded(type, bytes, mismatch)
  let header: Header
  try {
    header = headerOf(type, bytes)
  } catch {
    const flags: readonly Flag[] = [...mismatch, ...secondFormat(bytes, bytes.length)]
    return { type, readings: [], unknown: [{ part: 'pixels', why: 'damaged' }], flags }
  }
  return measurePicture({ type, bytes, header }, [...mismatch, ...shapeFlags(bytes, header)], build)
}

async function measurePicture(picture: Picture, flags: readonly Flag[], build: Build): Promise<Seen> {
  const { width, height, frames, orientation } = picture.header
  const facts = { type: picture.type, width, height, frames, orientation }
  try {
    const why = refusal(picture.header)
    if (why !== undefined) throw new Undecodable(why, `${picture.type} of ${width} × ${height}`)
    const { readings, unknown } = await readingsWith(picture, build)
    const damaged = unknown.some((one) => one.why === 'damaged')
    return { ...facts, readings, unknown, flags: damaged ? [...flags, 'read_with_errors'] : flags }
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error
    return { ...facts, readings: [], unknown: [{ part: 'pixels', why: error.why }], flags }
  }
}

interface Read {
  readonly readings: readonly SeenReading[]
  readonly unknown: readonly Unknown[]
}

async function readingsWith(picture: Picture, build: Build): Promise<Read> {
  const { frames, orientation } = picture.header
  if (frames > 1 && build.frames !== undefined) return framesWith(picture, build.frames)
  const still = await build.still(picture)
  const unknown: Unknown[] = still.clean ? [] : [{ part: 'pixels', why: 'damaged' }]
  // What no decoder here composes: the first picture counts, the rest is said to be unknown (matching.md §5.2).
  if (frames > 1) unknown.push({ part: 'frames', why: 'unsupported' })
  return { readings: readingsOf(pdqKernel(), still.pixels, { orientation }), unknown }
}

async function framesWith(picture: Picture, framesOf: NonNullable<Build['frames']>): Promise<Read> {
  const { header } = picture
  const wanted = framesToRead(header.frames)
  const readings = new Map<string, SeenReading>()
  const unread = new Set<Why>()
  let asked = 0
  let clean = header.whole
  for await (const one of framesOf(picture, wanted)) {
    asked += 1
    if ('why' in one) {
      unread.add(one.why)
      continue
    }
    clean &&= one.clean
    const { orientation } = header.pages?.[one.frame] ?? header
    for (const reading of frameReadings(one.pixels, orientation, one.frame)) {
      // Equal hashes count once, and the better picture stands for them.
      if ((readings.get(reading.pdq)?.quality ?? -1) < reading.quality) readings.set(reading.pdq, reading)
    }
  }
  if (asked < wanted.length) unread.add('too_large')
  const damaged: readonly Unknown[] = clean ? [] : [{ part: 'pixels', why: 'damaged' }]
  const rest = [...unread].map((why): Unknown => ({ part: 'frames', why }))
  return { readings: [...readings.values()], unknown: [...damaged, ...rest] }
}

function notDecoded(type: string, bytes: Uint8Array, mismatch: readonly Flag[]): Seen {
  const part = type.startsWith('video/') ? 'frames' : 'pixels'
  return { type, readings: [], unknown: [{ part, why: whyNot(type) }], flags: [...mismatch, ...secondFormat(bytes, 1)] }
}

/** Known pictures and videos could be decoded by another build; everything else is never rendered by any. */
function whyNot(type: string): Why {
  const known = type.startsWith('video/') || (type.startsWith('image/') && type !== 'image/svg+xml')
  return known ? 'no_decoder' : 'unsupported'
}

function shapeFlags(bytes: Uint8Array, header: Header): readonly Flag[] {
  const trailing: readonly Flag[] = header.end < bytes.length ? ['trailing_bytes'] : []
  return [...trailing, ...secondFormat(bytes, header.end)]
}

function secondFormat(bytes: Uint8Array, end: number): readonly Flag[] {
  return hasSecondFormat(bytes, end) ? ['second_format'] : []
}

/** `image/JPG; q=1` claims `image/jpeg`. */
function plain(claimed: string): string {
  const type = (claimed.split(';')[0] ?? '').trim().toLowerCase()
  return ALIASES[type] ?? type
}

const ALIASES: Readonly<Record<string, string>> = {
  'image/jpg': 'image/jpeg',
  'image/pjpeg': 'image/jpeg',
  'image/x-png': 'image/png',
  'image/heif': 'image/heic',
  'image/x-ms-bmp': 'image/bmp',
  'image/x-tiff': 'image/tiff',
}
