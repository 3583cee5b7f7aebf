// The exact Hamming index (matching.md §8), compiled by scripts/kernels.mjs. A kernel is functions over one memory: a head of numbers at HEAD says
// where each section of the segment is, a scratch of its own belongs to each thread that searches. Nothing is imported, nothing is allocated.
// `layout.ts` writes the head and must agree with the offsets here.

import { COUNT, KEPT, report } from './results'
import { sift } from './sift'

// The head, in steps of four bytes.
const HEAD: usize = 1024
const ROWS: usize = 0
const STRIDE: usize = 4
const HASH: usize = 8
const START: usize = 12
const NEXT: usize = 16
const ROW: usize = 20
const DEAD: usize = 24

// A scratch: the query, what was found (`results.ts`), the bounds of the buckets, the results, the candidates, the steps that hold one.
const TEXT: usize = 32
const FLAT: usize = 72
const LEFT: usize = 76
const BOUNDS: usize = 128
const CANDIDATES: usize = 20480
const STEPS: usize = 282624

const MAX_CANDIDATES: usize = 32768
/** Places that are sifted at once; a step notes 16 of them, and there is room for those of two blocks. */
const BLOCK: usize = 65536
const BLOCK_STEPS: usize = BLOCK / 16
const KEYS: usize = 65536
const TABLE_STARTS: usize = (KEYS + 1) * 4

function head(field: usize): usize {
  return load<u32>(HEAD + field)
}

/** Writes hashes of text order as the index keeps them: bit (row i, column j) is bit i of chunk (i + j) mod 16 (§8.1). */
export function permute(from: usize, to: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++) permuteOne(from + 32 * <usize>i, to + 32 * <usize>i)
}

