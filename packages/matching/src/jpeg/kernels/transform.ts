// The inverse cosine transform of libjpeg, "islow": whole numbers with 13 bits behind the point, columns first. Its sums have no rounding but at the
// end of each pass, so any order of adding gives the same samples.
import { BLOCK } from './block'

const HALFWAY: usize = memory.data(128, 16)
const SAMPLES: usize = memory.data(128, 16)

/** What must stay empty: values beyond what a pass may give, as bits above. */
const BEYOND: usize = memory.data(32, 16)

/** A picture begins: nothing is beyond. */
export function clearBeyond(): void {
  memory.fill(BEYOND, 0, 32)
}

/**
 * Whether a value was out of range since: halfway one that 15 bits do not hold, or a sample more than 511 off the middle. libjpeg would wrap it
 * around; no encoder makes such a picture.
 */
export function isBeyond(): bool {
  const wide = i16x8.bitmask(v128.load(BEYOND))
  const far = v128.any_true(v128.and(v128.load(BEYOND, 16), i16x8.splat(<i16>0xfc00)))
  return wide !== 0 || far
}

/** Multiplies `BLOCK` with its steps and makes 8 × 8 samples of it, rows `stride` bytes apart. @param end as `readBlock` gives it */
export function makeSamples(steps: usize, end: i32, into: usize, stride: usize): void {
  if (end === 1) {
    plain(<i32>load<i16>(BLOCK) * <i32>load<i16>(steps), into, stride)
    return
  }
  for (let row: usize = 0; row < 128; row += 16) {
    v128.store(HALFWAY + row, i16x8.mul(v128.load(BLOCK + row), v128.load(steps + row)))
  }
  transform(into, stride)
}

/** The same of a block elsewhere, whose products with its steps may be out of range. */
export function makeSamplesOf(block: usize, steps: usize, into: usize, stride: usize): void {
  for (let row: usize = 0; row < 128; row += 32) {
    const a = product(block + row, steps + row)
    const b = product(block + row + 16, steps + row + 16)
    note<u8>(a, b, a, b)
    v128.store(HALFWAY + row, a)
    v128.store(HALFWAY + row, b, 16)
  }
  transform(into, stride)
}

function product(block: usize, steps: usize): v128 {
  const a = v128.load(block)
  const b = v128.load(steps)
  return i16x8.narrow_i32x4_s(i32x4.extmul_low_i16x8_s(a, b), i32x4.extmul_high_i16x8_s(a, b))
}

function transform(into: usize, stride: usize): void {
  pass<u8>(HALFWAY, HALFWAY)
  pass<u16>(HALFWAY, SAMPLES)
  const middle = i16x8.splat(128)
  for (let row: usize = 0; row < 128; row += 16) {
    const samples = i16x8.add(v128.load(SAMPLES + row), middle)
    v128.store64_lane(into, i8x16.narrow_i16x8_u(samples, samples), 0)
    into += stride
  }
}

/** A block of one colour. */
function plain(value: i32, into: usize, stride: usize): void {
  const offset = (value + 4) >> 3
  const far = i16x8.splat(<i16>(offset + 512))
  v128.store(BEYOND, v128.or(v128.load(BEYOND, 16), far), 16)
  const sample = i8x16.splat(<i8>min(255, max(0, offset + 128)))
  for (let row: i32 = 0; row < 8; row++) {
    v128.store64_lane(into, sample, 0)
    into += stride
  }
}

/** One pass over eight vectors of eight numbers; what comes out is turned, so that the next one goes the other way. Two kinds: <u8> and <u16>. */
function pass<Kind>(from: usize, into: usize): void {
  const a = v128.load(from)
  const b = v128.load(from, 16)
  const c = v128.load(from, 32)
  const d = v128.load(from, 48)
  const e = v128.load(from, 64)
  const f = v128.load(from, 80)
  const g = v128.load(from, 96)
  const h = v128.load(from, 112)
  half<Kind>(
    v128.shuffle<i16>(a, e, 0, 8, 1, 9, 2, 10, 3, 11),
    v128.shuffle<i16>(c, g, 0, 8, 1, 9, 2, 10, 3, 11),
    v128.shuffle<i16>(b, d, 0, 8, 1, 9, 2, 10, 3, 11),
    v128.shuffle<i16>(f, h, 0, 8, 1, 9, 2, 10, 3, 11),
    LOW,
  )
  half<Kind>(
    v128.shuffle<i16>(a, e, 4, 12, 5, 13, 6, 14, 7, 15),
    v128.shuffle<i16>(c, g, 4, 12, 5, 13, 6, 14, 7, 15),
    v128.shuffle<i16>(b, d, 4, 12, 5, 13, 6, 14, 7, 15),
    v128.shuffle<i16>(f, h, 4, 12, 5, 13, 6, 14, 7, 15),
    HIGH,
  )
  turned<Kind>(into)
}

const LOW: usize = memory.data(128, 16)
const HIGH: usize = memory.data(128, 16)

/** A pair of factors for every pair of numbers. */
function pair(first: i32, second: i32): v128 {
  return i32x4.splat((second << 16) | (first & 0xffff))
}

