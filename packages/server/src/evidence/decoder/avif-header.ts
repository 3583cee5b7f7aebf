import { type Header, HeaderError } from './header.ts'
import { hasAt, latin1 } from './sniff.ts'

interface Box {
  readonly name: string
  readonly body: Uint8Array
  readonly end: number
  /** The box ends within the file. */
  readonly whole: boolean
}

/**
 * Walks the boxes of an AVIF (ISO/IEC 14496-12, 23008-12 §6) down to what the main picture says of itself.
 *
 * @throws HeaderError no main picture, or one without a size
 */
export function avifHeader(bytes: Uint8Array): Header {
  const boxes = outerBoxes(bytes)
  const meta = boxes.find(({ name }) => name === 'meta')
  if (meta === undefined) throw new HeaderError('expected a meta box, found none')
  const inner = [...boxesOf(meta.body.subarray(4))]
  const properties = propertiesOf(inner, mainItem(inner))
  const size = properties.find(({ name }) => name === 'ispe')?.body
  if (size === undefined || size.length < 12) throw new HeaderError('expected a size of the main picture, found none')
  const last = boxes.at(-1)
  return {
    width: u32(size, 4),
    height: u32(size, 8),
    orientation: orientationOf(properties),
    end: last?.end ?? bytes.length,
    frames: framesOf(bytes),
    metadataBytes: 0,
    whole: boxes.every(({ whole }) => whole),
    grey: false,
    scans: 1,
  }
}

/** What may stand beside the main picture. Anything else behind it is no part of the file. */
const OUTER = new Set([
  'ftyp',
  'meta',
  'mdat',
  'moov',
  'moof',
  'mfra',
  'free',
  'skip',
  'uuid',
  'sidx',
  'styp',
  'pdin',
  'idat',
])

function outerBoxes(bytes: Uint8Array): readonly Box[] {
  const boxes = [...boxesOf(bytes)]
  const strange = boxes.findIndex(({ name }) => !OUTER.has(name))
  return strange === -1 ? boxes : boxes.slice(0, strange)
}

function* boxesOf(bytes: Uint8Array): Generator<Box> {
  let at = 0
  while (at + 8 <= bytes.length) {
    const short = u32(bytes, at)
    const name = latin1(bytes.subarray(at + 4, at + 8))
    const front = short === 1 ? 16 : 8
    // 0: up to the end of the file. 1: the length follows in 64 bits.
    const length =
      short === 0 ? bytes.length - at : short === 1 ? u32(bytes, at + 8) * 2 ** 32 + u32(bytes, at + 12) : short
    // What follows the boxes and is none is left to be called trailing.
    if (length < front || !/^[\x20-\x7e]{4}$/.test(name)) return
    const end = at + length
    yield { name, body: bytes.subarray(at + front, end), end: Math.min(end, bytes.length), whole: end <= bytes.length }
    at = end
  }
}

/** The number of the main picture (`pitm`). */
function mainItem(boxes: readonly Box[]): number {
  const body = boxes.find(({ name }) => name === 'pitm')?.body
  if (body === undefined) throw new HeaderError('expected a main picture, found none')
  return body[0] === 0 ? u16(body, 4) : u32(body, 4)
}

/** What belongs to one picture, in the order in which it is carried out (`iprp`). */
function propertiesOf(boxes: readonly Box[], item: number): readonly Box[] {
  const inner = [...boxesOf(boxes.find(({ name }) => name === 'iprp')?.body ?? new Uint8Array())]
  const all = [...boxesOf(inner.find(({ name }) => name === 'ipco')?.body ?? new Uint8Array())]
  return inner
    .filter(({ name }) => name === 'ipma')
    .flatMap(({ body }) => placesOf(body, item))
    .flatMap((place) => all[place - 1] ?? [])
}

function placesOf(body: Uint8Array, item: number): readonly number[] {
  const wideItem = body[0] !== 0
  const widePlace = ((body[3] ?? 0) & 1) === 1
  let at = 8
  for (let left = u32(body, 4); left > 0 && at < body.length; left -= 1) {
    const id = wideItem ? u32(body, at) : u16(body, at)
    at += wideItem ? 4 : 2
    const count = body[at] ?? 0
    at += 1
    const step = widePlace ? 2 : 1
    if (id === item) {
      return Array.from({ length: count }, (_, n) =>
        widePlace ? u16(body, at + 2 * n) & 0x7fff : (body[at + n] ?? 0) & 0x7f,
      )
    }
    at += count * step
  }
  return []
}

/** EXIF orientations by quarter turns to the left, then mirrored not at all, upside down, or left to right. */
const TURNS = [
  [1, 4, 2],
  [8, 5, 7],
  [3, 2, 4],
  [6, 7, 5],
] as const

/** How viewers turn and mirror the main picture: `irot`, then `imir`. An AVIF's EXIF block does not count. */
function orientationOf(properties: readonly Box[]): number {
  const turned = (properties.find(({ name }) => name === 'irot')?.body[0] ?? 0) & 3
  const mirror = properties.find(({ name }) => name === 'imir')?.body[0]
  return TURNS[turned]?.[mirror === undefined ? 0 : (mirror & 1) + 1] ?? 1
}

const CONTAINERS = ['moov', 'trak', 'mdia', 'minf', 'stbl']

/** Pictures of a sequence, by its longest track; 1 where there is none. */
function framesOf(bytes: Uint8Array): number {
  let level: readonly Box[] = [...boxesOf(bytes)]
  for (const name of CONTAINERS)
    level = level.filter((box) => box.name === name).flatMap(({ body }) => [...boxesOf(body)])
  const counts = level.filter(({ name, body }) => name === 'stsz' && body.length >= 12).map(({ body }) => u32(body, 8))
  const isSequence = hasAt(bytes, 8, 'avis')
  return Math.max(isSequence ? 2 : 1, ...counts)
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 2 ** 16 + u16(bytes, at + 2)
}
