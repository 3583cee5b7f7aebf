// PDQ (matching.md §6) over a memory of its own. The caller begins a picture, then puts rows into the strip as long as any are wanted:
// begin → (wanted, firstWanted → the rows → taken)* → hash, turned.
import { makeRoom } from '../../kernels/memory'
import { exactRows, planExact, ROWS, readyExact } from './exact'
import { fastLine, firstRow, planFast, readyFast, rowCount } from './fast'
import { GRID, height, MAX_SIDE, rowBytes, setSize } from './picture'
import { planSampler, readySampler, SAMPLED, sampleRow } from './sampler'
import { bothWays, HASHES, hashes, isSure, qualityOf, transform } from './transform'

const grid: usize = memory.data(64 * 64 * 4, 16)
/** Of the picture with its columns backwards. */
const gridBack: usize = memory.data(64 * 64 * 4, 16)

/** In which order the columns of a picture are read. `BOTH` only by the fast kernel, from what is not sampled. */
const BACK: i32 = 1
const BOTH: i32 = 2

let exact: bool = false
let columns: i32 = 0
let sampled: bool = false
let strip: usize = 0
let source: usize = 0
/** Rows of the exact kernel, or lines of the grid of the fast one, that are done. */
let done: i32 = 0

/**
 * A picture of 8-bit pixels, its sides at least 1. If `sampled` it is read at 512 × 512 places.
 *
 * @param columnOrder 0 as they are · 1 backwards · 2 both: only by the fast kernel, of what is not sampled
 * @returns where rows are to be put, or 0: it is too large
 */
export function begin(isExact: bool, isSampled: bool, width: i32, height: i32, channels: i32, columnOrder: i32): usize {
  if (width > MAX_SIDE || height > MAX_SIDE) return 0
  exact = isExact
  sampled = isSampled
  columns = columnOrder
  done = 0
  setSize(isSampled ? SAMPLED : width, isSampled ? SAMPLED : height, channels)
  source = isSampled ? planSampler(width) : 0
  strip = exact ? planExact() : planFast()
  if (!makeRoom()) return 0
  if (isSampled) readySampler(width, columns === BACK)
  if (exact) readyExact()
  else readyFast()
  return strip
}

/** How many rows are wanted next; 0 when the grid is made. */
export function wanted(): i32 {
  if (exact) return min(ROWS, height - done)
  return done < GRID ? rowCount(done) : 0
}

/** The first of them. */
export function firstWanted(): i32 {
  return exact ? done : firstRow(done)
}

/** Where a row of a sampled picture is put, whole. */
export function sourceRow(): usize {
  return source
}

/** Samples that row into a place of the strip. */
export function sample(place: i32): void {
  sampleRow(strip + <usize>(place * rowBytes))
}

/** The rows that were wanted are in the strip. */
export function taken(): void {
  if (exact) {
    const count = wanted()
    exactRows(done, count, !sampled && columns === BACK, grid)
    done += count
  } else {
    fastLine(done, grid, columns === BOTH ? gridBack : 0)
    done++
  }
}

/** Makes hashes of the grid, of the picture as it is and of its variants. @returns the quality */
export function hash(count: i32): i32 {
  transform(grid)
  hashes(count)
  return qualityOf(grid)
}

/** Makes two hashes of a grid: as it is, and with rows and columns swapped. @param isBack of the one with the columns backwards, beside the other */
export function turned(isBack: bool): void {
  transform(isBack ? gridBack : grid)
  bothWays()
}

/** Whether the other kernel would have given the same hash of the picture as it is. */
export function sure(): bool {
  return isSure()
}

/** Where they are: 32 bytes each, words in the order of their text. */
export function hashesAt(): usize {
  return HASHES
}

/** The grid, for tests that compare more than bits. */
export function gridAt(): usize {
  return grid
}
