import { type Pdq, popcount, wordsOfPdq } from '../pdq/value.ts'

/** Rows of one answer; beyond that `more` is set, and the count and the nearest rows are still right (matching.md §8.3). */
export const RESULT_ROWS = 4_096

/** The widest search: 0 to 31 through any index, 32 to 63 by a flat scan of small lists (§6.5). */
export const WIDEST = 63

export interface Nearby {
  /** Rows within the distance, nearest first, equal distances by row. */
  readonly rows: Uint32Array
  /** Distance in bits of each row. */
  readonly distances: Uint8Array
  /** All rows within the distance, listed or not. */
  readonly count: number
  readonly more: boolean
}

/**
 * A set of PDQ hashes that is searched exactly: every row within the distance is found, always. Each hash is one row,
 * however many lists hold it; who owns a row is the caller's to know.
 */
export interface HammingIndex {
  /** Rows that can be found. */
  readonly rows: number
  /** Gives the row of a hash, a new one if there is none. Row numbers are never used again. */
  add(pdq: Pdq): number
  /** From now on the row is not found. Removing it twice changes nothing. */
  remove(row: number): void
  /**
   * Rows at a distance ≤ `within` bits.
   *
   * @throws RangeError `within` is no whole number from 0 to 63
   */
  find(pdq: Pdq, within: number): Nearby
}

/** An index that compares with every row; the truth that faster ones are measured against. */
export function createFlatIndex(): HammingIndex {
  return new FlatIndex()
}

const WORDS = 8

class FlatIndex implements HammingIndex {
  #hashes = new Uint32Array(WORDS * 64)
  #dead = new Uint8Array(64)
  #used = 0
  readonly #rowOf = new Map<Pdq, number>()
  readonly #pdqOf = new Map<number, Pdq>()

  get rows(): number {
    return this.#rowOf.size
  }

  add(pdq: Pdq): number {
    const known = this.#rowOf.get(pdq)
    if (known !== undefined) return known
    const row = this.#used
    if (row === this.#dead.length) this.#grow()
    this.#hashes.set(wordsOfPdq(pdq), row * WORDS)
    this.#used += 1
    this.#rowOf.set(pdq, row)
    this.#pdqOf.set(row, pdq)
    return row
  }

  remove(row: number): void {
    const pdq = this.#pdqOf.get(row)
    if (pdq === undefined) return
    this.#dead[row] = 1
    // The hash goes at once: a withdrawn entry stays nowhere.
    this.#hashes.fill(0, row * WORDS, (row + 1) * WORDS)
    this.#pdqOf.delete(row)
    this.#rowOf.delete(pdq)
  }

  find(pdq: Pdq, within: number): Nearby {
    if (!Number.isInteger(within) || within < 0 || within > WIDEST) {
      throw new RangeError(`expected a distance of 0 to ${WIDEST} bits, found ${within}`)
    }
    const rowsAt = Array.from({ length: within + 1 }, (): number[] => [])
    const query = wordsOfPdq(pdq)
    for (let row = 0; row < this.#used; row += 1) {
      if (this.#dead[row] === 1) continue
      const distance = this.#distance(row, query, within)
      if (distance <= within) rowsAt[distance]?.push(row)
    }
    return nearby(rowsAt)
  }

  /** Stops counting once the distance is beyond what was asked for. */
  #distance(row: number, query: Uint32Array, within: number): number {
    const hashes = this.#hashes
    let distance = 0
    for (let word = 0; word < WORDS && distance <= within; word += 1) {
      distance += popcount((hashes[row * WORDS + word] ?? 0) ^ (query[word] ?? 0))
    }
    return distance
  }

  #grow(): void {
    const hashes = new Uint32Array(this.#hashes.length * 2)
    hashes.set(this.#hashes)
    this.#hashes = hashes
    const dead = new Uint8Array(this.#dead.length * 2)
    dead.set(this.#dead)
    this.#dead = dead
  }
}

function nearby(rowsAt: readonly (readonly number[])[]): Nearby {
  const count = rowsAt.reduce((sum, rows) => sum + rows.length, 0)
  const size = Math.min(count, RESULT_ROWS)
  const rows = new Uint32Array(size)
  const distances = new Uint8Array(size)
  let at = 0
  for (const [distance, found] of rowsAt.entries()) {
    for (const row of found) {
      if (at === size) return { rows, distances, count, more: count > size }
      rows[at] = row
      distances[at] = distance
      at += 1
    }
  }
  return { rows, distances, count, more: false }
}
