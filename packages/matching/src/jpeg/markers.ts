/** Why a file is left to another decoder. None of these says that the file is bad. */
export type JpegRefusal =
  /** Its markers are not those of a plain picture from first to last. */
  | 'unusual'
  /** Its coded bytes do not give exactly the picture that its header announces. */
  | 'damaged'
  /** It needs more memory than the kernel has. */
  | 'too_large'
  /** The kernel itself gave up in the middle. */
  | 'trapped'

/** Thrown where reading ends, caught where the file came in. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly why: JpegRefusal
  constructor(why: JpegRefusal) {
    super(`the JPEG is left to another decoder: ${why}`)
    this.why = why
  }
}

export interface Component {
  readonly id: number
  readonly across: number
  readonly down: number
  /** Which of the four tables of steps. */
  readonly steps: number
}

export interface Frame {
  readonly width: number
  readonly height: number
  readonly components: readonly Component[]
  /** Coefficients come in several scans. */
  readonly isProgressive: boolean
}

/** Which component of a scan reads with which tables. */
export interface Scan {
  readonly tables: readonly { readonly id: number; readonly first: number; readonly other: number }[]
  /** The first and the last of the coefficients that it is about, in the order of the zigzag. */
  readonly first: number
  readonly last: number
  /** The bits below which nothing was known before it; 0 in the first scan. And those below which nothing is known behind it. */
  readonly high: number
  readonly low: number
  /** Where its coded bytes begin. */
  readonly at: number
}

/** What stands between two scans of a progressive picture. */
export interface Next {
  readonly scan: Scan
  readonly tables: readonly CodeTable[]
  /** Where it says so anew. */
  readonly restarts?: number
}

/** A table of Huffman codes: 16 counts, then the symbols. @param slot 0 to 3 for first coefficients, 4 to 7 for others */
export interface CodeTable {
  readonly slot: number
  readonly definition: Uint8Array
}

/** What stands before the coded bytes. */
export interface Head {
  readonly frame: Frame
  readonly scan: Scan
  /** Steps in the order of the zigzag, where they are defined. */
  readonly steps: readonly (Uint8Array | undefined)[]
  readonly tables: readonly (CodeTable | undefined)[]
  /** Units from one restart to the next; 0: no restarts. */
  readonly restarts: number
}

const SOF0 = 0xc0
const SOF1 = 0xc1
const SOF2 = 0xc2
const DHT = 0xc4
const SOI = 0xd8
const EOI = 0xd9
const SOS = 0xda
const DQT = 0xdb
const DRI = 0xdd
const APP0 = 0xe0
const APP14 = 0xee
const APP15 = 0xef
const COM = 0xfe

/**
 * Reads the markers of a JPEG up to its first coded byte (ITU-T T.81 annex B). What libjpeg would warn of or guess at is refused.
 *
 * @throws Refused `unusual`
 */
export function readHead(bytes: Uint8Array): Head {
  demand(bytes[0] === 0xff && bytes[1] === SOI)
  let frame: Frame | undefined
  let restarts = 0
  const steps: (Uint8Array | undefined)[] = [undefined, undefined, undefined, undefined]
  const tables: (CodeTable | undefined)[] = Array.from({ length: 8 }, () => undefined)
  const colours = { isJfif: false, transform: undefined as number | undefined }
  for (let at = 2; ; ) {
    const { code, body, next } = segmentAt(bytes, at)
    at = next
    if (code === SOS) {
      if (frame === undefined) throw new Refused('unusual')
      demandYCbCr(frame, colours)
      return { frame, scan: scanOf(body, at), steps, tables, restarts }
    }
    if (code === SOF0 || code === SOF1 || code === SOF2) {
      demand(frame === undefined)
      frame = frameOf(body, code === SOF2)
    } else if (code === DQT) readSteps(body, steps)
    else if (code === DHT) readTables(body, tables)
    else if (code === DRI) {
      demand(body.length === 2)
      restarts = u16(body, 0)
    } else if (code === APP0) colours.isJfif ||= isJfif(body)
    else if (code === APP14) colours.transform = adobeTransform(body) ?? colours.transform
    else demand((code > APP0 && code <= APP15) || code === COM)
  }
}

/** Reads what stands behind a scan. @returns undefined: the end of image @throws Refused `unusual` */
export function readNext(bytes: Uint8Array, from: number): Next | undefined {
  if (isEnd(bytes, from)) return undefined
  const tables: (CodeTable | undefined)[] = []
  let restarts: number | undefined
  for (let at = from; ; ) {
    const { code, body, next } = segmentAt(bytes, at)
    at = next
    if (code === SOS) {
      const defined = tables.filter((table) => table !== undefined)
      return { scan: scanOf(body, at), tables: defined, ...(restarts === undefined ? {} : { restarts }) }
    }
    if (code === DHT) readTables(body, tables)
    else {
      demand(code === DRI && body.length === 2)
      restarts = u16(body, 0)
    }
  }
}

