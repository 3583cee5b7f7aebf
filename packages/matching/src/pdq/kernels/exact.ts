// The kernel `exact`: the blur of the reference, with its rounding. Sums run along rows and columns in single precision, each value added before
// another is taken away, so the order of all of it is fixed. What may be done at once are eight rows, or four columns. Rows stream through, and a
// window's worth of them is remembered.
import { take } from '../../kernels/memory'
import { acrossToAlong, alongToAcross } from './across'
import { lumaRow, turnRow } from './luma'
import { GRID, height, lineOf, rowBytes, width, windowOf } from './picture'

/** Rows that are worked on at once. */
export const ROWS: i32 = 8

/** Bytes of eight values of one column that lie side by side. */
const EIGHT: usize = 32

let strip: usize = 0
let lumas: usize = 0
let across: usize = 0
let means: usize = 0
let ring: usize = 0
let slots: i32 = 0
let sum: usize = 0
let blurred: usize = 0
let sampled: usize = 0
let lines: usize = 0
let lineRing: usize = 0
let lineSum: usize = 0
/** Bytes from one row of floats to the next: whole vectors. */
let stride: usize = 0

/** Rows that the first, and those that the second mean over columns has given; the line of the grid that is waited for. */
let firstOut: i32 = 0
let secondOut: i32 = 0
let secondIn: i32 = 0
let gridLine: i32 = 0

/** Takes memory; @returns where up to eight rows are to be put */
export function planExact(): usize {
  stride = (<usize>((width + 3) & ~3)) << 2
  const row = <i32>stride
  // A multiple of eight, so that eight rows that come together lie together.
  slots = (windowOf(height) + 2 * ROWS - 1) & ~(ROWS - 1)
  strip = take(ROWS * rowBytes)
  lumas = take(ROWS * row)
  across = take(ROWS * row)
  means = take(ROWS * row)
  ring = take(slots * row)
  sum = take(row)
  blurred = take(ROWS * row)
  sampled = take(ROWS * GRID * 4)
  lines = take(ROWS * GRID * 4)
  lineRing = take(windowOf(height) * GRID * 4)
  lineSum = take(GRID * 4)
  return strip
}

export function readyExact(): void {
  memory.fill(sum, 0, stride)
  memory.fill(lineSum, 0, GRID * 4)
  firstOut = 0
  secondOut = 0
  secondIn = 0
  gridLine = 0
}

/** A picture of exactly 64 × 64 is its own grid (step 3). */
export function isGrid(): bool {
  return width === GRID && height === GRID
}

/** Takes in up to eight rows, the first of which is row y; backwards: each is read from its other end. */
export function exactRows(y: i32, count: i32, isBack: bool, grid: usize): void {
  for (let k: i32 = 0; k < count; k++) {
    const into = isGrid() ? grid + ((<usize>(y + k)) << 8) : lumas + <usize>k * stride
    lumaRow(strip + <usize>(k * rowBytes), into)
    if (isBack) turnRow(into)
  }
  if (isGrid()) return
  // Rows beyond the last one are worked on with what lies there, and not looked at.
  alongToAcross(lumas, stride, across, width)
  rowMeans()
  acrossToAlong(means, slot(y), stride, width)
  for (let k: i32 = 0; k < count; k++) columnStep(y + k, grid)
  if (y + count === height) finish(grid)
}

/** The box mean along eight rows at once. */
function rowMeans(): void {
  const window = windowOf(width)
  const ahead = window >> 1
  const back = <usize>window * EIGHT
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let at = across
  let to = means
  let right: i32 = 0
  for (; right < window; right++, at += EIGHT) {
    a = f32x4.add(a, v128.load(at))
    b = f32x4.add(b, v128.load(at, 16))
    if (right < ahead) continue
    const count = f32x4.splat(<f32>(right + 1))
    v128.store(to, f32x4.div(a, count))
    v128.store(to, f32x4.div(b, count), 16)
    to += EIGHT
  }
  const whole = f32x4.splat(<f32>window)
  for (; right < width; right++, at += EIGHT, to += EIGHT) {
    a = f32x4.sub(f32x4.add(a, v128.load(at)), v128.load(at - back))
    b = f32x4.sub(f32x4.add(b, v128.load(at, 16)), v128.load(at - back, 16))
    v128.store(to, f32x4.div(a, whole))
    v128.store(to, f32x4.div(b, whole), 16)
  }
  for (; right < width + ahead; right++, at += EIGHT, to += EIGHT) {
    a = f32x4.sub(a, v128.load(at - back))
    b = f32x4.sub(b, v128.load(at - back, 16))
    const count = f32x4.splat(<f32>(width + window - 1 - right))
    v128.store(to, f32x4.div(a, count))
    v128.store(to, f32x4.div(b, count), 16)
  }
}

/** Row y comes into the mean over columns; the row that lies half a window before it goes out. */
function columnStep(y: i32, grid: usize): void {
  const window = windowOf(height)
  const ahead = window >> 1
  const into = blurred + <usize>(firstOut & (ROWS - 1)) * stride
  if (y < window) {
    if (y < ahead) addRow(slot(y))
    else addRowInto(slot(y), into, <f32>(y + 1))
  } else stepRow(slot(y), slot(y - window), into, <f32>window)
  if (y >= ahead) given(grid)
}

