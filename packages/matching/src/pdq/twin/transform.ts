import { type Pdq, type PdqWords, pdqOfWords } from '../value.ts'
import { GRID } from './blur.ts'

/** Side of the block of frequencies: 16 × 16 values give 256 bits. */
export const BLOCK = 16

/**
 * D of matching.md §6.1 step 7: row i is the cosine of frequency i+1, so there is no constant term. As in the reference the root is rounded
 * before the product is.
 */
const COSINES = Float32Array.from({ length: BLOCK * GRID }, (_, at) => {
  const i = Math.floor(at / GRID)
  const j = at % GRID
  return Math.fround(Math.sqrt(2 / GRID)) * Math.cos((Math.PI / (2 * GRID)) * (i + 1) * (2 * j + 1))
})

/** Step 7: B = (D·A)·Dᵗ in single precision, sums from k = 0 up. */
export function frequencies(grid: Float32Array): Float32Array {
  const half = new Float32Array(BLOCK * GRID)
  for (let i = 0; i < BLOCK; i += 1) {
    for (let j = 0; j < GRID; j += 1) {
      half[i * GRID + j] = dot((k) => Math.fround((COSINES[i * GRID + k] ?? 0) * (grid[k * GRID + j] ?? 0)))
    }
  }
  const block = new Float32Array(BLOCK * BLOCK)
  for (let i = 0; i < BLOCK; i += 1) {
    for (let j = 0; j < BLOCK; j += 1) {
      block[i * BLOCK + j] = dot((k) => Math.fround((half[i * GRID + k] ?? 0) * (COSINES[j * GRID + k] ?? 0)))
    }
  }
  return block
}

function dot(term: (k: number) => number): number {
  let sum = 0
  for (let k = 0; k < GRID; k += 1) sum = Math.fround(sum + term(k))
  return sum
}

/** Step 6: how much there is to see, 0 to 100. Under 50 a match means little (§6.3). */
export function qualityOf(grid: Float32Array): number {
  let sum = 0
  for (let i = 0; i < GRID; i += 1) {
    for (let j = 0; j < GRID; j += 1) {
      const here = grid[i * GRID + j] ?? 0
      if (i + 1 < GRID) sum += step(here, grid[(i + 1) * GRID + j] ?? 0)
      if (j + 1 < GRID) sum += step(here, grid[i * GRID + j + 1] ?? 0)
    }
  }
  return Math.min(100, Math.floor(sum / 90))
}

function step(u: number, v: number): number {
  return Math.abs(Math.trunc(Math.fround(Math.fround(Math.fround(u - v) * 100) / 255)))
}

/** Steps 8 and 9: bit 16·i + j says whether the value lies above the median; the text begins with the last bit. */
export function bitsOf(block: Float32Array): Pdq {
  const median = Float32Array.from(block).sort()[(BLOCK * BLOCK) / 2 - 1] ?? 0
  const words: PdqWords = new Uint32Array(8)
  for (let bit = 0; bit < block.length; bit += 1) {
    if ((block[bit] ?? 0) <= median) continue
    const word = 7 - (bit >>> 5)
    words[word] = (words[word] ?? 0) | (1 << (bit & 31))
  }
  return pdqOfWords(words)
}
