import type { Pixels } from '../pdq/pixels.ts'
import { type Instance, instanceOf, type WasmModule } from '../wasm.ts'
import { demand, type Head, isEnd, type JpegRefusal, Refused, readHead } from './markers.ts'

const CALLS = [
  'begin',
  'definitionAt',
  'define',
  'stepsAt',
  'assign',
  'beginScan',
  'nextRows',
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
 * Decodes a JPEG of 8 bits, sequential, grey or YCbCr, whole and sound from the first byte to the end of image: three channels, or one if it is
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
  const file = call.begin(bytes.length, width, height, channels, across, down) >>> 0
  if (file === 0) throw new Refused('too_large')
  // Memory grows in `begin` only, so one view serves the whole picture.
  const inside = new Uint8Array(memory.buffer)
  inside.set(bytes, file)
  putTables(wasm, head)
  call.beginScan(head.scan.at, head.restarts)
  const data = new Uint8Array(width * height * channels)
  const rowBytes = width * channels
  for (let at = 0; at < data.length; ) {
    const rows = call.nextRows()
    if (rows < 0) throw new Refused('damaged')
    const from = call.rowsAt()
    data.set(inside.subarray(from, from + rows * rowBytes), at)
    at += rows * rowBytes
  }
  const end = call.ended()
  if (end < 0 || !isEnd(bytes, end)) throw new Refused('damaged')
  return { width, height, channels, data }
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

function putTables({ call, memory }: Wasm, { frame, scan, steps, tables }: Head): void {
  const inside = new DataView(memory.buffer)
  demand(scan.tables.length === frame.components.length)
  for (const { slot, definition } of tables.filter((table) => table !== undefined)) {
    new Uint8Array(memory.buffer).set(definition, call.definitionAt())
    demand(call.define(slot) === 1)
  }
  for (const [index, component] of frame.components.entries()) {
    const by = scan.tables[index]
    const table = steps[component.steps]
    demand(by?.id === component.id && table !== undefined)
    demand(tables[by.first] !== undefined && tables[4 + by.other] !== undefined)
    for (const [at, place] of ZIGZAG.entries()) inside.setInt16(call.stepsAt(index) + 2 * place, table[at] ?? 0, true)
    call.assign(index, by.first, by.other)
  }
}