function slot(y: i32): usize {
  return ring + <usize>(y % slots) * stride
}

function addRow(from: usize): void {
  for (let x: usize = 0; x < stride; x += 16) v128.store(sum + x, f32x4.add(v128.load(sum + x), v128.load(from + x)))
}

function addRowInto(from: usize, into: usize, count: f32): void {
  const by = f32x4.splat(count)
  for (let x: usize = 0; x < stride; x += 16) {
    const total = f32x4.add(v128.load(sum + x), v128.load(from + x))
    v128.store(sum + x, total)
    v128.store(into + x, f32x4.div(total, by))
  }
}

function stepRow(from: usize, old: usize, into: usize, count: f32): void {
  const by = f32x4.splat(count)
  for (let x: usize = 0; x < stride; x += 16) {
    const total = f32x4.sub(f32x4.add(v128.load(sum + x), v128.load(from + x)), v128.load(old + x))
    v128.store(sum + x, total)
    v128.store(into + x, f32x4.div(total, by))
  }
}

function dropRowInto(old: usize, into: usize, count: f32): void {
  const by = f32x4.splat(count)
  for (let x: usize = 0; x < stride; x += 16) {
    const total = f32x4.sub(v128.load(sum + x), v128.load(old + x))
    v128.store(sum + x, total)
    v128.store(into + x, f32x4.div(total, by))
  }
}

/** A row has gone out; every eighth time they are blurred again. */
function given(grid: usize): void {
  firstOut++
  if ((firstOut & (ROWS - 1)) === 0) secondMeans(ROWS, grid)
}

/** The means that look beyond the last row. */
function finish(grid: usize): void {
  const window = windowOf(height)
  for (let left = height - window; firstOut < height; left++) {
    const into = blurred + <usize>(firstOut & (ROWS - 1)) * stride
    dropRowInto(slot(left), into, <f32>(height - 1 - left))
    given(grid)
  }
  if ((height & (ROWS - 1)) !== 0) secondMeans(height & (ROWS - 1), grid)
  for (let left = height - window; secondOut < height; left++)
    lineStep(0, lineRing + lineSlot(left), <f32>(height - 1 - left), grid)
}

/** The second mean along rows is read at 64 columns only, and so is the second one over columns. */
function secondMeans(count: i32, grid: usize): void {
  alongToAcross(blurred, stride, across, width)
  sampledMeans()
  acrossToAlong(sampled, lines, (<usize>GRID) << 2, GRID)
  const window = windowOf(height)
  for (let k: i32 = 0; k < count; k++) {
    const line = lines + <usize>(k * GRID * 4)
    const at = lineRing + lineSlot(secondIn)
    secondIn++
    if (secondIn <= window) lineStep(line, 0, <f32>secondIn, grid)
    else lineStep(line, at, <f32>window, grid)
    memory.copy(at, line, (<usize>GRID) << 2)
  }
}

/** The box mean along eight rows at once, at the 64 columns of the grid. */
function sampledMeans(): void {
  const window = windowOf(width)
  const ahead = window >> 1
  const back = <usize>window * EIGHT
  let a = f32x4.splat(0)
  let b = f32x4.splat(0)
  let right: i32 = 0
  let at = across
  for (let j: i32 = 0; j < GRID; j++) {
    const end = lineOf(j, width) + ahead + 1
    for (const to = min(end, window); right < to; right++, at += EIGHT) {
      a = f32x4.add(a, v128.load(at))
      b = f32x4.add(b, v128.load(at, 16))
    }
    for (const to = min(end, width); right < to; right++, at += EIGHT) {
      a = f32x4.sub(f32x4.add(a, v128.load(at)), v128.load(at - back))
      b = f32x4.sub(f32x4.add(b, v128.load(at, 16)), v128.load(at - back, 16))
    }
    for (; right < end; right++, at += EIGHT) {
      a = f32x4.sub(a, v128.load(at - back))
      b = f32x4.sub(b, v128.load(at - back, 16))
    }
    const count = f32x4.splat(<f32>(min(right, width) - max(0, right - window)))
    v128.store(sampled + <usize>j * EIGHT, f32x4.div(a, count))
    v128.store(sampled + <usize>j * EIGHT, f32x4.div(b, count), 16)
  }
}

function lineSlot(y: i32): usize {
  return <usize>((y % windowOf(height)) * GRID * 4)
}

/** One line of 64 comes in, one goes out; either may be missing (0). The mean is written where the grid reads it. */
function lineStep(line: usize, old: usize, count: f32, grid: usize): void {
  for (let x: usize = 0; x < 256; x += 16) {
    let total = v128.load(lineSum + x)
    if (line !== 0) total = f32x4.add(total, v128.load(line + x))
    if (old !== 0) total = f32x4.sub(total, v128.load(old + x))
    v128.store(lineSum + x, total)
  }
  if (line !== 0 && secondIn <= windowOf(height) >> 1) return
  for (; gridLine < GRID && lineOf(gridLine, height) === secondOut; gridLine++) {
    const by = f32x4.splat(count)
    const to = grid + ((<usize>gridLine) << 8)
    for (let x: usize = 0; x < 256; x += 16) v128.store(to + x, f32x4.div(v128.load(lineSum + x), by))
  }
  secondOut++
}
