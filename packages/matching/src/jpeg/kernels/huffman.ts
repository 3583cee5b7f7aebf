// Huffman tables (ITU-T T.81 annex C and §F.2.2). Where a code and the bits of its value fit into `LOOKUP` bits together, one look tells both.

export const LOOKUP: i32 = 10
/** Values of more bits are read the slow way, which looks whether they fit their step: the largest step, 255, times 63 fits into 16 bits. */
const QUICK_BITS: i32 = 6
/** What an end of block adds to the place: more than any run. */
export const END: i32 = 128

const LONGEST: i32 = 16
/** One table: the look-up; for each length the first code behind it and where its symbols are; the symbols. */
const LIMITS: usize = (<usize>4) << LOOKUP
const OFFSETS: usize = LIMITS + 4 * 18
const SYMBOLS: usize = OFFSETS + 4 * 18
const TABLE_BYTES: usize = SYMBOLS + 256
const TABLES: usize = memory.data(35968, 16)

/** The definition that is being handed over: 16 counts and up to 256 symbols. */
export const DEFINITION: usize = memory.data(272, 16)

/** Eight tables: 0 to 3 for first coefficients, 4 to 7 for the others. */
export function tableAt(slot: i32): usize {
  return TABLES + <usize>slot * TABLE_BYTES
}

/** Makes a table of `DEFINITION`. @param isPlain it tells symbols only, not values @returns whether it is one: no code of all ones, none too long for its length */
export function makeTable(slot: i32, isPlain: bool): bool {
  const table = tableAt(slot)
  memory.fill(table, 0, TABLE_BYTES)
  let code: i32 = 0
  let index: i32 = 0
  for (let length: i32 = 1; length <= LONGEST; length++) {
    const count = <i32>load<u8>(DEFINITION + <usize>(length - 1))
    if (index + count > 256) return false
    store<i32>(table + OFFSETS + ((<usize>length) << 2), index - code)
    for (let k: i32 = 0; k < count; k++, code++, index++) {
      const symbol = load<u8>(DEFINITION + 16 + <usize>index)
      store<u8>(table + SYMBOLS + <usize>index, symbol)
      if (length <= LOOKUP && code < 1 << length) enter(table, code, length, symbol, slot < 4, isPlain)
    }
    if (count > 0 && code >= 1 << length) return false
    // The first code that is longer, as 16 bits.
    store<i32>(table + LIMITS + ((<usize>length) << 2), code << (LONGEST - length))
    code <<= 1
  }
  return index > 0
}

/**
 * Enters a code in every place that begins with it: `value << 16 | run << 8 | bits read`. Where the value does not fit,
 * `symbol << 16 | length of the code << 8`.
 */
function enter(table: usize, code: i32, length: i32, symbol: i32, first: bool, isPlain: bool): void {
  const free = LOOKUP - length
  const size = first ? symbol : symbol & 15
  for (let rest: i32 = 0; rest < 1 << free; rest++) {
    const place = table + ((<usize>((code << free) | rest)) << 2)
    if (isPlain || size > QUICK_BITS || size > free) store<i32>(place, (symbol << 16) | (length << 8))
    else {
      const value = size === 0 ? 0 : extended(rest >> (free - size), size)
      store<i32>(place, (value << 16) | (runOf(symbol, first) << 8) | (length + size))
    }
  }
}

/** Zeros before a value. Sixteen zeros are fifteen and a value of zero. */
function runOf(symbol: i32, first: bool): i32 {
  if (first) return 0
  if ((symbol & 15) !== 0 || symbol === 0xf0) return symbol >> 4
  return symbol === 0 ? END : END - 1
}

/** §F.2.2.1, EXTEND. */
export function extended(raw: i32, size: i32): i32 {
  return raw < 1 << (size - 1) ? raw - (1 << size) + 1 : raw
}

/** The code that the bits begin with: `symbol << 8 | length`, or 0: there is none. */
export function codeOf(table: usize, bits: u64): i32 {
  const ahead = <i32>(bits >>> 48)
  for (let length: i32 = 1; length <= LONGEST; length++) {
    if (ahead >= load<i32>(table + LIMITS + ((<usize>length) << 2))) continue
    const index = (ahead >> (LONGEST - length)) + load<i32>(table + OFFSETS + ((<usize>length) << 2))
    return ((<i32>load<u8>(table + SYMBOLS + <usize>index)) << 8) | length
  }
  return 0
}
