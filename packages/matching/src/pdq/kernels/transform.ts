// Steps 6 to 9 of matching.md §6.1 and the eight variants of §6.4, from the grid of 64 × 64. The same for both kernels.
import { GRID } from './picture'

const BLOCK: i32 = 16
const HASH_BYTES: usize = 32
/** The variant that swaps rows and columns and changes no sign. */
const SWAPPED: i32 = 6

/** √(2/64)·cos(π·k/128), the root and the product rounded to single precision, for k from 0 to 63: all values of the matrix, but for their sign. */
const QUARTER: usize = memory.data<f32>([
  0.176776692, 0.17672345, 0.176563755, 0.176297709, 0.175925463, 0.175447255, 0.174863353, 0.17417413, 0.173379973,
  0.172481388, 0.171478912, 0.170373142, 0.169164747, 0.167854458, 0.16644305, 0.164931387, 0.163320363, 0.161610976,
  0.15980424, 0.157901242, 0.155903131, 0.153811097, 0.151626423, 0.14935042, 0.146984443, 0.144529939, 0.141988367,
  0.139361277, 0.136650234, 0.133856878, 0.130982891, 0.128030002, 0.125, 0.121894695, 0.118715972, 0.115465738,
  0.112145945, 0.108758606, 0.105305754, 0.101789467, 0.0982118696, 0.0945751071, 0.0908813849, 0.0871329084,
  0.0833319575, 0.0794808045, 0.0755817741, 0.0716372207, 0.0676495135, 0.0636210516, 0.0595542751, 0.0554516204,
  0.0513155647, 0.0471486002, 0.0429532342, 0.0387319922, 0.0344874226, 0.0302220769, 0.0259385277, 0.0216393545,
  0.0173271466, 0.0130045004, 0.00867402088, 0.00433831709,
])

const MATRIX: usize = memory.data(16 * 64 * 4, 16)
const TURNED: usize = memory.data(64 * 16 * 4, 16)
const HALF: usize = memory.data(16 * 64 * 4, 16)
const FREQUENCIES: usize = memory.data(16 * 16 * 4, 16)
const VARIANT: usize = memory.data(16 * 16 * 4, 16)
const KEYS: usize = memory.data(16 * 16 * 4, 16)

/** Eight hashes of eight words each, in the order and form of their text. */
export const HASHES: usize = memory.data(8 * 32, 16)

/**
 * The two kernels differ by at most 0.002 in one value: the rounding of the exact one. Where the 128th and the 129th value lie nearer than two of
 * these, an order of adding could turn bits. Of crops of a photograph it is one in a hundred.
 */
const MARGIN: f32 = 0.004

let ready: bool = false
let gap: f32 = 0

/** D of step 7: row i is the cosine of frequency i+1. */
function matrix(): void {
  if (ready) return
  for (let i: i32 = 0; i < BLOCK; i++) {
    for (let j: i32 = 0; j < GRID; j++) {
      const value = cosine((i + 1) * (2 * j + 1))
      store<f32>(MATRIX + ((<usize>(i * GRID + j)) << 2), value)
      store<f32>(TURNED + ((<usize>(j * BLOCK + i)) << 2), value)
    }
  }
  ready = true
}

/** The cosine of m/256 of a circle. No m here is 64 or 192, where it would be 0. */
function cosine(m: i32): f32 {
  const round = m & 255
  const half = round > 128 ? 256 - round : round
  if (half < 64) return load<f32>(QUARTER + ((<usize>half) << 2))
  return -load<f32>(QUARTER + ((<usize>(128 - half)) << 2))
}

/** Step 7: B = (D·A)·Dᵗ, each place summed from k = 0 up, side by side with its neighbours. */
export function transform(grid: usize): void {
  matrix()
  for (let i: usize = 0; i < <usize>BLOCK; i++) {
    for (let part: usize = 0; part < 256; part += 64) dots(MATRIX + (i << 8), grid + part, 256, HALF + (i << 8) + part)
  }
  for (let i: usize = 0; i < <usize>BLOCK; i++) dots(HALF + (i << 8), TURNED, 64, FREQUENCIES + (i << 6))
}

/** Sixteen sums: 64 factors from a row, each times 16 neighbours in one line of a matrix, whose lines are `step` bytes apart. */
function dots(factors: usize, line: usize, step: usize, into: usize): void {
  let a = f32x4.splat(0)
  let b = a
  let c = a
  let d = a
  for (const end = factors + 256; factors < end; factors += 4, line += step) {
    const by = v128.load32_splat(factors)
    a = f32x4.add(a, f32x4.mul(by, v128.load(line)))
    b = f32x4.add(b, f32x4.mul(by, v128.load(line, 16)))
    c = f32x4.add(c, f32x4.mul(by, v128.load(line, 32)))
    d = f32x4.add(d, f32x4.mul(by, v128.load(line, 48)))
  }
  v128.store(into, a)
  v128.store(into, b, 16)
  v128.store(into, c, 32)
  v128.store(into, d, 48)
}

