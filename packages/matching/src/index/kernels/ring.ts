// The exact Hamming index (matching.md §8), compiled by scripts/kernels.mjs. A kernel is functions over one memory: a head of numbers at HEAD says
// where each section of the segment is, a scratch of its own belongs to each thread that searches. Nothing is imported, nothing is allocated.
// `layout.ts` writes the head and must agree with the offsets here.

// The head, in steps of four bytes.
const HEAD: usize = 1024
const ROWS: usize = 0
const STRIDE: usize = 4
const HASH: usize = 8
const START: usize = 12
const NEXT: usize = 16
const ROW: usize = 20
const DEAD: usize = 24

// A scratch: the query, what was found, the bounds of the buckets, the results, the candidates.
const TEXT: usize = 32
const COUNT: usize = 64
const KEPT: usize = 68
const FLAT: usize = 72
const LEFT: usize = 76
const FLOOR: usize = 80
const BOUNDS: usize = 128
const RESULTS: usize = 4096
const CANDIDATES: usize = 20480

const MAX_RESULTS: u32 = 4096
const MAX_CANDIDATES: u32 = 65536
const KEYS: usize = 65536
const TABLE_STARTS: usize = 65537 * 4

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
  if (places > rows >> 2 || !ring(scratch, within)) {
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
  let places: u32 = 0
  for (let t: usize = 0; t < <usize>tables(within); t++) {
    const starts = start + t * TABLE_STARTS
    const key = <u32>load<u16>(scratch + 2 * t)
    places += bucket(starts, key, to)
    to += 8
    if (near) {
      for (let bit: u32 = 0; bit < 16; bit++) {
        places += bucket(starts, key ^ (1 << bit), to)
        to += 8
      }
    }
  }
  return places
}

function bucket(starts: usize, key: u32, to: usize): u32 {
  const at = starts + 4 * <usize>key
  const from = load<u32>(at)
  const end = load<u32>(at, 4)
  store<u32>(to, from)
  store<u32>(to, end, 4)
  return end - from
}

/**
 * Looks into the buckets. A pair within r bits has a chunk from which every sum of l chunks, going round, is at most ⌊l·r/16⌋; three links of that
 * chain are tested before the hash itself is read. False when more had to be read than a flat scan costs.
 */
function ring(scratch: usize, within: u32): bool {
  const stride = head(STRIDE)
  const next = head(NEXT)
  const buckets: u32 = within >= 16 ? 17 : 1
  const two: u32 = (within * 2) >> 4
  let held: u32 = 0
  let at = scratch + BOUNDS
  const last = tables(within) - 1
  // A table ahead: its lines are on their way while those of the one before are looked at.
  touch(next, at, buckets)
  for (let t: u32 = 0; t <= last; t++) {
    const base = next + <usize>t * stride * 2
    if (t < last) touch(base + stride * 2, at + 8 * <usize>buckets, buckets)
    const wanted = load<u16>(scratch + 2 * (<usize>(t + 1) & 15))
    for (let b: u32 = 0; b < buckets; b++) {
      const off: u32 = b === 0 ? 0 : 1
      let from = load<u32>(at)
      const end = load<u32>(at, 4)
      at += 8
      if (two < off) continue
      while (from < end) {
        // A block is worked off before it is full: candidates are never cut.
        const room = (MAX_CANDIDATES - held) & ~31
        const upTo = min(end, from + room)
        held = sift(scratch, base, t, from, upTo, wanted, off, two, held)
        from = upTo
        if (MAX_CANDIDATES - held < 64) {
          if (!verify(scratch, within, held)) return false
          held = 0
        }
      }
    }
  }
  return verify(scratch, within, held)
}

/** Reads a byte of each line that will be scanned, so that memory brings them side by side. */
function touch(base: usize, at: usize, buckets: u32): void {
  let sum: u32 = 0
  for (let b: u32 = 0; b < buckets; b++) {
    const end = base + 2 * <usize>load<u32>(at, 4)
    for (let line = base + 2 * <usize>load<u32>(at); line < end; line += 64) sum += load<u8>(line)
    at += 8
  }
  // The sum must be used, or the reads are left out.
  if (sum === 0xffffffff) store<u8>(HEAD - 1, 0)
}