/** Four columns of a pass: pairs of rows 0 and 4, 2 and 6, 1 and 3, 5 and 7, side by side. */
function half<Kind>(p04: v128, p26: v128, p13: v128, p57: v128, into: usize): void {
  const shift = sizeof<Kind>() === 1 ? 11 : 18
  const round = i32x4.splat(1 << (shift - 1))
  const sum = i32x4.add(i32x4.dot_i16x8_s(p04, pair(8192, 8192)), round)
  const difference = i32x4.add(i32x4.dot_i16x8_s(p04, pair(8192, -8192)), round)
  const outer = i32x4.dot_i16x8_s(p26, pair(10703, 4433))
  const inner = i32x4.dot_i16x8_s(p26, pair(4433, -10704))
  const even0 = i32x4.add(sum, outer)
  const even3 = i32x4.sub(sum, outer)
  const even1 = i32x4.add(difference, inner)
  const even2 = i32x4.sub(difference, inner)
  const odd0 = i32x4.add(i32x4.dot_i16x8_s(p13, pair(11363, 9633)), i32x4.dot_i16x8_s(p57, pair(6437, 2260)))
  const odd1 = i32x4.add(i32x4.dot_i16x8_s(p13, pair(9633, -2259)), i32x4.dot_i16x8_s(p57, pair(-11362, -6436)))
  const odd2 = i32x4.add(i32x4.dot_i16x8_s(p13, pair(6437, -11362)), i32x4.dot_i16x8_s(p57, pair(2261, 9633)))
  const odd3 = i32x4.add(i32x4.dot_i16x8_s(p13, pair(2260, -6436)), i32x4.dot_i16x8_s(p57, pair(9633, -11363)))
  v128.store(into, i32x4.shr_s(i32x4.add(even0, odd0), shift))
  v128.store(into, i32x4.shr_s(i32x4.add(even1, odd1), shift), 16)
  v128.store(into, i32x4.shr_s(i32x4.add(even2, odd2), shift), 32)
  v128.store(into, i32x4.shr_s(i32x4.add(even3, odd3), shift), 48)
  v128.store(into, i32x4.shr_s(i32x4.sub(even3, odd3), shift), 64)
  v128.store(into, i32x4.shr_s(i32x4.sub(even2, odd2), shift), 80)
  v128.store(into, i32x4.shr_s(i32x4.sub(even1, odd1), shift), 96)
  v128.store(into, i32x4.shr_s(i32x4.sub(even0, odd0), shift), 112)
}

/** One of the eight vectors of both halves, as 16 bits. */
function narrowed(at: usize): v128 {
  return i16x8.narrow_i32x4_s(v128.load(LOW + at), v128.load(HIGH + at))
}

/** Rows become columns; what is out of range is noted. */
function turned<Kind>(into: usize): void {
  const a = narrowed(0)
  const b = narrowed(16)
  const c = narrowed(32)
  const d = narrowed(48)
  const e = narrowed(64)
  const f = narrowed(80)
  const g = narrowed(96)
  const h = narrowed(112)
  note<Kind>(a, b, c, d)
  note<Kind>(e, f, g, h)
  const ab = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11)
  const cd = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11)
  const ef = v128.shuffle<i16>(e, f, 0, 8, 1, 9, 2, 10, 3, 11)
  const gh = v128.shuffle<i16>(g, h, 0, 8, 1, 9, 2, 10, 3, 11)
  const AB = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15)
  const CD = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15)
  const EF = v128.shuffle<i16>(e, f, 4, 12, 5, 13, 6, 14, 7, 15)
  const GH = v128.shuffle<i16>(g, h, 4, 12, 5, 13, 6, 14, 7, 15)
  quarters(ab, cd, ef, gh, into)
  quarters(AB, CD, EF, GH, into + 64)
}

function quarters(ab: v128, cd: v128, ef: v128, gh: v128, into: usize): void {
  const abcd = v128.shuffle<i32>(ab, cd, 0, 4, 1, 5)
  const efgh = v128.shuffle<i32>(ef, gh, 0, 4, 1, 5)
  const ABCD = v128.shuffle<i32>(ab, cd, 2, 6, 3, 7)
  const EFGH = v128.shuffle<i32>(ef, gh, 2, 6, 3, 7)
  v128.store(into, v128.shuffle<i64>(abcd, efgh, 0, 2))
  v128.store(into, v128.shuffle<i64>(abcd, efgh, 1, 3), 16)
  v128.store(into, v128.shuffle<i64>(ABCD, EFGH, 0, 2), 32)
  v128.store(into, v128.shuffle<i64>(ABCD, EFGH, 1, 3), 48)
}

function note<Kind>(a: v128, b: v128, c: v128, d: v128): void {
  if (sizeof<Kind>() === 1) {
    // The two highest bits differ.
    const ab = v128.or(v128.xor(a, i16x8.shl(a, 1)), v128.xor(b, i16x8.shl(b, 1)))
    const cd = v128.or(v128.xor(c, i16x8.shl(c, 1)), v128.xor(d, i16x8.shl(d, 1)))
    v128.store(BEYOND, v128.or(v128.load(BEYOND), v128.or(ab, cd)))
  } else {
    const middle = i16x8.splat(512)
    const ab = v128.or(i16x8.add(a, middle), i16x8.add(b, middle))
    const cd = v128.or(i16x8.add(c, middle), i16x8.add(d, middle))
    v128.store(BEYOND, v128.or(v128.load(BEYOND, 16), v128.or(ab, cd)), 16)
  }
}
