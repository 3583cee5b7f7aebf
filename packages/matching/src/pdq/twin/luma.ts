import { assertFits, isSampled, N512, type Pixels } from '../pixels.ts'
import type { Profile } from '../value.ts'

/** A grey picture that is read one row at a time, so that no plane of floats as large as the picture is ever made. */
export interface LumaRows {
  readonly width: number
  readonly height: number
  read(row: number, into: Float32Array): void
}

const RED = Math.fround(0.299)
const GREEN = Math.fround(0.587)
const BLUE = Math.fround(0.114)

/** Steps 1 and 2 of matching.md §6.1: luma in single precision, added left to right; `n512` samples it to 512 × 512. */
export function lumaRows(pixels: Pixels, profile: Profile): LumaRows {
  const { width, height } = pixels
  assertFits(pixels)
  const sampled = isSampled(pixels, profile)
  const columns = sampleColumns(width, sampled ? N512 : width)
  const rows = sampleColumns(height, sampled ? N512 : height)
  return {
    width: columns.length,
    height: rows.length,
    read: (row, into) => readRow(pixels, rows[row] ?? 0, columns, into),
  }
}

/** Output x is source ⌊x·n/count⌋; with count = n every place stands for itself. */
function sampleColumns(n: number, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, x) => Math.floor((x * n) / count))
}

function readRow(pixels: Pixels, row: number, columns: Uint32Array, into: Float32Array): void {
  const { data, channels, width } = pixels
  const start = row * width
  const step = channels
  for (let x = 0; x < columns.length; x += 1) {
    const at = (start + (columns[x] ?? 0)) * step
    into[x] = channels === 1 ? (data[at] ?? 0) : lumaOf(data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0)
  }
}

function lumaOf(red: number, green: number, blue: number): number {
  return Math.fround(Math.fround(RED * red) + Math.fround(GREEN * green)) + Math.fround(BLUE * blue)
}
