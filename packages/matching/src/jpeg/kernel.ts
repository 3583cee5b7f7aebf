import type { Pixels } from '../pdq/pixels.ts'
import { type Instance, instanceOf, isTrap, type WasmModule } from '../wasm.ts'
import {
  type CodeTable,
  demand,
  type Frame,
  type Head,
  isEnd,
  type JpegRefusal,
  type Next,
  Refused,
  readHead,
  readNext,
  type Scan,
} from './markers.ts'

const CALLS = [
  'begin',
  'definitionAt',
  'define',
  'stepsAt',
  'assign',
  'beginScan',
  'nextRows',
  'readScan',
  'nextRowsOf',
  'rowsAt',
  'ended',
] as const

type Wasm = Instance<(typeof CALLS)[number]>

/** Row by row, where the coefficients of a block stand that come in the order of the zigzag. */
const ZIGZAG = Uint8Array.from([
  0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6, 7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47,
  55, 62, 63,
])

/** Pixels of a JPEG, or why it is left to another decoder. */
export type DecodedJpeg = Pixels | { readonly refused: JpegRefusal }

/**
 * Decodes a JPEG of 8 bits, sequential or progressive, grey or YCbCr, whole and sound from the first byte to the end of image: three channels, or one if it is
 * grey, the same numbers that libjpeg gives ("islow", fancy upsampling). Everything else is refused, never guessed at (matching.md §5.2).
 *
 * @param module `wasm/jpeg.wasm` of this package, compiled
 * @param bytes what follows the end of image is not looked at
 */
export function decodeJpeg(module: WasmModule, bytes: Uint8Array): DecodedJpeg {
  try {
    return decoded(module, bytes, readHead(bytes))
  } catch (error) {
    if (error instanceof Refused) return { refused: error.why }
    // There is no room for the memory of another instance, or for the pixels.
    if (error instanceof RangeError) return { refused: 'too_large' }
    // A fault of the kernel says nothing of the file. Its memory goes with it: the next picture has one of its own.
    if (isTrap(error)) return { refused: 'trapped' }
    throw error
  }
}

function decoded(module: WasmModule, bytes: Uint8Array, head: Head): Pixels {
  const { width, height, components } = head.frame
  const { across, down } = samplingOf(head)
  // A memory of its own for each picture: none can see what another one left.
  const wasm = instanceOf(module, CALLS)
  const { call, memory } = wasm
  const channels = components.length === 1 ? 1 : 3
  const isProgressive = Number(head.frame.isProgressive)
  const file = call.begin(bytes.length, width, height, channels, across, down, isProgressive) >>> 0
  if (file === 0) throw new Refused('too_large')
  // Memory grows in `begin` only, so one view serves the whole picture.
  const inside = new Uint8Array(memory.buffer)
  inside.set(bytes, file)
  putSteps(wasm, head)
  putTables(wasm, head.tables)
  if (head.frame.isProgressive) readScans(wasm, bytes, head)
  else beginScan(wasm, head)
  const data = new Uint8Array(width * height * channels)
  const rowBytes = width * channels
  for (let at = 0, line = 0; at < data.length; line += 1) {
    const rows = head.frame.isProgressive ? call.nextRowsOf(line) : call.nextRows()
    if (rows < 0) throw new Refused('damaged')
    const from = call.rowsAt()
    data.set(inside.subarray(from, from + rows * rowBytes), at)
    at += rows * rowBytes
  }
  if (!head.frame.isProgressive) {
    const end = call.ended()
    if (end < 0 || !isEnd(bytes, end)) throw new Refused('damaged')
  }
  return { width, height, channels, data }
}

/** The one scan of a sequential picture: all components, all coefficients, in full. */
function beginScan({ call }: Wasm, { frame, scan, tables, restarts }: Head): void {
  demand(scan.first === 0 && scan.last === 63 && scan.high === 0 && scan.low === 0)
  demand(scan.tables.length === frame.components.length)
  for (const [index, { id }] of frame.components.entries()) {
    const by = scan.tables[index]
    demand(by?.id === id && tables[by.first] !== undefined && tables[4 + by.other] !== undefined)
    call.assign(index, by.first, by.other)
  }
  call.beginScan(scan.at, restarts)
}

