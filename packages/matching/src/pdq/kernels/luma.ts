// Step 1 of matching.md §6.1: 0.299·R + 0.587·G + 0.114·B in single precision, each product and sum rounded, left to right.
import { channels, width } from './picture'

// Constants of the loops lie in memory: written in the code they would be made anew for every four pixels, which takes longer than the sum.
const NONE: u8 = 0x80
const SHARES: usize = memory.data<f32>([0.299, 0.587, 0.114], 16)
const BYTE: usize = memory.data<u32>([0xff], 16)
/** Where the bytes of each colour stand among four pixels of three; the top bit gives zero. */
const REDS: usize = memory.data<u8>(
  [0, NONE, NONE, NONE, 3, NONE, NONE, NONE, 6, NONE, NONE, NONE, 9, NONE, NONE, NONE],
  16,
)
const GREENS: usize = memory.data<u8>(
  [1, NONE, NONE, NONE, 4, NONE, NONE, NONE, 7, NONE, NONE, NONE, 10, NONE, NONE, NONE],
  16,
)
const BLUES: usize = memory.data<u8>(
  [2, NONE, NONE, NONE, 5, NONE, NONE, NONE, 8, NONE, NONE, NONE, 11, NONE, NONE, NONE],
  16,
)

/** Luma of one row, four pixels at a time: the last four may read and write beyond the row. */
export function lumaRow(from: usize, into: usize): void {
  if (channels === 3) rgbRow(from, into)
  else if (channels === 4) rgbaRow(from, into)
  else greyRow(from, into)
}

/** A row of lumas from its other end. */
export function turnRow(row: usize): void {
  let low = row
  let high = row + ((<usize>(width - 1)) << 2)
  for (; low < high; low += 4, high -= 4) {
    const first = load<f32>(low)
    store<f32>(low, load<f32>(high))
    store<f32>(high, first)
  }
}

function greyRow(from: usize, into: usize): void {
  const end = into + ((<usize>width) << 2)
  while (into < end) {
    const four = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)))
    v128.store(into, f32x4.convert_i32x4_s(four))
    from += 4
    into += 16
  }
}

function rgbRow(from: usize, into: usize): void {
  const end = into + ((<usize>width) << 2)
  const reds = v128.load(REDS)
  const greens = v128.load(GREENS)
  const blues = v128.load(BLUES)
  const red = v128.load32_splat(SHARES)
  const green = v128.load32_splat(SHARES, 4)
  const blue = v128.load32_splat(SHARES, 8)
  while (into < end) {
    const pixels = v128.load(from)
    const r = f32x4.mul(f32x4.convert_i32x4_s(i8x16.swizzle(pixels, reds)), red)
    const g = f32x4.mul(f32x4.convert_i32x4_s(i8x16.swizzle(pixels, greens)), green)
    const b = f32x4.mul(f32x4.convert_i32x4_s(i8x16.swizzle(pixels, blues)), blue)
    v128.store(into, f32x4.add(f32x4.add(r, g), b))
    from += 12
    into += 16
  }
}

function rgbaRow(from: usize, into: usize): void {
  const end = into + ((<usize>width) << 2)
  const byte = v128.load32_splat(BYTE)
  const red = v128.load32_splat(SHARES)
  const green = v128.load32_splat(SHARES, 4)
  const blue = v128.load32_splat(SHARES, 8)
  while (into < end) {
    const pixels = v128.load(from)
    const r = f32x4.mul(f32x4.convert_i32x4_s(v128.and(pixels, byte)), red)
    const g = f32x4.mul(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(pixels, 8), byte)), green)
    const b = f32x4.mul(f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(pixels, 16), byte)), blue)
    v128.store(into, f32x4.add(f32x4.add(r, g), b))
    from += 16
    into += 16
  }
}
