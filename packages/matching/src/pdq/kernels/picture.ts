// The picture at hand: its size. Set once for each picture, which begins with a memory that is free.
import { freeAll } from '../../kernels/memory'

/** Side of the grid that the transform reads. */
export const GRID: i32 = 64

/** Weights of a window must fit into 16 bits together with a byte, so a side has at most 256 · 128 pixels. */
export const MAX_SIDE: i32 = 32768

export let width: i32 = 0
export let height: i32 = 0
export let channels: i32 = 0
/** Bytes from one row of the strip to the next: rows lie without padding, as they come. */
export let rowBytes: i32 = 0

export function setSize(w: i32, h: i32, c: i32): void {
  width = w
  height = h
  channels = c
  rowBytes = w * c
  freeAll()
}

/** Window of the box mean along a side: ⌈n/128⌉. */
export function windowOf(side: i32): i32 {
  return (side + 127) >> 7
}

/** The line that place i of the grid reads: ⌊(i+½)·n/64⌋. */
export function lineOf(i: i32, side: i32): i32 {
  return ((2 * i + 1) * side) >> 7
}