function permuteOne(from: usize, to: usize): void {
  // The text holds word 15 first, each with its high byte first: read from the end, lane i is word i.
  const upper = v128.load(from)
  const lower = v128.load(from, 16)
  const words0 = i8x16.shuffle(lower, lower, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
  const words8 = i8x16.shuffle(upper, upper, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0)
  // Word i turned left by i bits: its column j stands at (i + j) mod 16. A product by 2^i has the bits that left it in its upper half.
  const by0 = i16x8(1, 2, 4, 8, 16, 32, 64, 128)
  const by8 = i16x8(256, 512, 1024, 2048, 4096, 8192, 16384, -32768)
  const turned0 = turned(i32x4.extmul_low_i16x8_u(words0, by0), i32x4.extmul_high_i16x8_u(words0, by0))
  const turned8 = turned(i32x4.extmul_low_i16x8_u(words8, by8), i32x4.extmul_high_i16x8_u(words8, by8))
  const bytes = i16x8.splat(255)
  let low = i8x16.narrow_i16x8_u(v128.and(turned0, bytes), v128.and(turned8, bytes))
  let high = i8x16.narrow_i16x8_u(i16x8.shr_u(turned0, 8), i16x8.shr_u(turned8, 8))
  // The same bit of all sixteen words is one chunk: the table of bits is turned over its diagonal.
  for (let chunk: usize = 8; chunk > 0; chunk--) {
    store<u16>(to + 2 * (chunk - 1), <u16>i8x16.bitmask(low))
    store<u16>(to + 2 * (chunk + 7), <u16>i8x16.bitmask(high))
    low = i16x8.shl(low, 1)
    high = i16x8.shl(high, 1)
  }
}

function turned(a: v128, b: v128): v128 {
  const mask = i32x4.splat(0xffff)
  const x = v128.and(v128.or(a, i32x4.shr_u(a, 16)), mask)
  const y = v128.and(v128.or(b, i32x4.shr_u(b, 16)), mask)
  return i16x8.narrow_i32x4_u(x, y)
}

/** Makes table t of the segment: histogram, prefix sums, scatter. The tables know nothing of each other, so threads share them out. */
export function table(t: u32): void {
  const rows = <u32>head(ROWS)
  const stride = head(STRIDE)
  const start = head(START) + <usize>t * TABLE_STARTS
  const next = head(NEXT) + <usize>t * stride * 2
  const row = head(ROW) + <usize>t * stride * 4
  const key = head(HASH) + 2 * <usize>t
  const chunk1 = head(HASH) + 2 * (<usize>(t + 1) & 15)
  const chunk2 = head(HASH) + 2 * (<usize>(t + 2) & 15)
  memory.fill(start, 0, TABLE_STARTS)
  for (let r: u32 = 0; r < rows; r++) {
    const at = start + 4 * <usize>load<u16>(key + 32 * <usize>r)
    store<u32>(at, load<u32>(at) + 1)
  }
  let sum: u32 = 0
  for (let k: usize = 0; k < KEYS; k++) {
    const size = load<u32>(start + 4 * k)
    store<u32>(start + 4 * k, sum)
    sum += size
  }
  for (let r: u32 = 0; r < rows; r++) {
    const from: usize = 32 * <usize>r
    const at = start + 4 * <usize>load<u16>(key + from)
    const place = load<u32>(at)
    store<u32>(at, place + 1)
    store<u16>(next + 2 * <usize>place, load<u16>(chunk1 + from))
    store<u32>(row + 4 * <usize>place, r | ((<u32>load<u8>(chunk2 + from)) << 24))
  }
  // Each start has become the end of its key, which is the start of the one after it.
  memory.copy(start + 4, start, KEYS * 4)
  store<u32>(start, 0)
}

/**
 * Searches the segment for the hash at TEXT of the scratch, within 0 to 31 bits. The count of all rows found is at COUNT, the nearest of them at
 * RESULTS (distance above row, a heap) with their number at KEPT, and FLAT says whether every row was looked at.
 */
export function find(scratch: usize, within: u32): void {
  begin(scratch)
  const rows = <u32>head(ROWS)
  const places = bounds(scratch, within)
  if (places > rows >> 2 || !ring(scratch, within, places)) {
    begin(scratch)
    store<u32>(scratch + FLAT, 1)
    scan(scratch, within)
  }
}

/** The same by looking at every row, within 0 to 63 bits. */
export function flat(scratch: usize, within: u32): void {
  begin(scratch)
  scan(scratch, within)
}

function begin(scratch: usize): void {
  permuteOne(scratch + TEXT, scratch)
  store<u32>(scratch + COUNT, 0)
  store<u32>(scratch + KEPT, 0)
  store<u32>(scratch + FLAT, 0)
  store<u32>(scratch + LEFT, <u32>head(ROWS) >> 6)
}

/** How many tables are asked: a hash that is equal stands under the same key in each of them. */
function tables(within: u32): u32 {
  return within === 0 ? 1 : 16
}

/** Notes where the buckets begin and end that may hold a row within reach; gives the number of places in them. */
function bounds(scratch: usize, within: u32): u32 {
  const start = head(START)
  const near = within >= 16
  let to = scratch + BOUNDS
  for (let t: usize = 0; t < <usize>tables(within); t++) {
    const starts = start + t * TABLE_STARTS
    const key = (<usize>load<u16>(scratch + 2 * t)) << 2
    // One load for both: a bucket ends where the next one begins.
    store<u64>(to, load<u64>(starts + key))
    to += 8
    if (!near) continue
    // Four at a time: the fewer instructions between two loads, the more of them are under way together.
    for (let bit: usize = 4; bit < KEYS << 2; bit <<= 4) {
      const a = load<u64>(starts + (key ^ bit))
      const b = load<u64>(starts + (key ^ (bit << 1)))
      const c = load<u64>(starts + (key ^ (bit << 2)))
      const d = load<u64>(starts + (key ^ (bit << 3)))
      store<u64>(to, a)
      store<u64>(to, b, 8)
      store<u64>(to, c, 16)
      store<u64>(to, d, 24)
      to += 32
    }
  }
  // They are added up two at a time, and their number may be odd.
  store<u64>(to, 0)
  let sums = i32x4.splat(0)
  for (let at = scratch + BOUNDS; at < to; at += 16) sums = i32x4.add(sums, v128.load(at))
  const ends = i32x4.extract_lane(sums, 1) + i32x4.extract_lane(sums, 3)
  return ends - i32x4.extract_lane(sums, 0) - i32x4.extract_lane(sums, 2)
}

/**
 * Looks into the buckets. A pair within r bits has a chunk from which every sum of l chunks, going round, is at most ⌊l·r/16⌋; three links of that
 * chain are tested before the hash itself is read. False when more had to be read than a flat scan costs.
 */
function ring(scratch: usize, within: u32, places: u32): bool {
  const stride = head(STRIDE) * 2
  const next = head(NEXT)
  const buckets: u32 = within >= 16 ? 17 : 1
  const two: u32 = (within * 2) >> 4
  const asked = tables(within)
  touch(scratch, next, stride, asked, buckets, places)
  const first = scratch + STEPS
  const full = first + 8 * BLOCK_STEPS
  let step = first
  let at = scratch + BOUNDS
  for (let t: u32 = 0; t < asked; t++) {
    const base = next + <usize>t * stride
    const wanted = load<u16>(scratch + 2 * (<usize>(t + 1) & 15))
    for (let b: u32 = 0; b < buckets; b++) {
      const off: u32 = b === 0 ? 0 : 1
      let from = base + 2 * <usize>load<u32>(at)
      const end = base + 2 * <usize>load<u32>(at, 4)
      at += 8
      if (two < off) continue
      while (from < end) {
        const upTo = min(end, from + 2 * BLOCK)
        step = sift(step, from, upTo, wanted, two - off, (t << 24) | (off << 16))
        from = upTo
        // Worked off before there is no room for those of another block: candidates are never cut.
        if (step > full) {
          if (!drain(scratch, step, within)) return false
          step = first
        }
      }
    }
  }
  return drain(scratch, step, within)
}

/**
 * Reads a byte of each line that will be scanned, before any is: memory brings them side by side, as many as the instructions that wait for it
 * leave room for. So these loops do nothing else.
 */
function touch(scratch: usize, next: usize, stride: usize, asked: u32, buckets: u32, places: u32): void {
  let sum: u32 = 0
  let at = scratch + BOUNDS
  for (let t: u32 = 0; t < asked; t++) {
    const base = next + <usize>t * stride
    for (let b: u32 = 0; b < buckets; b++) {
      sum += <u32>load<u8>(base + 2 * <usize>load<u32>(at)) + <u32>load<u8>(base + 2 * <usize>load<u32>(at, 4) - 1)
      at += 8
    }
  }
  // Buckets of 20 places hardly ever have a line between their first and their last.
  if (places > 20 * asked * buckets) {
    at = scratch + BOUNDS
    for (let t: u32 = 0; t < asked; t++) {
      const base = next + <usize>t * stride
      for (let b: u32 = 0; b < buckets; b++) {
        const last = (base + 2 * <usize>load<u32>(at, 4) - 1) & ~63
        for (let line = ((base + 2 * <usize>load<u32>(at)) & ~63) + 64; line < last; line += 64) sum += load<u8>(line)
        at += 8
      }
    }
  }
  touched(sum)
}

/** What was read must be used, or the reads are left out. */
function touched(sum: u32): void {
  if (sum === 0xffffffff) store<u8>(HEAD - 1, 0)
}

/** Verifies the candidates of the steps that were noted. False when the segment should be scanned instead. */
function drain(scratch: usize, stop: usize, within: u32): bool {
  const stride = head(STRIDE)
  const next = head(NEXT)
  const rows = head(ROW)
  let left = <i32>load<u32>(scratch + LEFT)
  const first = scratch + CANDIDATES
  const full = first + 8 * (MAX_CANDIDATES - 16)
  let to = first
  for (let step = scratch + STEPS; step < stop; step += 8) {
    const noted = load<u32>(step, 4)
    let mask = noted & 0xffff
    left -= <i32>popcnt(mask)
    if (left < 0) return false
    const t = noted >> 24
    const off = (noted >> 16) & 1
    const wanted = <u32>load<u16>(scratch + 2 * (<usize>(t + 1) & 15))
    const base = next + <usize>t * stride * 2
    const row = rows + <usize>t * stride * 4
    do {
      const place = <usize>load<u32>(step) + 2 * <usize>ctz(mask)
      mask &= mask - 1
      store<u32>(to, <u32>(row + 2 * (place - base)))
      store<u32>(to, (t << 24) | (off + popcnt<u32>(load<u16>(place) ^ wanted)), 4)
      to += 8
    } while (mask !== 0)
    if (to > full) {
      verify(scratch, to, within)
      to = first
    }
  }
  store<u32>(scratch + LEFT, left)
  verify(scratch, to, within)
  return true
}

/** Tests the third link of the candidates, then their whole distance. What lies scattered is read in loops that do nothing else, as in `touch`. */
function verify(scratch: usize, stop: usize, within: u32): void {
  const first = scratch + CANDIDATES
  for (let at = first; at < stop; at += 8) store<u32>(at, load<u32>(<usize>load<u32>(at)))
  const kept = thirdLink(scratch, stop, within)
  const hash = head(HASH)
  const dead = head(DEAD)
  let sum: u32 = 0
  for (let at = first; at < kept; at += 4) sum += load<u8>(hash + 32 * <usize>(load<u32>(at) & 0xffffff))
  touched(sum)
  for (let at = first; at < kept; at += 4) {
    const candidate = load<u32>(at)
    const row = candidate & 0xffffff
    const far = distance(scratch, hash + 32 * <usize>row)
    if (far > within || isDead(dead, row)) continue
    if (!foundBefore(scratch, hash + 32 * <usize>row, within, candidate >> 24)) report(scratch, row | (far << 24))
  }
}

/** Leaves the rows whose first three chunks are near enough, each with its table above it, at the front of the candidates. Gives where they end. */
function thirdLink(scratch: usize, stop: usize, within: u32): usize {
  const three: u32 = (within * 3) >> 4
  let to = scratch + CANDIDATES
  for (let at = to; at < stop; at += 8) {
    const entry = load<u32>(at)
    const noted = load<u32>(at, 4)
    const t = noted >> 24
    const apart = popcnt<u32>((entry >> 24) ^ load<u8>(scratch + 2 * (<usize>(t + 2) & 15)))
    store<u32>(to, (entry & 0xffffff) | (t << 24))
    to += (<usize>((noted & 0xff) + apart <= three)) << 2
  }
  return to
}

function distance(a: usize, b: usize): u32 {
  return <u32>(
    (popcnt<u64>(load<u64>(a) ^ load<u64>(b)) +
      popcnt<u64>(load<u64>(a, 8) ^ load<u64>(b, 8)) +
      popcnt<u64>(load<u64>(a, 16) ^ load<u64>(b, 16)) +
      popcnt<u64>(load<u64>(a, 24) ^ load<u64>(b, 24)))
  )
}

function isDead(dead: usize, row: u32): bool {
  return ((load<u8>(dead + <usize>(row >> 3)) >> (row & 7)) & 1) !== 0
}

/**
 * Whether a table before t has given this row. A row is found in every table whose three tests it passes, and stands in each table once; so it counts
 * in the first of them only, and no memory of rows seen is needed.
 */
function foundBefore(query: usize, hash: usize, within: u32, t: u32): bool {
  const one = within >> 4
  const two: u32 = (within * 2) >> 4
  const three: u32 = (within * 3) >> 4
  for (let before: u32 = 0; before < t; before++) {
    const first = apart(query, hash, before, 0xffff)
    if (first > one) continue
    const second = first + apart(query, hash, before + 1, 0xffff)
    if (second > two) continue
    if (second + apart(query, hash, before + 2, 0xff) <= three) return true
  }
  return false
}

function apart(query: usize, hash: usize, chunk: u32, mask: u32): u32 {
  const at: usize = 2 * (<usize>chunk & 15)
  return popcnt<u32>((load<u16>(query + at) ^ load<u16>(hash + at)) & mask)
}

function scan(scratch: usize, within: u32): void {
  const rows = <u32>head(ROWS)
  const hash = head(HASH)
  const dead = head(DEAD)
  for (let row: u32 = 0; row < rows; row++) {
    const far = distance(scratch, hash + 32 * <usize>row)
    if (far <= within && !isDead(dead, row)) report(scratch, row | (far << 24))
  }
}
