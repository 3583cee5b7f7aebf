// The samples of one line of units, and the rows of pixels that are made of them. A unit is what the sampling makes of 8 × 8 samples of chroma.

import { take } from '../../kernels/memory'
import { chromaBlue, chromaRed, colourBytes, colourRow, placeColour, widened, widenedBetween } from './colour'

export let width: i32 = 0
export let height: i32 = 0
/** 1: grey; 3: luma and two of chroma. */
export let components: i32 = 0
/** Samples of luma to one of chroma: across and down. */
export let across: i32 = 1
export let down: i32 = 1
/** Units in a line. */
export let units: i32 = 0

/** Rows of the planes; one row, the last of the line before, stands above the first. */
let luma: usize = 0
let blue: usize = 0
let red: usize = 0
export let lumaStride: usize = 0
export let chromaStride: usize = 0

let pixels: usize = 0
/** Rows of pixels that are made. */
let made: i32 = 0
/** Rows of luma that were read. */
let read: i32 = 0

export function setFrame(w: i32, h: i32, count: i32, a: i32, d: i32): void {
  width = w
  height = h
  components = count
  across = a
  down = d
  units = (w + 8 * a - 1) / (8 * a)
  made = 0
  read = 0
}

/** Lines of units. */
export function lines(): i32 {
  return (height + 8 * down - 1) / (8 * down)
}

/** Takes memory. */
export function planPlanes(): void {
  lumaStride = <usize>((units * 8 * across + 15) & ~15)
  chromaStride = <usize>((units * 8 + 15) & ~15)
  luma = take(<i32>lumaStride * (8 * down + 1)) + lumaStride
  blue = take(<i32>chromaStride * 9) + chromaStride
  red = take(<i32>chromaStride * 9) + chromaStride
  placeColour(take(colourBytes(width)), width)
  pixels = take((8 * down + 1) * width * components)
}

export function lumaAt(): usize {
  return luma
}

/** The plane of a component: 1 is blue, 2 is red. */
export function chromaAt(component: i32): usize {
  return component === 1 ? blue : red
}

export function pixelsAt(): usize {
  return pixels
}

/**
 * Makes pixels of the line that stands in the planes. The last row waits for the chroma of the next line where chroma is taken from between rows.
 *
 * @returns how many rows are made
 */
export function makeRows(): i32 {
  const first = made
  const line = read
  read = min(height, read + 8 * down)
  const end = down === 2 && read < height ? read - 1 : read
  for (; made < end; made++) {
    const into = pixels + <usize>((made - first) * width * components)
    const row = luma + lumaStride * <usize>(made - line)
    if (components === 1) memory.copy(into, row, <usize>width)
    else if (across === 1) colourRow(row, chromaRow(blue, made - line), chromaRow(red, made - line), into, width)
    else wideRow(row, line, into)
  }
  keepLast(luma, lumaStride, 8 * down)
  keepLast(blue, chromaStride, 8)
  keepLast(red, chromaStride, 8)
  return made - first
}

function chromaRow(plane: usize, row: i32): usize {
  return plane + chromaStride * <usize>row
}

function wideRow(row: usize, line: i32, into: usize): void {
  const samples = (width + 1) >> 1
  if (down === 1) {
    widened(chromaRow(blue, made - line), chromaBlue(), samples)
    widened(chromaRow(red, made - line), chromaRed(), samples)
  } else {
    const near = made >> 1
    const far = min(max(near + ((made & 1) << 1) - 1, 0), ((height + 1) >> 1) - 1)
    const top = line >> 1
    widenedBetween(chromaRow(blue, near - top), chromaRow(blue, far - top), chromaBlue(), samples)
    widenedBetween(chromaRow(red, near - top), chromaRow(red, far - top), chromaRed(), samples)
  }
  colourRow(row, chromaBlue(), chromaRed(), into, width)
}

/** The last of so many rows becomes the one above the first. */
function keepLast(plane: usize, stride: usize, rows: i32): void {
  memory.copy(plane - stride, plane + stride * <usize>(rows - 1), stride)
}
