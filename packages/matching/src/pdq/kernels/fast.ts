// The kernel `fast`: two box means one after the other are one sum with weights 1, 2, … w … 2, 1, and only 64 lines and 64 columns of the
// blurred picture are read. So each line of the grid is a weighted sum of 2w−1 rows, made in 16-bit integers without any error, and each of its
// places a weighted sum of 2w−1 of those columns.
import { take } from '../../kernels/memory'
import { channels, GRID, height, lineOf, rowBytes, width, windowOf } from './picture'

/** 257 · 255 is the largest sum that 16 bits hold: rows are summed until their weights come to that. */
const FULL: i32 = 257

/** Kept in memory: a constant in the code would be made anew in every turn of the loop. */
const LOW: usize = memory.data<u16>([0xff], 16)

let rows: i32 = 0
let across: i32 = 0
let strip: usize = 0
let weights: usize = 0
let sums: usize = 0
let sumBytes: i32 = 0
let inner: usize = 0
let outer: usize = 0
/** The table of the last place, for a row that is read backwards. */
let outerBack: usize = 0

/** Takes memory; @returns where the rows of one line of the grid are to be put */
export function planFast(): usize {
  rows = 2 * windowOf(height) - 1
  across = 2 * windowOf(width) - 1
  strip = take(rows * rowBytes)
  weights = take(rows * 2)
  sumBytes = ((rowBytes + 63) & ~63) * 4
  sums = take(sumBytes)
  inner = take(across * channels * 4)
  outer = take(across * channels * 4)
  outerBack = take(across * channels * 4)
  return strip
}

export function readyFast(): void {
  const lines = windowOf(height)
  const columns = windowOf(width)
  const all = <f64>lines * <f64>lines * <f64>columns * <f64>columns
  columnWeights(inner, false, all)
  columnWeights(outer, isCut(width), all)
  backwards(outer, outerBack)
  // Read before and beyond the row, with weight 0: they must be numbers.
  memory.fill(sums - 16, 0, 16)
  memory.fill(sums + <usize>sumBytes, 0, 16)
}

/** First of the rows that line i of the grid is made of. */
export function firstRow(i: i32): i32 {
  return lineOf(i, height) - 2 * behind(windowOf(height))
}

/** How many they are: one less for the last line, where the picture ends before the window does. */
export function rowCount(i: i32): i32 {
  return i === GRID - 1 && isCut(height) ? rows - 1 : rows
}

/** Line i of the grid, from the rows in the strip; and of the grid of the picture with its columns backwards, where one is given. */
export function fastLine(i: i32, grid: usize, back: usize): void {
  memory.fill(sums, 0, <usize>sumBytes)
  const window = windowOf(height)
  if (i === GRID - 1 && isCut(height)) {
    // The last box has lost a row, and is divided by one less.
    for (let k: i32 = 0; k < rows - 1; k++) setWeight(k, cutWeight(k, window))
    addRows(0, rows - 1, 1)
    for (let k: i32 = window - 1; k < rows - 1; k++) setWeight(k, 1)
    addRows(window - 1, rows - 1, <f32>(<f64>window / <f64>(window - 1)))
  } else {
    for (let k: i32 = 0; k < rows; k++) setWeight(k, weight(k, window))
    addRows(0, rows, 1)
  }
  const left = 2 * behind(windowOf(width))
  for (let j: i32 = 0; j < GRID; j++) {
    const table = j === GRID - 1 ? outer : inner
    const at = sums + ((<usize>((lineOf(j, width) - left) * channels)) << 2)
    store<f32>(grid + ((<usize>(i * GRID + j)) << 2), dot(at, table))
    if (back !== 0) {
      // The same places counted from the other end. The weights of all but the last are their own mirror image.
      const first = width - across + left - lineOf(j, width)
      const tableBack = j === GRID - 1 ? outerBack : inner
      store<f32>(back + ((<usize>(i * GRID + j)) << 2), dot(sums + ((<usize>(first * channels)) << 2), tableBack))
    }
  }
}

/** An output of a box mean takes in so many values before its place; one more after it if the window is even. */
function behind(window: i32): i32 {
  return (window - 1) >> 1
}

/** With an even window the last place of the grid looks one line beyond the end. */
function isCut(side: i32): bool {
  const window = windowOf(side)
  return lineOf(GRID - 1, side) + 2 * (window >> 1) >= side
}

/** How many of the w boxes of w lines hold line k: 1, 2, … w … 2, 1. */
function weight(k: i32, window: i32): i32 {
  return k < window ? k + 1 : 2 * window - 1 - k
}

/** The same without the last box. */
function cutWeight(k: i32, window: i32): i32 {
  return k < window - 1 ? k + 1 : 2 * window - 2 - k
}

function setWeight(k: i32, value: i32): void {
  store<u16>(weights + ((<usize>k) << 1), <u16>value)
}

