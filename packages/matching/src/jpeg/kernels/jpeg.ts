// The pixels of a JPEG (ITU-T T.81) as libjpeg gives them, over a memory of its own. What the markers say is read by the caller:
// begin → the file → (define)*, steps → beginScan → (nextRows)* → ended.

import { freeAll, makeRoom, take } from '../../kernels/memory'
import { predict, predicted, readBlock } from './block'
import { clearCoefficients, coefficientsAt, planCoefficients } from './coefficients'
import { DEFINITION, makeTable, tableAt } from './huffman'
import {
  across,
  chromaAt,
  chromaStride,
  components,
  down,
  height,
  lines,
  lumaAt,
  lumaStride,
  makeRows,
  pixelsAt,
  planPlanes,
  setFrame,
  units,
  width,
} from './planes'
import { addTo, forgetEmpty, isAboutFirst, setScan } from './progressive'
import { isSpent, openSegment, placeStream, streamBytes } from './stream'
import { clearBeyond, isBeyond, makeSamples, makeSamplesOf } from './transform'

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
let isProgressive: bool = false

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
export function begin(fileBytes: i32, columns: i32, rows: i32, count: i32, a: i32, d: i32, progressive: bool): usize {
  freeAll()
  setFrame(columns, rows, count, a, d)
  file = take(fileBytes + <i32>FENCE)
  fileEnd = file + <usize>fileBytes
  const stream = take(streamBytes(fileBytes))
  planPlanes()
  isProgressive = progressive
  if (progressive && !planCoefficients()) return 0
  if (!makeRoom()) return 0
  memory.fill(fileEnd, 0xff, FENCE)
  placeStream(stream, fileBytes)
  clearBeyond()
  if (progressive) clearCoefficients()
  return file
}

/** Where a table is put before it is defined: 16 counts and the symbols. */
export function definitionAt(): usize {
  return DEFINITION
}

/** Defines one of eight tables. @returns whether it is sound */
export function define(slot: i32): bool {
  return makeTable(slot, isProgressive)
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
  forgetEmpty()
}

/**
 * Reads one scan of a progressive picture, which began with `beginScan`.
 *
 * @param mask components, a bit each
 * @param first the first of the coefficients, and the last
 * @returns the place in the file of the marker behind it, −1: the file is damaged
 */
export function readScan(mask: i32, first: i32, last: i32, refines: bool, low: i32): i32 {
  setScan(first, last, refines, low)
  if ((mask & (mask - 1)) === 0 ? !readAlone(ctz(mask)) : !readTogether(mask)) return -1
  return ended()
}

/** Blocks of one component in rows, without those that only fill up a unit. */
function readAlone(component: i32): bool {
  const wide = component === 0 ? 1 : across
  const high = component === 0 ? 1 : down
  const columns = (width + 8 * wide - 1) / (8 * wide)
  const rows = (height + 8 * high - 1) / (8 * high)
  for (let row: i32 = 0; row < rows; row++) {
    for (let column: i32 = 0; column < columns; column++) {
      if (!mayGoOn() || !addAt(component, column, row)) return false
    }
  }
  return true
}

function readTogether(mask: i32): bool {
  for (let line: i32 = 0; line < lines(); line++) {
    for (let unit: i32 = 0; unit < units; unit++) {
      if (!mayGoOn()) return false
      for (let component: i32 = 0; component < 3; component++) {
        if (((mask >> component) & 1) === 0) continue
        const wide = component === 0 ? across : 1
        const high = component === 0 ? down : 1
        for (let v: i32 = 0; v < high; v++) {
          for (let h: i32 = 0; h < wide; h++) {
            if (!addAt(component, unit * wide + h, line * high + v)) return false
          }
        }
      }
    }
  }
  return true
}

function addAt(component: i32, column: i32, row: i32): bool {
  const block = coefficientsAt(component, column, row)
  predict(component === 0 ? last0 : component === 1 ? last1 : last2)
  const isFirst = isAboutFirst()
  let table: usize
  if (component === 0) table = isFirst ? firsts0 : others0
  else if (component === 1) table = isFirst ? firsts1 : others1
  else table = isFirst ? firsts2 : others2
  if (!addTo(block, table)) return false
  if (component === 0) last0 = predicted
  else if (component === 1) last1 = predicted
  else last2 = predicted
  return true
}

/** After the last scan: one line of units. @returns how many rows of pixels that gave, −1: the file is damaged */
export function nextRowsOf(line: i32): i32 {
  for (let column: i32 = 0; column < units * across; column++) {
    for (let v: i32 = 0; v < down; v++) {
      const into = lumaAt() + ((lumaStride * <usize>v + <usize>column) << 3)
      makeSamplesOf(coefficientsAt(0, column, line * down + v), STEPS, into, lumaStride)
    }
  }
  for (let component: i32 = 1; component < components; component++) {
    const steps = STEPS + <usize>component * 128
    for (let column: i32 = 0; column < units; column++) {
      const into = chromaAt(component) + ((<usize>column) << 3)
      makeSamplesOf(coefficientsAt(component, column, line), steps, into, chromaStride)
    }
  }
  return isBeyond() ? -1 : makeRows()
}

/** Reads one line of units. @returns how many rows of pixels that gave, −1: the file is damaged */
export function nextRows(): i32 {
  for (let unit: i32 = 0; unit < units; unit++) {
    if (!mayGoOn() || !readUnit((<usize>unit) << 3)) return -1
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

/** Whether the next unit may be read: no restart is due, or the right one is there. */
function mayGoOn(): bool {
  if (interval === 0) return true
  if (untilRestart === 0 && !restarted()) return false
  untilRestart--
  return true
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
