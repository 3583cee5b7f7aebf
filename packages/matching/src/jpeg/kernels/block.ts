// The coefficients of one block of a sequential scan (ITU-T T.81 §F.2.2).
import { codeOf, END, extended } from './huffman'
import { bits, isOverrun, keep, left, next } from './stream'

/** Where the coefficient of each place of the zigzag stands in a block of 16-bit numbers: bytes from its start. */
export const ZIGZAG: usize = memory.data<u8>(
  [
    0, 2, 16, 32, 18, 4, 6, 20, 34, 48, 64, 50, 36, 22, 8, 10, 24, 38, 52, 66, 80, 96, 82, 68, 54, 40, 26, 12, 14, 28,
    42, 56, 70, 84, 98, 112, 114, 100, 86, 72, 58, 44, 30, 46, 60, 74, 88, 102, 116, 118, 104, 90, 76, 62, 78, 92, 106,
    120, 122, 108, 94, 110, 124, 126,
  ],
  16,
)

/** What a coefficient times its step may be at most: more is in no picture, and would not fit into 16 bits with a sign. */
const MOST: i32 = 16383

/** The 64 coefficients, 16 bits each, rows from the top, before they are multiplied with their steps. */
export const BLOCK: usize = memory.data(128, 16)

/** The first coefficient of the block before. */
export let predicted: i32 = 0

export function predict(value: i32): void {
  predicted = value
}

export function isTooMuch(coefficient: i32, step: i32): bool {
  const product = coefficient * step
  return product > MOST || product < -MOST
}

/** The value behind a code that the look-up does not tell whole, as it would tell it: `value << 16 | run << 8 | 1`; 0: there is none. */
function slowly(table: usize, entry: i32, first: bool): i32 {
  const code = entry === 0 ? codeOf(table, bits) : entry >>> 8
  if (code === 0) return 0
  const length = code & 0xff
  const symbol = (code >> 8) & 0xff
  const size = first ? symbol : symbol & 15
  const run = first ? 0 : symbol >> 4
  if (size > (first ? 11 : 10)) return 0
  if (size === 0 && run !== 15 && !first) {
    keep(bits << length, left - length, next)
    return run === 0 ? (END << 8) | 1 : 0
  }
  const value = size === 0 ? 0 : extended(<i32>((bits << length) >>> (64 - size)), size)
  keep(bits << (length + size), left - length - size, next)
  return (value << 16) | (run << 8) | 1
}

/**
 * Reads one block into `BLOCK`.
 *
 * @param steps 16 bits each, rows from the top
 * @returns the place behind the last coefficient that is not zero, 1 to 64; 0: the block is damaged
 */
export function readBlock(firsts: usize, others: usize, steps: usize): i32 {
  memory.fill(BLOCK, 0, 128)
  let b = bits
  let l = left
  let n = next
  if (l < 32) {
    b |= load<u64>(n - 8) >> l
    n -= (63 - l) >> 3
    l |= 56
  }
  let entry = load<i32>(firsts + ((<usize>(b >>> 54)) << 2))
  if ((entry & 0xff) === 0) {
    keep(b, l, n)
    entry = slowly(firsts, entry, true)
    if (entry === 0) return 0
    b = bits
    l = left
  } else {
    b <<= entry & 0xff
    l -= entry & 0xff
  }
  predicted += entry >> 16
  if (isTooMuch(predicted, load<i16>(steps))) return 0
  store<i16>(BLOCK, <i16>predicted)
  let end: i32 = 1
  for (let k: i32 = 1; k < 64; k++) {
    if (l < 32) {
      b |= load<u64>(n - 8) >> l
      n -= (63 - l) >> 3
      l |= 56
    }
    entry = load<i32>(others + ((<usize>(b >>> 54)) << 2))
    const length = entry & 0xff
    if (length !== 0) {
      b <<= length
      l -= length
      k += (entry >> 8) & 0xff
      if (k > 63) {
        if (k < END) return 0
        break
      }
    } else {
      keep(b, l, n)
      entry = slowly(others, entry, false)
      if (entry === 0) return 0
      b = bits
      l = left
      k += (entry >> 8) & 0xff
      if (k > 63) {
        if (k < END) return 0
        break
      }
      if (isTooMuch(entry >> 16, load<i16>(steps + <usize>load<u8>(ZIGZAG + <usize>k)))) return 0
    }
    store<i16>(BLOCK + <usize>load<u8>(ZIGZAG + <usize>k), <i16>(entry >> 16))
    end = k + 1
  }
  keep(b, l, n)
  return isOverrun() ? 0 : end
}
