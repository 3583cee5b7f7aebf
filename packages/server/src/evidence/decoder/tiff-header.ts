import { type Header, HeaderError, type Page } from './header.ts'
import { LIMITS } from './limits.ts'

const WIDTH = 256
const HEIGHT = 257
const ORIENTATION = 274
/** XMP, IPTC, Photoshop's resources, colour profile. */
const METADATA = new Set([700, 33723, 34377, 34675])
/** Bytes of one value, by the type of a field (TIFF 6.0 §2, BigTIFF). */
const VALUE_BYTES: Readonly<Record<number, number>> = { 1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 13: 4, 16: 8 }
const SHORT = 3

interface Layout {
  readonly view: DataView
  readonly little: boolean
  /** BigTIFF counts with 64 bits where TIFF counts with 16 or 32. */
  readonly big: boolean
}

interface Directory {
  readonly page: Page
  readonly metadataBytes: number
  /** Where the next directory begins; 0: there is none. */
  readonly next: number
}

/**
 * Walks the directories of a TIFF or BigTIFF: one for each page. No picture data is looked at.
 *
 * @throws HeaderError no first page, or one that does not say its size
 */
export function tiffHeader(bytes: Uint8Array): Header {
  const layout = layoutOf(bytes)
  const pages: Page[] = []
  const seen = new Set<number>()
  let metadataBytes = 0
  let whole = true
  let at = count(layout, layout.big ? 8 : 4)
  // A chain that leads back to itself never ends.
  while (at !== 0 && !seen.has(at) && pages.length <= LIMITS.frames) {
    seen.add(at)
    const directory = directoryAt(layout, at)
    if (directory === undefined) {
      whole = false
      break
    }
    pages.push(directory.page)
    metadataBytes += directory.metadataBytes
    at = directory.next
  }
  const [first] = pages
  if (first === undefined) throw new HeaderError('expected a page, found none')
  const shape = { frames: pages.length, metadataBytes, whole: whole && !seen.has(at), grey: false, scans: 1 }
  return { ...first, ...shape, pages, end: bytes.length, needs: 'native' }
}

function layoutOf(bytes: Uint8Array): Layout {
  if (bytes.length < 16) throw new HeaderError(`expected a TIFF header, found ${bytes.length} bytes`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = view.getUint16(0) === 0x4949
  return { view, little, big: view.getUint16(2, little) === 43 }
}

function directoryAt(layout: Layout, at: number): Directory | undefined {
  const { view, little, big } = layout
  const [front, size] = big ? [8, 20] : [2, 12]
  if (at + front > view.byteLength) return undefined
  const entries = big ? count(layout, at) : view.getUint16(at, little)
  const end = at + front + entries * size
  if (end + (big ? 8 : 4) > view.byteLength) return undefined
  const page = { width: 0, height: 0, orientation: 1 }
  let metadataBytes = 0
  for (let entry = at + front; entry < end; entry += size) {
    const tag = view.getUint16(entry, little)
    if (METADATA.has(tag)) {
      metadataBytes += count(layout, entry + 4) * (VALUE_BYTES[view.getUint16(entry + 2, little)] ?? 8)
    }
    if (tag === WIDTH) page.width = firstOf(layout, entry)
    if (tag === HEIGHT) page.height = firstOf(layout, entry)
    if (tag === ORIENTATION) page.orientation = turn(firstOf(layout, entry))
  }
  return page.width === 0 || page.height === 0 ? undefined : { page, metadataBytes, next: count(layout, end) }
}

/** The first value of a field, which stands in the field itself. */
function firstOf({ view, little, big }: Layout, entry: number): number {
  const type = view.getUint16(entry + 2, little)
  const at = entry + (big ? 12 : 8)
  return type === SHORT ? view.getUint16(at, little) : view.getUint32(at, little)
}

/** A length or a place: 32 bits, or 64 in a BigTIFF. */
function count({ view, little, big }: Layout, at: number): number {
  return big ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
}

const turn = (value: number): number => (value >= 1 && value <= 8 ? value : 1)
