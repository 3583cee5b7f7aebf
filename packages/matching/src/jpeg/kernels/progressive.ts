// Scans of a progressive picture (ITU-T T.81 annex G): each adds something to the coefficients of all blocks, which are kept until the last one.
import { predict, predicted, ZIGZAG } from './block'
import { codeOf, extended, LOOKUP } from './huffman'
import { bits, isOverrun, ready, takeBits } from './stream'

/** As large as a coefficient may be: with a step of one it fits into 15 bits and a sign. */
const MOST: i32 = 16383

/** Which coefficients a scan is about, and by how many bits they are shifted. */
let from: i32 = 0
let to: i32 = 0
let isRefining: bool = false
let shift: i32 = 0
/** Blocks that follow without anything new. */
let emptyBlocks: i32 = 0

export function setScan(first: i32, last: i32, refines: bool, low: i32): void {
  from = first
  to = last
  isRefining = refines
  shift = low
}

/** Whether the scan is about the first coefficient of each block. */
export function isAboutFirst(): bool {
  return from === 0
}

export function forgetEmpty(): void {
  emptyBlocks = 0
}

/** Adds to one block what the scan says of it. @returns whether that is sound */
export function addTo(block: usize, table: usize): bool {
  if (from === 0) {
    if (isRefining) refineFirst(block)
    else if (!readFirst(block, table)) return false
  } else if (isRefining) {
    if (!refineOthers(block, table)) return false
  } else if (!readOthers(block, table)) return false
  return !isOverrun()
}

/** The next symbol, or −1. */
function symbolOf(table: usize): i32 {
  ready()
  const entry = load<i32>(table + ((<usize>(bits >>> (64 - LOOKUP))) << 2))
  const code = entry === 0 ? codeOf(table, bits) : entry >>> 8
  if (code === 0) return -1
  takeBits(code & 0xff)
  return (code >> 8) & 0xff
}

function readFirst(block: usize, table: usize): bool {
  const size = symbolOf(table)
  if (size < 0 || size > 11) return false
  if (size > 0) predict(predicted + extended(takeBits(size), size))
  const value = predicted << shift
  if (value > MOST || value < -MOST) return false
  store<i16>(block, <i16>value)
  return true
}

function refineFirst(block: usize): void {
  ready()
  if (takeBits(1) !== 0) store<i16>(block, <i16>(<i32>load<i16>(block) | (1 << shift)))
}

function placeOf(block: usize, k: i32): usize {
  return block + <usize>load<u8>(ZIGZAG + <usize>k)
}

/** This and so many more blocks have nothing new. */
function emptyOf(run: i32): i32 {
  return (1 << run) + (run > 0 ? takeBits(run) : 0)
}

function readOthers(block: usize, table: usize): bool {
  if (emptyBlocks > 0) {
    emptyBlocks--
    return true
  }
  for (let k = from; k <= to; k++) {
    const symbol = symbolOf(table)
    if (symbol < 0) return false
    const run = symbol >> 4
    const size = symbol & 15
    if (size === 0 && run < 15) {
      emptyBlocks = emptyOf(run) - 1
      return true
    }
    k += run
    if (k > to || size > 10) return false
    if (size === 0) continue
    const value = extended(takeBits(size), size) << shift
    if (value > MOST || value < -MOST) return false
    store<i16>(placeOf(block, k), <i16>value)
  }
  return true
}

function refineOthers(block: usize, table: usize): bool {
  let k = from
  if (emptyBlocks === 0) {
    for (; k <= to; k++) {
      const symbol = symbolOf(table)
      if (symbol < 0) return false
      const run = symbol >> 4
      const size = symbol & 15
      if (size === 0 && run < 15) {
        emptyBlocks = emptyOf(run)
        break
      }
      // A coefficient that was zero becomes one bit.
      if (size > 1) return false
      const value = size === 0 ? 0 : takeBits(1) !== 0 ? 1 << shift : -(1 << shift)
      k = refined(block, k, run)
      if (k > to) return false
      if (size > 0) store<i16>(placeOf(block, k), <i16>value)
    }
  }
  if (emptyBlocks > 0) {
    refined(block, k, 64)
    emptyBlocks--
  }
  return true
}

/** Refines what is not zero, until so many zeros were passed. @returns the place of the zero behind them, or beyond the last place */
function refined(block: usize, at: i32, zeros: i32): i32 {
  let k = at
  for (; k <= to; k++) {
    const place = placeOf(block, k)
    const value = <i32>load<i16>(place)
    if (value === 0) {
      if (zeros === 0) return k
      zeros--
      continue
    }
    ready()
    if (takeBits(1) !== 0 && (value & (1 << shift)) === 0) {
      store<i16>(place, <i16>(value + (value > 0 ? 1 << shift : -(1 << shift))))
    }
  }
  return k
}
