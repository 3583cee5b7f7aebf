// The pixels of a JPEG (ITU-T T.81) as libjpeg gives them, over a memory of its own. What the markers say is read by the caller:
// begin → the file → (define)*, steps → beginScan → (nextRows)* → ended.
import { predict, predicted, readBlock } from './block'
import { DEFINITION, makeTable, tableAt } from './huffman'
import { freeAll, makeRoom, take } from './memory'
import {
  across,
  chromaAt,
  chromaStride,
  components,
  down,
  lumaAt,
  lumaStride,
  makeRows,
  pixelsAt,
  planPlanes,
  setFrame,
  units,
} from './planes'
import { isSpent, openSegment, placeStream, streamBytes } from './stream'
import { clearBeyond, isBeyond, makeSamples } from './transform'

/** Behind the file, so that every search for a marker ends. */
const FENCE: usize = 32

/** Steps of each component, 64 of 16 bits each, rows from the top. */
const STEPS: usize = memory.data(384, 16)

let file: usize = 0
let fileEnd: usize = 0
/** Where the coded bytes that are being read end: a marker. */
let marker: usize = 0
/** Units from one restart to the next, 0: there is none; and how many are left; and which restart comes next. */
let interval: i32 = 0
let untilRestart: i32 = 0
let restart: i32 = 0

/** Tables of each component, and its first coefficient in the block before. */
let firsts0: usize = 0
let firsts1: usize = 0
let firsts2: usize = 0
let others0: usize = 0
let others1: usize = 0
let others2: usize = 0
let last0: i32 = 0
let last1: i32 = 0
let last2: i32 = 0

/**
 * A picture of 8-bit samples.
 *
 * @param a samples of luma to one of chroma: across, and `d` down
 * @returns where the file is to be put, or 0: it is too large
 */
export function begin(fileBytes: i32, width: i32, height: i32, count: i32, a: i32, d: i32): usize {
  freeAll()
  setFrame(width, height, count, a, d)
  file = take(fileBytes + <i32>FENCE)
  fileEnd = file + <usize>fileBytes
  const stream = take(streamBytes(fileBytes))
  planPlanes()
  if (!makeRoom()) return 0
  memory.fill(fileEnd, 0xff, FENCE)
  placeStream(stream, fileBytes)
  clearBeyond()
  return file
}

/** Where a table is put before it is defined: 16 counts and the symbols. */
export function definitionAt(): usize {
  return DEFINITION
}

/** Defines one of eight tables. @returns whether it is sound */
export function define(slot: i32): bool {
  return makeTable(slot)
}

/** Where the steps of a component are put. */
export function stepsAt(component: i32): usize {
  return STEPS + <usize>component * 128
}

/** Which tables a component reads with. */
export function assign(component: i32, first: i32, other: i32): void {
  if (component === 0) {
    firsts0 = tableAt(first)
    others0 = tableAt(4 + other)
  } else if (component === 1) {
    firsts1 = tableAt(first)
    others1 = tableAt(4 + other)
  } else {
    firsts2 = tableAt(first)
    others2 = tableAt(4 + other)
  }
}

/** The scan that begins at this byte of the file. */
export function beginScan(at: i32, restarts: i32): void {
  interval = restarts
  untilRestart = restarts
  restart = 0
  openAt(file + <usize>at)
}

function openAt(at: usize): void {
  marker = openSegment(at)
  last0 = 0
  last1 = 0
  last2 = 0
}

/** Reads one line of units. @returns how many rows of pixels that gave, −1: the file is damaged */
export function nextRows(): i32 {
  for (let unit: i32 = 0; unit < units; unit++) {
    if (interval > 0) {
      if (untilRestart === 0 && !restarted()) return -1
      untilRestart--
    }
    if (!readUnit((<usize>unit) << 3)) return -1
  }
  return isBeyond() ? -1 : makeRows()
}

/** Where those rows are. */
export function rowsAt(): usize {
  return pixelsAt()
}

/** After the last row. @returns the place in the file of the marker behind the scan, −1: something is missing, or too much */
export function ended(): i32 {
  return isSpent() && marker < fileEnd ? <i32>(marker - file) : -1
}

function restarted(): bool {
  if (!isSpent() || marker + 2 > fileEnd) return false
  if (<i32>load<u8>(marker, 1) !== 0xd0 + restart) return false
  restart = (restart + 1) & 7
  untilRestart = interval
  openAt(marker + 2)
  return true
}

/** The blocks of luma, then one of each chroma. @param at of its samples in a row of chroma */
function readUnit(at: usize): bool {
  predict(last0)
  const luma = lumaAt() + at * <usize>across
  for (let v: i32 = 0; v < down; v++) {
    for (let h: i32 = 0; h < across; h++) {
      const end = readBlock(firsts0, others0, STEPS)
      if (end === 0) return false
      makeSamples(STEPS, end, luma + ((lumaStride * <usize>v + <usize>h) << 3), lumaStride)
    }
  }
  last0 = predicted
  if (components === 1) return true
  predict(last1)
  let end = readBlock(firsts1, others1, STEPS + 128)
  if (end === 0) return false
  last1 = predicted
  makeSamples(STEPS + 128, end, chromaAt(1) + at, chromaStride)
  predict(last2)
  end = readBlock(firsts2, others2, STEPS + 256)
  if (end === 0) return false
  last2 = predicted
  makeSamples(STEPS + 256, end, chromaAt(2) + at, chromaStride)
  return true
}
