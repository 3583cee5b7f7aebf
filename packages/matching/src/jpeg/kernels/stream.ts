// The bits of a scan. Stuffed zeros are taken out, and the bytes are laid down in reverse: so eight of them, loaded as one number, begin with the
// one that comes first (ITU-T T.81 §F.2.2.5).

/** Zeros behind the last byte: more than one block can ask for beyond it before anybody looks. */
const BEHIND: usize = 320

const REVERSED: usize = memory.data<u8>([15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0], 16)

/** The next bits, from the highest on; so many of them are counted, though more may be there. */
export let bits: u64 = 0
export let left: i32 = 0
/** The byte below this place comes next. */
export let next: usize = 0

/** The first byte lies below this place. */
let top: usize = 0
let last: usize = 0

/** Bytes that `openSegment` may write to for a file of so many bytes. */
export function streamBytes(fileBytes: i32): i32 {
  return fileBytes + 16 + <i32>BEHIND
}

export function placeStream(from: usize, fileBytes: i32): void {
  top = from + <usize>streamBytes(fileBytes)
}

/**
 * Reads coded bytes up to a marker; 16 bytes of 0xff stand behind the file.
 *
 * @returns where the marker is
 */
export function openSegment(from: usize): usize {
  const reversed = v128.load(REVERSED)
  const marks = i8x16.splat(-1)
  let to = top
  let at = from
  while (true) {
    const bytes = v128.load(at)
    v128.store(to - 16, i8x16.swizzle(bytes, reversed))
    const found = i8x16.bitmask(i8x16.eq(bytes, marks))
    if (found === 0) {
      at += 16
      to -= 16
      continue
    }
    const before = <usize>ctz(found)
    at += before
    to -= before
    if (load<u8>(at, 1) !== 0) break
    store<u8>(to - 1, 0xff)
    at += 2
    to -= 1
  }
  memory.fill(to - BEHIND, 0, BEHIND)
  bits = 0
  left = 0
  next = top
  last = to
  return at
}

/** The reader gives back what it took into its own hands. */
export function keep(b: u64, l: i32, n: usize): void {
  bits = b
  left = l
  next = n
}

/** Whether more was read than there is, as far as whole words tell. */
export function isOverrun(): bool {
  return next + 8 < last
}

/** Whether all bits were read but for those that fill the last byte. */
export function isSpent(): bool {
  const unread = (<i32>next - <i32>last) * 8 + left
  return unread >= 0 && unread < 8
}

/** Sees to it that 32 bits are at hand. */
export function ready(): void {
  if (left >= 32) return
  bits |= load<u64>(next - 8) >> left
  next -= (63 - left) >> 3
  left |= 56
}

/** Takes up to 32 of the bits that are at hand. @param count 1 and more */
export function takeBits(count: i32): i32 {
  const value = <i32>(bits >>> (64 - count))
  bits <<= count
  left -= count
  return value
}