/** Whether the picture ends here. */
export function isEnd(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xff && bytes[at + 1] === EOI
}

function segmentAt(bytes: Uint8Array, at: number): { code: number; body: Uint8Array; next: number } {
  const code = bytes[at + 1] ?? 0
  demand(bytes[at] === 0xff && at + 4 <= bytes.length)
  const length = u16(bytes, at + 2)
  const next = at + 2 + length
  demand(length >= 2 && next <= bytes.length)
  return { code, body: bytes.subarray(at + 4, next), next }
}

function frameOf(body: Uint8Array, isProgressive: boolean): Frame {
  const count = body[5] ?? 0
  demand(body[0] === 8 && body.length === 6 + 3 * count && (count === 1 || count === 3))
  const components = Array.from({ length: count }, (_, index): Component => {
    const [id = 0, sampling = 0, steps = 0] = body.subarray(6 + 3 * index, 9 + 3 * index)
    demand(steps < 4)
    return { id, across: sampling >> 4, down: sampling & 15, steps }
  })
  demand(new Set(components.map(({ id }) => id)).size === count)
  const frame = { height: u16(body, 1), width: u16(body, 3), components, isProgressive }
  demand(frame.width > 0 && frame.height > 0)
  return frame
}

function scanOf(body: Uint8Array, at: number): Scan {
  const count = body[0] ?? 0
  demand(body.length === 4 + 2 * count)
  const [first = 0, last = 0, bits = 0] = body.subarray(1 + 2 * count)
  const tables = Array.from({ length: count }, (_, index) => {
    const [id = 0, slots = 0] = body.subarray(1 + 2 * index, 3 + 2 * index)
    demand(slots >> 4 < 4 && (slots & 15) < 4)
    return { id, first: slots >> 4, other: slots & 15 }
  })
  return { tables, first, last, high: bits >> 4, low: bits & 15, at }
}

function readSteps(body: Uint8Array, steps: (Uint8Array | undefined)[]): void {
  demand(body.length % 65 === 0)
  for (let at = 0; at < body.length; at += 65) {
    const slot = body[at] ?? 0
    const table = body.subarray(at + 1, at + 65)
    // Sixteen bits a step have a slot above 15. A step of zero would hide what a coefficient is.
    demand(slot < 4 && !table.includes(0))
    steps[slot] = table
  }
}

function readTables(body: Uint8Array, tables: (CodeTable | undefined)[]): void {
  for (let at = 0; at < body.length; ) {
    const [kind, slot] = [(body[at] ?? 0) >> 4, (body[at] ?? 0) & 15]
    const counts = body.subarray(at + 1, at + 17)
    const symbols = counts.reduce((sum, count) => sum + count, 0)
    const definition = body.subarray(at + 1, at + 17 + symbols)
    demand(kind < 2 && slot < 4 && symbols <= 256 && definition.length === 16 + symbols)
    // Sizes of first coefficients: libjpeg takes no larger ones.
    demand(kind === 1 || definition.subarray(16).every((size) => size < 16))
    tables[4 * kind + slot] = { slot: 4 * kind + slot, definition }
    at += 17 + symbols
  }
}

function isJfif(body: Uint8Array): boolean {
  if (body.length < 5 || !startsWith(body, 'JFIF\0')) return false
  // Shorter ones are no JFIF to libjpeg, of other versions it warns.
  demand(body.length >= 14 && body[5] === 1)
  return true
}

function adobeTransform(body: Uint8Array): number | undefined {
  return body.length >= 12 && startsWith(body, 'Adobe') ? body[11] : undefined
}

/** How libjpeg finds out what three components are: JFIF, then Adobe's word, then their ids. Anything but YCbCr is refused. */
function demandYCbCr({ components }: Frame, { isJfif, transform }: { isJfif: boolean; transform: number | undefined }) {
  if (components.length === 1) return
  demand(transform === undefined || transform === 1)
  const isRgb = components.every(({ id }, index) => id === 'RGB'.charCodeAt(index))
  demand(isJfif || transform === 1 || !isRgb)
}

function startsWith(body: Uint8Array, text: string): boolean {
  return [...text].every((letter, index) => body[index] === letter.charCodeAt(0))
}

function u16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

export function demand(isSo: boolean): asserts isSo {
  if (!isSo) throw new Refused('unusual')
}
