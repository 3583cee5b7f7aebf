import type { LumaRows } from './luma.ts'

/** Side of the grid that the transform reads. */
export const GRID = 64

/**
 * Steps 4 and 5 of matching.md §6.1: two box means along rows and columns, then 64 × 64 samples.
 * Rows stream through: memory is O(width · window), so a picture of 100 Mpx costs kilobytes, not a second picture.
 */
export function blurredGrid(source: LumaRows): Float32Array {
  const { width, height } = source
  const grid = new Float32Array(GRID * GRID)
  const along = windowOf(width)
  const second = new ColumnMean(width, height, (row, y) => sampleRow(row, y, source, grid))
  const between = new Float32Array(width)
  const first = new ColumnMean(width, height, (row) => {
    rowMean(row, between, along)
    second.push(between)
  })
  const luma = new Float32Array(width)
  const blurred = new Float32Array(width)
  for (let y = 0; y < height; y += 1) {
    source.read(y, luma)
    rowMean(luma, blurred, along)
    first.push(blurred)
  }
  first.finish()
  second.finish()
  return grid
}

function windowOf(side: number): number {
  return Math.ceil(side / 128)
}

/** Grid place i reads line ⌊(i+½)·side/64⌋; where the side is under 64 one line serves several places. */
function sampleRow(row: Float32Array, y: number, { width, height }: LumaRows, grid: Float32Array): void {
  const before = Math.max(0, Math.floor((y * GRID) / height) - 1)
  for (let i = before; i < GRID; i += 1) {
    const line = Math.floor(((i + 0.5) * height) / GRID)
    if (line > y) return
    if (line < y) continue
    for (let j = 0; j < GRID; j += 1) grid[i * GRID + j] = row[Math.floor(((j + 0.5) * width) / GRID)] ?? 0
  }
}

/**
 * The mean of a sliding window. Values are added before others are taken away, and every sum is rounded to single
 * precision: the rounding errors are part of the hash.
 */
function rowMean(from: Float32Array, into: Float32Array, window: number): void {
  const n = from.length
  const ahead = Math.floor((window + 2) / 2) - 1
  let sum = 0
  let count = 0
  let written = 0
  for (let right = 0; right < n; right += 1) {
    sum = Math.fround(sum + (from[right] ?? 0))
    if (right < window) count += 1
    else sum = Math.fround(sum - (from[right - window] ?? 0))
    if (right < ahead) continue
    into[written] = sum / count
    written += 1
  }
  for (let left = n - window; written < n; left += 1) {
    sum = Math.fround(sum - (from[left] ?? 0))
    count -= 1
    into[written] = sum / count
    written += 1
  }
}

/** The same mean down every column at once: rows are pushed in, blurred rows come out, a window's worth is remembered. */
class ColumnMean {
  readonly #height: number
  readonly #window: number
  readonly #ahead: number
  readonly #remembered: Float32Array[]
  readonly #sum: Float32Array
  readonly #out: Float32Array
  readonly #emit: (row: Float32Array, y: number) => void
  #pushed = 0
  #count = 0
  #written = 0

  constructor(width: number, height: number, emit: (row: Float32Array, y: number) => void) {
    this.#height = height
    this.#window = windowOf(height)
    this.#ahead = Math.floor((this.#window + 2) / 2) - 1
    this.#remembered = Array.from({ length: this.#window }, () => new Float32Array(width))
    this.#sum = new Float32Array(width)
    this.#out = new Float32Array(width)
    this.#emit = emit
  }

  push(row: Float32Array): void {
    const sum = this.#sum
    const oldest = this.#slot(this.#pushed)
    if (this.#pushed < this.#window) {
      this.#count += 1
      for (let x = 0; x < sum.length; x += 1) sum[x] = (sum[x] ?? 0) + (row[x] ?? 0)
    } else {
      for (let x = 0; x < sum.length; x += 1) sum[x] = Math.fround((sum[x] ?? 0) + (row[x] ?? 0)) - (oldest[x] ?? 0)
    }
    oldest.set(row)
    this.#pushed += 1
    if (this.#pushed > this.#ahead) this.#write()
  }

  finish(): void {
    const sum = this.#sum
    for (let left = this.#height - this.#window; this.#written < this.#height; left += 1) {
      const oldest = this.#slot(left)
      for (let x = 0; x < sum.length; x += 1) sum[x] = (sum[x] ?? 0) - (oldest[x] ?? 0)
      this.#count -= 1
      this.#write()
    }
  }

  #slot(row: number): Float32Array {
    const slot = this.#remembered[row % this.#window]
    if (slot === undefined) throw new RangeError(`no row ${row} in a window of ${this.#window}`)
    return slot
  }

  #write(): void {
    const sum = this.#sum
    const out = this.#out
    const count = this.#count
    for (let x = 0; x < sum.length; x += 1) out[x] = (sum[x] ?? 0) / count
    this.#emit(out, this.#written)
    this.#written += 1
  }
}
