// The second link of the chain: which places of a bucket hold a chunk that is near to the query's. Sixteen places of two bytes are a step.

/**
 * Notes the steps of a bucket that hold a candidate, two steps at a time. Where neither does, which is the rule, there is one jump, and it is foreseen:
 * one that is not costs as much as a bucket of a million rows. The last steps go back instead of reading lines beyond the bucket.
 *
 * @param chunk what the query has there
 * @param most bits by which a near chunk may differ, 3 at most
 * @param tag what is noted beside the places, from bit 16 on
 */
export function sift(to: usize, from: usize, end: usize, chunk: u16, most: u32, tag: u32): usize {
  const wanted = i16x8.splat(<i16>chunk)
  if (end - from < 64) {
    // Below 16 places both are the same step, which may read beyond the bucket.
    const other = max(from, end - 32)
    if (bothFar(from, other, wanted, most)) return to
    to = note(to, from, from, end, wanted, most, tag)
    return note(to, other, from + 32, end, wanted, most, tag)
  }
  for (let at = from; at < end; at += 64) {
    const one = min(at, end - 64)
    if (bothFar(one, one + 32, wanted, most)) continue
    to = note(to, one, at, end, wanted, most, tag)
    to = note(to, one + 32, max(at, one + 32), end, wanted, most, tag)
  }
  return to
}

/** Each lane loses its lowest bits, and is zero where it had no more than may differ. */
function bothFar(one: usize, other: usize, wanted: v128, most: u32): bool {
  let a = v128.xor(v128.load(one), wanted)
  let b = v128.xor(v128.load(one, 16), wanted)
  let c = v128.xor(v128.load(other), wanted)
  let d = v128.xor(v128.load(other, 16), wanted)
  for (let bit: u32 = 0; bit < most; bit++) {
    a = cleared(a)
    b = cleared(b)
    c = cleared(c)
    d = cleared(d)
  }
  return i16x8.all_true(i16x8.min_u(i16x8.min_u(a, b), i16x8.min_u(c, d)))
}

/** Notes a step with those of its candidates that stand from `from` to `end`. One without any is written over by the next. */
function note(to: usize, step: usize, from: usize, end: usize, wanted: v128, most: u32, tag: u32): usize {
  let a = v128.xor(v128.load(step), wanted)
  let b = v128.xor(v128.load(step, 16), wanted)
  for (let bit: u32 = 0; bit < most; bit++) {
    a = cleared(a)
    b = cleared(b)
  }
  const zero = i16x8.splat(0)
  const near = <u32>i8x16.bitmask(i8x16.narrow_i16x8_s(i16x8.eq(a, zero), i16x8.eq(b, zero)))
  const before = <u32>(from - step) >> 1
  const inside = <u32>min(end - step, 32) >> 1
  const mask = ((near >> before) << before) & ((1 << inside) - 1)
  store<u32>(to, <u32>step)
  store<u32>(to, tag | mask, 4)
  return to + ((<usize>(mask !== 0)) << 3)
}

function cleared(x: v128): v128 {
  return v128.and(x, i16x8.add(x, i16x8.splat(-1)))
}
