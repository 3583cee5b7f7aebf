// The picture at hand: its size, and the places in memory that both kernels use. Set once for each picture.

/** Side of the grid that the transform reads. */
export const GRID: i32 = 64

/** Weights of a window must fit into 16 bits together with a byte, so a side has at most 256 · 128 pixels. */
export const MAX_SIDE: i32 = 32768

/** SIMD reads whole vectors: so much lies unused behind everything that is read that way. */
const PAD: usize = 64

export let width: i32 = 0
export let height: i32 = 0
export let channels: i32 = 0
/** Bytes from one row of the strip to the next: rows lie without padding, as they come. */
export let rowBytes: i32 = 0

let free: usize = 0

export function setSize(w: i32, h: i32, c: i32): void {
  width = w
  height = h
  channels = c
  rowBytes = w * c
  free = (__heap_base + 63) & ~63
}

/** Memory of this picture's own, at an address that is a multiple of 64. */
export function take(bytes: i32): usize {
  const at = free
  free = (free + <usize>bytes + PAD + 63) & ~63
  return at
}

/** Makes room for all that was taken. False: the picture needs more than the memory may have (scripts/kernels.mjs). */
export function makeRoom(): bool {
  const missing = <i32>((free + 0xffff) >>> 16) - memory.size()
  return missing <= 0 || memory.grow(missing) >= 0
}

/** Window of the box mean along a side: ⌈n/128⌉. */
export function windowOf(side: i32): i32 {
  return (side + 127) >> 7
}

/** The line that place i of the grid reads: ⌊(i+½)·n/64⌋. */
export function lineOf(i: i32, side: i32): i32 {
  return ((2 * i + 1) * side) >> 7
}
