import { popcount } from '../pdq/value.ts'
import { assertWithin, type Nearby, nearest } from './nearby.ts'
import type { RingIndex } from './ring.ts'

/** What an index promises, without how. */
export type HammingIndex = Pick<RingIndex, 'rows' | 'add' | 'remove' | 'find'>

const WORDS = 8

/** The twin of the ring index, in a few plain lines: it compares with every row, and is what the kernels are tested against. */
export class FlatIndex implements HammingIndex {
  #words = new Uint32Array(WORDS * 64)
  readonly #rowOf = new Map<string, number>()
  readonly #nameOf: (string | undefined)[] = []

  get rows(): number {
    return this.#rowOf.size
  }

  add(hash: Uint8Array): number {
    const name = hash.join()
    const known = this.#rowOf.get(name)
    if (known !== undefined) return known
    const row = this.#nameOf.push(name) - 1
    if (this.#words.length < WORDS * (row + 1)) this.#grow()
    this.#words.set(wordsOf(hash), WORDS * row)
    this.#rowOf.set(name, row)
    return row
  }

  remove(row: number): void {
    const name = this.#nameOf[row]
    if (name === undefined) return
    this.#nameOf[row] = undefined
    this.#rowOf.delete(name)
  }

  find(hash: Uint8Array, within: number): Nearby {
    assertWithin(within)
    const query = wordsOf(hash)
    const found: { distance: number; row: number }[] = []
    for (const [row, name] of this.#nameOf.entries()) {
      const distance = name === undefined ? Number.POSITIVE_INFINITY : this.#distance(row, query, within)
      if (distance <= within) found.push({ row, distance })
    }
    return nearest(found, found.length)
  }

  /** Stops counting once the distance is beyond what was asked for. */
  #distance(row: number, query: Uint32Array, within: number): number {
    let distance = 0
    for (let word = 0; word < WORDS && distance <= within; word += 1) {
      distance += popcount((this.#words[row * WORDS + word] ?? 0) ^ (query[word] ?? 0))
    }
    return distance
  }

  #grow(): void {
    const words = new Uint32Array(this.#words.length * 2)
    words.set(this.#words)
    this.#words = words
  }
}

const wordsOf = (hash: Uint8Array): Uint32Array => new Uint32Array(Uint8Array.from(hash).buffer)