/** Step 6: steps from each place to its neighbours below and to the right, in hundredths of the whole range, cut towards zero. */
export function qualityOf(grid: usize): i32 {
  let sum = i32x4.splat(0)
  const end = grid + <usize>(GRID * GRID * 4)
  for (let at = grid; at < end - 256; at += 16) sum = i32x4.add(sum, steps(v128.load(at), v128.load(at, 256)))
  // The last place of a row has no neighbour to the right.
  const three = i32x4(-1, -1, -1, 0)
  for (let row = grid; row < end; row += 256) {
    for (let at = row; at < row + 240; at += 16) sum = i32x4.add(sum, steps(v128.load(at), v128.load(at, 4)))
    const last = v128.load(row, 240)
    sum = i32x4.add(
      sum,
      v128.and(three, steps(last, i8x16.shuffle(last, last, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15))),
    )
  }
  return min(100, sumOf(sum) / 90)
}

function steps(u: v128, v: v128): v128 {
  const hundredths = f32x4.div(f32x4.mul(f32x4.sub(u, v), f32x4.splat(100)), f32x4.splat(255))
  return i32x4.abs(i32x4.trunc_sat_f32x4_s(hundredths))
}

/** The hashes of the first `count` variants. */
export function hashes(count: i32): void {
  for (let v: i32 = 0; v < count; v++) {
    turn(v)
    const median = medianOf(VARIANT)
    if (v === 0) gap = gapAbove(median)
    bits(VARIANT, median, HASHES + <usize>v * HASH_BYTES)
  }
}

/** The hashes of the picture as it is, and of that with rows and columns swapped. */
export function bothWays(): void {
  turn(0)
  const median = medianOf(VARIANT)
  bits(VARIANT, median, HASHES)
  turn(SWAPPED)
  bits(VARIANT, median, HASHES + HASH_BYTES)
}

/** Whether another order of adding would have given the same bits. Not so where a picture is its own mirror image: half of it is zero. */
export function isSure(): bool {
  return gap > MARGIN
}

/** From the median to the next value above it. */
function gapAbove(median: f32): f32 {
  const limit = f32x4.splat(median)
  const none = f32x4.splat(f32.MAX_VALUE)
  let least = none
  let count = i32x4.splat(0)
  for (let at = VARIANT; at < VARIANT + 1024; at += 16) {
    const value = v128.load(at)
    const above = f32x4.gt(value, limit)
    count = i32x4.sub(count, above)
    least = f32x4.min(least, v128.bitselect(value, none, above))
  }
  // Fewer than half are above if some are equal to the median.
  if (sumOf(count) < 128) return 0
  const low = min(f32x4.extract_lane(least, 0), f32x4.extract_lane(least, 1))
  return min(low, min(f32x4.extract_lane(least, 2), f32x4.extract_lane(least, 3))) - median
}

/** Which of the variants swap rows and columns, and the cells that change their sign, as matching.md §6.4 lists them. */
function turn(variant: i32): void {
  const swaps = variant === 1 || variant === 3 || variant >= 6
  for (let i: i32 = 0; i < BLOCK; i++) {
    for (let j: i32 = 0; j < BLOCK; j++) {
      const value = load<f32>(FREQUENCIES + ((<usize>(i * BLOCK + j)) << 2))
      const to = swaps ? j * BLOCK + i : i * BLOCK + j
      store<f32>(VARIANT + ((<usize>to) << 2), isMinus(variant, i, j) ? -value : value)
    }
  }
}

function isMinus(variant: i32, i: i32, j: i32): bool {
  if (variant === 1 || variant === 5) return (j & 1) === 0
  if (variant === 3 || variant === 4) return (i & 1) === 0
  if (variant === 2 || variant === 7) return ((i + j) & 1) !== 0
  return false
}

/** Steps 8 and 9: bit b says whether value b lies above the median; the text begins with the last bit. */
function bits(block: usize, limit: f32, into: usize): void {
  const median = f32x4.splat(limit)
  for (let word: usize = 0; word < 8; word++) {
    const from = block + ((7 - word) << 7)
    let value: i32 = 0
    for (let k: usize = 0; k < 8; k++) {
      value |= i32x4.bitmask(f32x4.gt(v128.load(from + (k << 4)), median)) << ((<i32>k) << 2)
    }
    store<i32>(into + (word << 2), value)
  }
}

/** The 128th smallest of 256, found bit by bit: at each, how many values lie below decides. */
function medianOf(block: usize): f32 {
  for (let at: usize = 0; at < 1024; at += 16) {
    // As whole numbers these have the order of the floats.
    const value = v128.load(block + at)
    v128.store(KEYS + at, v128.xor(value, v128.and(i32x4.shr_s(value, 31), i32x4.splat(0x7fffffff))))
  }
  let found: i32 = below(0) <= 127 ? 0 : i32.MIN_VALUE
  for (let bit: i32 = 30; bit >= 0; bit--) {
    const tried = found | (1 << bit)
    if (below(tried) <= 127) found = tried
  }
  return reinterpret<f32>(found < 0 ? found ^ 0x7fffffff : found)
}

function below(limit: i32): i32 {
  const limits = i32x4.splat(limit)
  let count = i32x4.splat(0)
  for (let at = KEYS; at < KEYS + 1024; at += 16) count = i32x4.sub(count, i32x4.lt_s(v128.load(at), limits))
  return sumOf(count)
}

function sumOf(four: v128): i32 {
  return (
    i32x4.extract_lane(four, 0) +
    i32x4.extract_lane(four, 1) +
    i32x4.extract_lane(four, 2) +
    i32x4.extract_lane(four, 3)
  )
}
