import type { Pdq } from '../value.ts'
import { BLOCK, bitsOf } from './transform.ts'

const even = (n: number): boolean => n % 2 === 0

/** Whether value (i, j) goes to cell (j, i), and where its sign turns on the way (matching.md §6.4). */
const MOVES: readonly { readonly swap: boolean; readonly minus: (i: number, j: number) => boolean }[] = [
  { swap: false, minus: () => false },
  { swap: true, minus: (_, j) => even(j) },
  { swap: false, minus: (i, j) => !even(i + j) },
  { swap: true, minus: (i) => even(i) },
  { swap: false, minus: (i) => even(i) },
  { swap: false, minus: (_, j) => even(j) },
  { swap: true, minus: () => false },
  { swap: true, minus: (i, j) => !even(i + j) },
]

/** The hashes of the picture turned and mirrored, from its one block of frequencies; the first is the picture as it is. */
export function variantsOf(block: Float32Array): readonly Pdq[] {
  return MOVES.map(({ swap, minus }) => {
    const turned = new Float32Array(BLOCK * BLOCK)
    for (let i = 0; i < BLOCK; i += 1) {
      for (let j = 0; j < BLOCK; j += 1) {
        const value = block[i * BLOCK + j] ?? 0
        turned[swap ? j * BLOCK + i : i * BLOCK + j] = minus(i, j) ? -value : value
      }
    }
    return bitsOf(turned)
  })
}