/** The weights along a row, each with its colour's share of luma and with all that the sum is divided by. */
function columnWeights(table: usize, cut: bool, all: f64): void {
  const window = windowOf(width)
  memory.fill(table, 0, <usize>(across * channels * 4 + 16))
  const end = cut ? across - 1 : across
  for (let x: i32 = 0; x < end; x++) {
    let share = <f64>(cut ? cutWeight(x, window) : weight(x, window))
    if (cut && x >= window - 1) share += <f64>window / <f64>(window - 1)
    for (let c: i32 = 0; c < channels; c++) {
      store<f32>(table + ((<usize>(x * channels + c)) << 2), <f32>((share * shareOf(c)) / all))
    }
  }
}

/** The same weights from the other end, the colours of each place in their order. */
function backwards(table: usize, into: usize): void {
  memory.fill(into, 0, <usize>(across * channels * 4 + 16))
  for (let x: i32 = 0; x < across; x++) {
    for (let c: i32 = 0; c < channels; c++) {
      const from = table + ((<usize>((across - 1 - x) * channels + c)) << 2)
      store<f32>(into + ((<usize>(x * channels + c)) << 2), load<f32>(from))
    }
  }
}

function shareOf(channel: i32): f64 {
  if (channels === 1) return 1
  return channel === 0 ? 0.299 : channel === 1 ? 0.587 : channel === 2 ? 0.114 : 0
}

/** Adds rows of the strip to the sums, as many at a time as 16 bits hold. */
function addRows(from: i32, to: i32, scale: f32): void {
  while (from < to) {
    let end = from
    let total: i32 = 0
    while (end < to) {
      total += <i32>load<u16>(weights + ((<usize>end) << 1))
      if (total > FULL) break
      end++
    }
    addSome(from, end, scale)
    from = end
  }
}

/** 64 bytes of each row at a time: even and odd bytes have sums of their own. */
function addSome(from: i32, to: i32, scale: f32): void {
  const low = v128.load16_splat(LOW)
  const zero = i16x8.splat(0)
  const step = <usize>rowBytes
  const firstWeight = weights + ((<usize>from) << 1)
  const endWeight = weights + ((<usize>to) << 1)
  const start = strip + <usize>from * step
  let into = sums
  for (let x: usize = 0; x < step; x += 64, into += 256) {
    let a0 = zero
    let a1 = zero
    let b0 = zero
    let b1 = zero
    let c0 = zero
    let c1 = zero
    let d0 = zero
    let d1 = zero
    let at = start + x
    for (let w = firstWeight; w < endWeight; w += 2, at += step) {
      const by = v128.load16_splat(w)
      const a = v128.load(at)
      const b = v128.load(at, 16)
      const c = v128.load(at, 32)
      const d = v128.load(at, 48)
      a0 = i16x8.add(a0, i16x8.mul(v128.and(a, low), by))
      a1 = i16x8.add(a1, i16x8.mul(i16x8.shr_u(a, 8), by))
      b0 = i16x8.add(b0, i16x8.mul(v128.and(b, low), by))
      b1 = i16x8.add(b1, i16x8.mul(i16x8.shr_u(b, 8), by))
      c0 = i16x8.add(c0, i16x8.mul(v128.and(c, low), by))
      c1 = i16x8.add(c1, i16x8.mul(i16x8.shr_u(c, 8), by))
      d0 = i16x8.add(d0, i16x8.mul(v128.and(d, low), by))
      d1 = i16x8.add(d1, i16x8.mul(i16x8.shr_u(d, 8), by))
    }
    widen(into, a0, a1, scale)
    widen(into + 64, b0, b1, scale)
    widen(into + 128, c0, c1, scale)
    widen(into + 192, d0, d1, scale)
  }
}

/** Adds 16 sums to those in memory. They stay below 2²⁴, so single precision holds them exactly. */
function widen(into: usize, even: v128, odd: v128, scale: f32): void {
  const first = i8x16.shuffle(even, odd, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23)
  const second = i8x16.shuffle(even, odd, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30, 31)
  const by = f32x4.splat(scale)
  addTo(into, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(first)), by))
  addTo(into + 16, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(first)), by))
  addTo(into + 32, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_low_i16x8_u(second)), by))
  addTo(into + 48, f32x4.mul(f32x4.convert_i32x4_s(i32x4.extend_high_i16x8_u(second)), by))
}

function addTo(at: usize, more: v128): void {
  v128.store(at, f32x4.add(v128.load(at), more))
}

function dot(at: usize, table: usize): f32 {
  const end = table + ((<usize>(across * channels)) << 2)
  let sum = f32x4.splat(0)
  for (; table < end; table += 16, at += 16) sum = f32x4.add(sum, f32x4.mul(v128.load(at), v128.load(table)))
  return (
    f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 2) + (f32x4.extract_lane(sum, 1) + f32x4.extract_lane(sum, 3))
  )
}
