import { readingsOf } from '@lamplighter/matching'
import { type Header, refusal } from './header.ts'
import { pdqKernel } from './kernel.ts'
import { hasSecondFormat } from './second-format.ts'
import { sniff } from './sniff.ts'
import { decodeStill, headerOf, isStill, type StillType, Undecodable } from './still.ts'
import type { Flag, Seen, Unknown, Why } from './types.ts'

/**
 * Everything that one file shows of itself. A failure is one of the `unknown` reasons, never an empty answer.
 *
 * @param claimed the media type that came with the file; a claim that differs is a flag, not an error
 */
export async function measure(bytes: Uint8Array, claimed: string | undefined): Promise<Seen> {
  const type = sniff(bytes)
  const mismatch: readonly Flag[] = claimed !== undefined && plain(claimed) !== type ? ['type_mismatch'] : []
  if (!isStill(type)) return notDecoded(type, bytes, mismatch)
  let header: Header
  try {
    header = headerOf(type, bytes)
  } catch {
    const flags: readonly Flag[] = [...mismatch, ...secondFormat(bytes, bytes.length)]
    return { type, readings: [], unknown: [{ part: 'pixels', why: 'damaged' }], flags }
  }
  return measureStill(type, bytes, header, [...mismatch, ...shapeFlags(bytes, header)])
}

async function measureStill(type: StillType, bytes: Uint8Array, header: Header, flags: readonly Flag[]): Promise<Seen> {
  const { width, height, frames, orientation } = header
  const facts = { type, width, height, frames, orientation }
  try {
    const still = await decodeStill(type, bytes, header)
    const readings = readingsOf(pdqKernel(), still.pixels, { orientation })
    if (still.clean) return { ...facts, readings, unknown: laterFrames(header), flags }
    const unknown: readonly Unknown[] = [{ part: 'pixels', why: 'damaged' }, ...laterFrames(header)]
    return { ...facts, readings, unknown, flags: [...flags, 'read_with_errors'] }
  } catch (error) {
    if (!(error instanceof Undecodable)) throw error
    return { ...facts, readings: [], unknown: [{ part: 'pixels', why: error.why }], flags }
  }
}

/** What no decoder here composes: the first picture counts, the rest is said to be unknown (matching.md §5.2). */
function laterFrames(header: Header): readonly Unknown[] {
  return header.frames > 1 && refusal(header) === undefined ? [{ part: 'frames', why: 'unsupported' }] : []
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
}
