// Step 1 of matching.md §6.1: 0.299·R + 0.587·G + 0.114·B in single precision, each product and sum rounded, left to right.
import { channels, width } from './picture'

/** Luma of one row, four pixels at a time: the last four may read and write beyond the row. */
export function lumaRow(from: usize, into: usize): void {
  if (channels == 3) rgbRow(from, into)
  else if (channels == 4) rgbaRow(from, into)
  else greyRow(from, into)
}

function greyRow(from: usize, into: usize): void {
  const end = into + (<usize>width << 2)
  while (into < end) {
    const four = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(from)))
    v128.store(into, f32x4.convert_i32x4_s(four))
    from += 4
    into += 16
  }
}

function rgbRow(from: usize, into: usize): void {
  const end = into + (<usize>width << 2)
  const none: i8 = -128
  // Where the four bytes of one colour stand among twelve; the top bit gives zero.
  const reds = i8x16(0, none, none, none, 3, none, none, none, 6, none, none, none, 9, none, none, none)
  const greens = i8x16(1, none, none, none, 4, none, none, none, 7, none, none, none, 10, none, none, none)
  const blues = i8x16(2, none, none, none, 5, none, none, none, 8, none, none, none, 11, none, none, none)
  while (into < end) {
    const pixels = v128.load(from)
    v128.store(into, mixed(i8x16.swizzle(pixels, reds), i8x16.swizzle(pixels, greens), i8x16.swizzle(pixels, blues)))
    from += 12
    into += 16
  }
}

function rgbaRow(from: usize, into: usize): void {
  const end = into + (<usize>width << 2)
  const byte = i32x4.splat(0xff)
  while (into < end) {
    const pixels = v128.load(from)
    const green = v128.and(i32x4.shr_u(pixels, 8), byte)
    v128.store(into, mixed(v128.and(pixels, byte), green, v128.and(i32x4.shr_u(pixels, 16), byte)))
    from += 16
    into += 16
  }
}

function mixed(red: v128, green: v128, blue: v128): v128 {
  const first = f32x4.mul(f32x4.convert_i32x4_s(red), f32x4.splat(0.299))
  const second = f32x4.mul(f32x4.convert_i32x4_s(green), f32x4.splat(0.587))
  const third = f32x4.mul(f32x4.convert_i32x4_s(blue), f32x4.splat(0.114))
  return f32x4.add(f32x4.add(first, second), third)
}
