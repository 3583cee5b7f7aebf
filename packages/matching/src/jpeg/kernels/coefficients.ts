// The coefficients of a progressive picture: blocks of 64, 16 bits each, one component after the other.
import { take } from '../../kernels/memory'
import { across, components, down, lines, units } from './planes'

const BLOCK_BYTES: i32 = 128

let luma: usize = 0
let chroma: usize = 0
let bytes: i32 = 0

/** Takes memory. False: a picture of so many blocks is too large. */
export function planCoefficients(): bool {
  const blocks = <i64>units * <i64>lines()
  const all = blocks * <i64>(components === 1 ? 1 : across * down + 2) * BLOCK_BYTES
  if (all > 1 << 28) return false
  bytes = <i32>all
  luma = take(bytes)
  chroma = luma + <usize>(blocks * <i64>(across * down) * BLOCK_BYTES)
  return true
}

export function clearCoefficients(): void {
  memory.fill(luma, 0, bytes)
}

export function coefficientsAt(component: i32, column: i32, row: i32): usize {
  if (component === 0) return luma + <usize>(row * units * across + column) * <usize>BLOCK_BYTES
  const first = component === 1 ? 0 : units * lines()
  return chroma + <usize>(first + row * units + column) * <usize>BLOCK_BYTES
}
