import type { ImageReader, Section } from './image.ts'
import { isWordUnit, KIND, kindOf } from './units.ts'

/*
 * Words that are one slip away from a term: a letter masked, missing, doubled, replaced, added or swapped with its neighbour. The
 * first letter must be right. Two words one slip apart share a stem: the word, or the word less one letter. Stems are kept as
 * hashes, so looking one up costs one look into an array.
 */

const FACTOR = 0x01000193
const MIX = 0x9e3779b1
/** Mean number of stems in a bucket is at most one half. */
const BUCKETS_PER_STEM = 2

/** Arrays of an image: the terms of each bucket of stems, and which words are long enough to be looked at. */
export function closeSections(texts: readonly string[]): readonly Section[] {
  const hashes: number[] = []
  const owners: number[] = []
  for (const [at, text] of texts.entries()) {
    eachStem(text, (hash) => {
      hashes.push(hash)
      owners.push(at)
    })
  }
  const bits = Math.max(1, Math.ceil(Math.log2(BUCKETS_PER_STEM * hashes.length + 1)))
  const starts = new Uint32Array(2 ** bits + 1)
  for (const hash of hashes) addOne(starts, bucketOf(hash, bits) + 1)
  for (let bucket = 1; bucket < starts.length; bucket += 1)
    starts[bucket] = (starts[bucket] ?? 0) + (starts[bucket - 1] ?? 0)
  const filled = starts.slice()
  const held = new Uint32Array(hashes.length)
  for (const [at, hash] of hashes.entries()) {
    const bucket = bucketOf(hash, bits)
    held[filled[bucket] ?? 0] = owners[at] ?? 0
    addOne(filled, bucket)
  }
  const lengths = texts.map(({ length }) => length)
  const shape = Int32Array.of(texts.length, bits, Math.min(...lengths, 0x7fff), Math.max(...lengths, 0))
  return [shape, starts, held]
}

function addOne(counts: Uint32Array, at: number): void {
  counts[at] = (counts[at] ?? 0) + 1
}

/** Finds terms that a word may have been meant as. */
export class CloseWords {
  readonly #shape: Int32Array
  readonly #starts: Uint32Array
  readonly #held: Uint32Array
  readonly #textOf: (term: number) => string

  /** @param textOf the text of a term by its place among those that the sections were made of */
  constructor(image: ImageReader, textOf: (term: number) => string) {
    this.#shape = image.i32()
    this.#starts = image.u32()
    this.#held = image.u32()
    this.#textOf = textOf
  }

  get empty(): boolean {
    return this.#shape[0] === 0
  }

  /** Terms that are exactly one slip from this word, in their order. */
  find(word: string): readonly number[] {
    const [, bits = 1, shortest = 0, longest = 0] = this.#shape
    // Work grows with the length of a word: endless ones are not even looked at.
    if (word.length < shortest - 1 || word.length > longest + 1) return []
    const found = new Set<number>()
    eachStem(word, (hash) => {
      const bucket = bucketOf(hash, bits)
      const end = this.#starts[bucket + 1] ?? 0
      for (let at = this.#starts[bucket] ?? 0; at < end; at += 1) {
        const term = this.#held[at] ?? 0
        if (!found.has(term) && isOneSlip(word, this.#textOf(term))) found.add(term)
      }
    })
    return found.size < 2 ? [...found] : [...found].sort((a, b) => a - b)
  }

  /** Calls back for each word that is long enough, with the signs that mask a letter inside it. */
  eachWord(text: string, found: (start: number, end: number) => void): void {
    const [, , shortest = 0, longest = 0] = this.#shape
    let start = -1
    let end = 0
    for (let at = 0; at <= text.length; at += 1) {
      const unit = at < text.length ? text.charCodeAt(at) : 0x20
      if (isWord(text, at, unit)) {
        if (start === -1) start = at
        end = at + 1
      } else if (start !== -1 && !isMask(unit)) {
        if (end - start >= shortest - 1 && end - start <= longest + 1) found(start, end)
        start = -1
      }
    }
  }
}

const MASKS = new Set(Array.from('*#_?.•×-', (sign) => sign.charCodeAt(0)))
const isMask = (unit: number): boolean => MASKS.has(unit)

function isWord(text: string, at: number, unit: number): boolean {
  const kind = kindOf(unit)
  return (kind & KIND.half) === 0 ? (kind & KIND.word) !== 0 : isWordUnit(text, at)
}

/** Hashes of the word and of the word less each letter but the first. A hash is that of what is before and what is after, put together. */
function eachStem(word: string, call: (hash: number) => void): void {
  let whole = 0
  for (let at = 0; at < word.length; at += 1) whole = step(whole, word.charCodeAt(at))
  call(whole)
  // From the end to the start, so that the weight of what is before grows by one factor each time.
  let after = 0
  let weight = 1
  let before = whole
  for (let at = word.length - 1; at >= 1; at -= 1) {
    const unit = word.charCodeAt(at)
    before = Math.imul(before - unit, INVERSE) | 0
    call((Math.imul(before, weight) + after) | 0)
    after = (after + Math.imul(unit, weight)) | 0
    weight = Math.imul(weight, FACTOR)
  }
}

const step = (hash: number, unit: number): number => (Math.imul(hash, FACTOR) + unit) | 0
/** FACTOR · INVERSE = 1 modulo 2^32: takes the last letter off a hash. */
const INVERSE = inverseOf(FACTOR)

/** By Newton's method: each round doubles the number of right bits. */
function inverseOf(factor: number): number {
  let inverse = factor
  for (let round = 0; round < 5; round += 1) inverse = Math.imul(inverse, 2 - Math.imul(factor, inverse))
  return inverse | 0
}

const bucketOf = (hash: number, bits: number): number => (Math.imul(hash ^ (hash >>> 15), MIX) >>> 0) >>> (32 - bits)

/** One insertion, deletion, replacement or swap of neighbours; the first letter stays (Damerau 1964). */
export function isOneSlip(word: string, term: string): boolean {
  if (word === term || word[0] !== term[0] || Math.abs(word.length - term.length) > 1) return false
  let at = 0
  while (at < word.length && word[at] === term[at]) at += 1
  const rest = (text: string, from: number) => text.slice(from)
  if (word.length > term.length) return rest(word, at + 1) === rest(term, at)
  if (word.length < term.length) return rest(word, at) === rest(term, at + 1)
  if (rest(word, at + 1) === rest(term, at + 1)) return true
  return word[at] === term[at + 1] && word[at + 1] === term[at] && rest(word, at + 2) === rest(term, at + 2)
}
