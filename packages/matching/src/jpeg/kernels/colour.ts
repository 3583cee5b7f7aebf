// Colours of libjpeg: chroma between its samples ("fancy upsampling"), and YCbCr to RGB in whole numbers with 16 bits behind the point.

/** Chroma of one row: sums of two rows, 16 bits each, with a neighbour before the first and one behind the last. */
let sums: usize = 0
let blues: usize = 0
let reds: usize = 0

/** Bytes of work space for a row of so many pixels. */
export function colourBytes(width: i32): i32 {
  return 3 * (width + 64)
}

export function placeColour(from: usize, width: i32): void {
  const row = <usize>((width + 64) & ~15)
  blues = from
  reds = from + row
  sums = from + 2 * row
}

export function chromaBlue(): usize {
  return blues
}

export function chromaRed(): usize {
  return reds
}

/** Twice as wide: three parts of the sample that is near, one of the next. Rounds down and up in turns. @param width of the samples, 3 and more */
export function widened(from: usize, into: usize, width: i32): void {
  const values = sums + 16
  for (let x: i32 = 0; x < width; x += 8) {
    v128.store(values + ((<usize>x) << 1), v128.load8x8_u(from + <usize>x))
  }
  spread<u8>(values, into, width)
}

/** Twice as wide and twice as high: the same both ways, rounded once. @param near the row that is nearer, three parts of it */
export function widenedBetween(near: usize, far: usize, into: usize, width: i32): void {
  const values = sums + 16
  const three = i16x8.splat(3)
  for (let x: i32 = 0; x < width; x += 8) {
    const close = i16x8.mul(v128.load8x8_u(near + <usize>x), three)
    v128.store(values + ((<usize>x) << 1), i16x8.add(close, v128.load8x8_u(far + <usize>x)))
  }
  spread<u16>(values, into, width)
}

/** Two kinds: <u8> for sums of one row, <u16> for those of two. */
function spread<Kind>(values: usize, into: usize, width: i32): void {
  const shift = sizeof<Kind>() === 1 ? 2 : 4
  const down = i16x8.splat(sizeof<Kind>() === 1 ? 1 : 8)
  const up = i16x8.splat(sizeof<Kind>() === 1 ? 2 : 7)
  const end = values + ((<usize>width) << 1)
  store<u16>(values - 2, load<u16>(values))
  store<u16>(end, load<u16>(end - 2))
  const three = i16x8.splat(3)
  for (let at = values; at < end; at += 16, into += 16) {
    const here = i16x8.mul(v128.load(at), three)
    const left = i16x8.shr_u(i16x8.add(i16x8.add(here, v128.load(at - 2)), down), shift)
    const right = i16x8.shr_u(i16x8.add(i16x8.add(here, v128.load(at + 2)), up), shift)
    v128.store(into, v128.or(left, i16x8.shl(right, 8)))
  }
}

/** One row of pixels, three bytes each; writes whole vectors, up to 47 bytes beyond its end. */
export function colourRow(luma: usize, blue: usize, red: usize, into: usize, width: i32): void {
  for (let x: i32 = 0; x < width; x += 16, into += 48) {
    const at = <usize>x
    const y = v128.load(luma + at)
    const cb = v128.load(blue + at)
    const cr = v128.load(red + at)
    const middle = i16x8.splat(128)
    const y0 = i16x8.extend_low_i8x16_u(y)
    const y1 = i16x8.extend_high_i8x16_u(y)
    const b0 = i16x8.sub(i16x8.extend_low_i8x16_u(cb), middle)
    const b1 = i16x8.sub(i16x8.extend_high_i8x16_u(cb), middle)
    const r0 = i16x8.sub(i16x8.extend_low_i8x16_u(cr), middle)
    const r1 = i16x8.sub(i16x8.extend_high_i8x16_u(cr), middle)
    const r = i8x16.narrow_i16x8_u(i16x8.add(y0, redOf(r0)), i16x8.add(y1, redOf(r1)))
    const g = i8x16.narrow_i16x8_u(i16x8.add(y0, greenOf(b0, r0)), i16x8.add(y1, greenOf(b1, r1)))
    const b = i8x16.narrow_i16x8_u(i16x8.add(y0, blueOf(b0)), i16x8.add(y1, blueOf(b1)))
    woven(r, g, b, into)
  }
}

/** 1.402 · Cr: 65,536 of 91,881 are a whole Cr, the rest is 26,345. Half of that, cut, rounds to the same for all 256 values. */
function redOf(cr: v128): v128 {
  return i16x8.add(cr, i16x8.q15mulr_sat_s(cr, i16x8.splat(13172)))
}

/** 1.772 · Cb: twice Cb are 131,072 of 116,130; 14,942 too many. */
function blueOf(cb: v128): v128 {
  return i16x8.add(i16x8.shl(cb, 1), i16x8.q15mulr_sat_s(cb, i16x8.splat(-7471)))
}

/** −0.34414 · Cb − 0.71414 · Cr, rounded once: −22,554 and −46,802, of which a whole Cr is taken apart. */
function greenOf(cb: v128, cr: v128): v128 {
  const factors = i32x4.splat((18734 << 16) | (-22554 & 0xffff))
  const round = i32x4.splat(32768)
  const low = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 0, 8, 1, 9, 2, 10, 3, 11), factors)
  const high = i32x4.dot_i16x8_s(v128.shuffle<i16>(cb, cr, 4, 12, 5, 13, 6, 14, 7, 15), factors)
  const sum = i16x8.narrow_i32x4_s(i32x4.shr_s(i32x4.add(low, round), 16), i32x4.shr_s(i32x4.add(high, round), 16))
  return i16x8.sub(sum, cr)
}

/** Sixteen pixels: r, g, b, r, g, b … */
function woven(r: v128, g: v128, b: v128, into: usize): void {
  const rg0 = i8x16.shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5)
  const rg1 = i8x16.shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26)
  const rg2 = i8x16.shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0)
  v128.store(into, i8x16.shuffle(rg0, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15))
  v128.store(into, i8x16.shuffle(rg1, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16)
  v128.store(into, i8x16.shuffle(rg2, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32)
}