/** Takes those places as candidates whose next chunk is near enough; 16 at a time, which is a bucket of a million rows. */
function sift(
  scratch: usize,
  base: usize,
  t: u32,
  from: u32,
  end: u32,
  wanted: u16,
  off: u32,
  two: u32,
  held: u32,
): u32 {
  const query = i16x8.splat(<i16>wanted)
  const zero = i16x8.splat(0)
  const most = two - off
  for (let place = from; place < end; place += 16) {
    const at = base + 2 * <usize>place
    let a = v128.xor(v128.load(at), query)
    let b = v128.xor(v128.load(at, 16), query)
    for (let bit: u32 = 0; bit < most; bit++) {
      a = cleared(a)
      b = cleared(b)
    }
    if (i16x8.all_true(i16x8.min_u(a, b))) continue
    let mask = i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.eq(a, zero), i16x8.eq(b, zero)))
    // The last step may read beyond the bucket.
    if (end - place < 16) mask &= (1 << (end - place)) - 1
    while (mask !== 0) {
      const found = place + <u32>ctz(mask)
      mask &= mask - 1
      const apart = popcnt<u32>(load<u16>(base + 2 * <usize>found) ^ wanted)
      store<u32>(scratch + CANDIDATES + 4 * <usize>held, found | (t << 24) | ((off + apart) << 28))
      held++
    }
  }
  return held
}

/** Each lane without its lowest bit: a lane that had at most n bits is zero after n times. */
function cleared(x: v128): v128 {
  return v128.and(x, i16x8.add(x, i16x8.splat(-1)))
}

/** Tests the third link of the candidates, then their whole distance. False when the segment should be scanned instead. */
function verify(scratch: usize, within: u32, held: u32): bool {
  const left = load<u32>(scratch + LEFT)
  if (held > left) return false
  store<u32>(scratch + LEFT, left - held)
  const kept = thirdLink(scratch, within, held)
  const hash = head(HASH)
  const dead = head(DEAD)
  for (let i: u32 = 0; i < kept; i++) {
    const candidate = load<u32>(scratch + CANDIDATES + 4 * <usize>i)
    const row = candidate & 0xffffff
    const far = distance(scratch, hash + 32 * <usize>row)
    if (far > within || isDead(dead, row)) continue
    if (!foundBefore(scratch, hash + 32 * <usize>row, within, candidate >> 24)) report(scratch, row | (far << 24))
  }
  return true
}

/** Leaves the rows whose first three chunks are near enough, each with its table above it, at the front of the candidates. */
function thirdLink(scratch: usize, within: u32, held: u32): u32 {
  const stride = head(STRIDE)
  const rows = head(ROW)
  const three: u32 = (within * 3) >> 4
  let kept: u32 = 0
  for (let i: u32 = 0; i < held; i++) {
    const candidate = load<u32>(scratch + CANDIDATES + 4 * <usize>i)
    const t = (candidate >> 24) & 15
    const entry = load<u32>(rows + (<usize>t * stride + <usize>(candidate & 0xffffff)) * 4)
    const apart = popcnt<u32>((entry >> 24) ^ load<u8>(scratch + 2 * (<usize>(t + 2) & 15)))
    store<u32>(scratch + CANDIDATES + 4 * <usize>kept, (entry & 0xffffff) | (t << 24))
    kept += <u32>((candidate >> 28) + apart <= three)
  }
  return kept
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

/** Counts a row and keeps it if it is among the nearest of those not below FLOOR, which a page before this one held: a heap with the farthest on top. */
function report(scratch: usize, found: u32): void {
  store<u32>(scratch + COUNT, load<u32>(scratch + COUNT) + 1)
  if (found < load<u32>(scratch + FLOOR)) return
  const heap = scratch + RESULTS
  const kept = load<u32>(scratch + KEPT)
  if (kept < MAX_RESULTS) {
    store<u32>(scratch + KEPT, kept + 1)
    rise(heap, kept, found)
  } else if (found < load<u32>(heap)) {
    sink(heap, found)
  }
}

function rise(heap: usize, from: u32, found: u32): void {
  let at = from
  while (at > 0) {
    const above = (at - 1) >> 1
    const value = load<u32>(heap + 4 * <usize>above)
    if (value >= found) break
    store<u32>(heap + 4 * <usize>at, value)
    at = above
  }
  store<u32>(heap + 4 * <usize>at, found)
}

function sink(heap: usize, found: u32): void {
  let at: u32 = 0
  for (;;) {
    let below: u32 = at * 2 + 1
    if (below >= MAX_RESULTS) break
    if (below + 1 < MAX_RESULTS && load<u32>(heap + 4 * <usize>(below + 1)) > load<u32>(heap + 4 * <usize>below))
      below++
    const value = load<u32>(heap + 4 * <usize>below)
    if (value <= found) break
    store<u32>(heap + 4 * <usize>at, value)
    at = below
  }
  store<u32>(heap + 4 * <usize>at, found)
}