/** Samples of luma to one of chroma. Of one component alone the sampling means nothing. */
function samplingOf({ frame: { width, components } }: Head): { readonly across: number; readonly down: number } {
  const [luma, ...chroma] = components
  demand(luma !== undefined)
  if (chroma.length === 0) {
    demand(luma.across > 0 && luma.across <= 4 && luma.down > 0 && luma.down <= 4)
    return { across: 1, down: 1 }
  }
  const { across, down } = luma
  demand(chroma.every((one) => one.across === 1 && one.down === 1))
  demand(across === down ? across === 1 || across === 2 : across === 2 && down === 1)
  // Of one or two samples in a row libjpeg makes no others between them.
  demand(across === 1 || width > 4)
  return { across, down }
}

function putTables({ call, memory }: Wasm, tables: readonly (CodeTable | undefined)[]): void {
  for (const { slot, definition } of tables.filter((table) => table !== undefined)) {
    new Uint8Array(memory.buffer).set(definition, call.definitionAt())
    demand(call.define(slot) === 1)
  }
}

function putSteps({ call, memory }: Wasm, { frame, steps }: Head): void {
  const inside = new DataView(memory.buffer)
  for (const [index, component] of frame.components.entries()) {
    const table = steps[component.steps]
    demand(table !== undefined)
    for (const [at, place] of ZIGZAG.entries()) inside.setInt16(call.stepsAt(index) + 2 * place, table[at] ?? 0, true)
  }
}

/** Below which bit nothing is known of a coefficient; before the first scan about it, of any bit. */
const NOTHING = 99

/**
 * Reads all scans of a progressive picture. Each has to go on where the one before ended, and at the end everything is known: of pictures with
 * gaps libjpeg guesses what is missing.
 */
function readScans(wasm: Wasm, bytes: Uint8Array, { frame, scan, tables, restarts }: Head): void {
  const { call } = wasm
  const known = frame.components.map(() => new Uint8Array(64).fill(NOTHING))
  const defined = tables.map((table) => table !== undefined)
  let next: Next | undefined = { scan, tables: [], restarts }
  for (let interval = restarts; next !== undefined; ) {
    putTables(wasm, next.tables)
    for (const { slot } of next.tables) defined[slot] = true
    interval = next.restarts ?? interval
    const mask = assigned(wasm, { frame, scan: next.scan, defined })
    for (const [index, bits] of known.entries()) if ((mask >> index) & 1) note(bits, next.scan)
    const { at, first, last, high, low } = next.scan
    call.beginScan(at, interval)
    const end = call.readScan(mask, first, last, Number(high > 0), low)
    if (end < 0) throw new Refused('damaged')
    next = readNext(bytes, end)
  }
  demand(known.every((bits) => bits.every((low) => low === 0)))
}

/** Hands over the tables of a scan. @returns its components, a bit each */
function assigned(
  { call }: Wasm,
  { frame, scan, defined }: { frame: Frame; scan: Scan; defined: readonly boolean[] },
): number {
  let mask = 0
  for (const { id, first, other } of scan.tables) {
    const index = frame.components.findIndex((component) => component.id === id)
    // In the order of the frame, each at most once.
    demand(index >= 0 && mask >> index === 0)
    demand(scan.first === 0 ? scan.high > 0 || defined[first] === true : defined[4 + other] === true)
    call.assign(index, first, other)
    mask |= 1 << index
  }
  demand(mask !== 0 && (scan.first === 0 ? scan.last === 0 : scan.tables.length === 1))
  return mask
}

/** What a scan adds to what is known of the bits of one component (ITU-T T.81 §G.1.1.1). */
function note(bits: Uint8Array, { first, last, high, low }: Scan): void {
  demand(first <= last && last < 64 && low < 14 && (high === 0 || low === high - 1))
  demand(first === 0 || bits[0] !== NOTHING)
  for (let at = first; at <= last; at += 1) {
    demand(bits[at] === (high === 0 ? NOTHING : high))
    bits[at] = low
  }
}
