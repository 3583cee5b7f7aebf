// Step 2 of matching.md §6.1: profile `n512` reads 512 columns of a row; which rows it reads, the caller says.
import { take } from '../../kernels/memory'
import { channels, rowBytes } from './picture'

/** Side of the sampled picture. */
export const SAMPLED: i32 = 512

let columns: usize = 0
let source: usize = 0

/** Takes memory for one row of the source. */
export function planSampler(sourceWidth: i32): usize {
  columns = take(SAMPLED * 4)
  source = take(sourceWidth * channels)
  return source
}

/** Where the sampled columns ⌊x·W/512⌋ begin, counted from the right if the picture is read backwards. */
export function readySampler(sourceWidth: i32, isBack: bool): void {
  for (let x: i32 = 0; x < SAMPLED; x++) {
    const column = (x * sourceWidth) >> 9
    store<i32>(columns + ((<usize>x) << 2), (isBack ? sourceWidth - 1 - column : column) * channels)
  }
}

/** Picks the sampled pixels of the source row. Three channels are written as four: the next pixel covers the one too many. */
export function sampleRow(into: usize): void {
  const end = into + <usize>rowBytes
  const step = <usize>channels
  let column = columns
  if (channels === 1) {
    for (; into < end; into += 1, column += 4) store<u8>(into, load<u8>(source + load<u32>(column)))
  } else {
    for (; into < end; into += step, column += 4) store<u32>(into, load<u32>(source + load<u32>(column)))
  }
}
