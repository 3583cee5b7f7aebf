import type { Token } from './view.ts'

/** How texts become numbers. A model says with which way it was made, and is read with no other. */
export const FEATURISER = 'f1-joined'

const BUCKET_BITS = 18
/** Grams fall into so many buckets. */
export const BUCKETS = 2 ** BUCKET_BITS

const LONGEST_PHRASE = 3
const SHORTEST_PIECE = 3
const LONGEST_PIECE = 5
const OFFSET = 0x811c9dc5
const PRIME = 0x01000193
const START = 0x5e
const END = 0x24
const SPACE = 0x20

/**
 * Calls back for every gram of a text with its bucket and the tokens that it spans: words and phrases of 1 to 3 tokens, and pieces of 3 to 5
 * units of a word between `^` and `$`. 32-bit FNV-1a over UTF-16 units, carried on from gram to gram, then mixed with kind and length.
 */
export function eachGram(tokens: readonly Token[], visit: (bucket: number, first: number, last: number) => void): void {
  for (let first = 0; first < tokens.length; first += 1) {
    let hash = OFFSET
    const last = Math.min(tokens.length, first + LONGEST_PHRASE)
    for (let at = first; at < last; at += 1) {
      const { text } = tokens[at] ?? { text: '' }
      if (at > first) hash = stir(hash, SPACE)
      for (let unit = 0; unit < text.length; unit += 1) hash = stir(hash, text.charCodeAt(unit))
      visit(bucketOf(hash, 1, at - first + 1), first, at)
    }
    const token = tokens[first]
    if (token?.kind === 'word') eachPiece(token.text, (bucket) => visit(bucket, first, first))
  }
}

function eachPiece(word: string, visit: (bucket: number) => void): void {
  const length = word.length + 2
  const unitAt = (place: number): number =>
    place === 0 ? START : place === length - 1 ? END : word.charCodeAt(place - 1)
  for (let first = 0; first + SHORTEST_PIECE <= length; first += 1) {
    let hash = OFFSET
    for (let size = 1; size <= LONGEST_PIECE && first + size <= length; size += 1) {
      hash = stir(hash, unitAt(first + size - 1))
      if (size >= SHORTEST_PIECE) visit(bucketOf(hash, 2, size))
    }
  }
}

/** FNV-1a over the two bytes of a unit, the lower first. */
const stir = (hash: number, unit: number): number =>
  Math.imul(Math.imul(hash ^ (unit & 0xff), PRIME) ^ (unit >>> 8), PRIME)

function bucketOf(hash: number, kind: number, length: number): number {
  let mixed = hash ^ Math.imul((kind << 8) | length, 0x9e3779b1)
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> (32 - BUCKET_BITS)
}
