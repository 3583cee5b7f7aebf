import { eachGram } from './grams.ts'
import { type Token, tokensOf } from './view.ts'

/** What is left of a text: bucket numbers in order, and how often each occurs. No text. */
export interface Features {
  readonly buckets: Uint32Array
  readonly counts: Uint32Array
  /** Letters of the text, with their marks: how much there was to know it by. */
  readonly letters: number
}

/** The features of a text, for training and for scoring. */
export function featuresOf(text: string): Features {
  return featuresIn(tokensOf(text))
}

/** As `featuresOf`, where the tokens are known. */
export function featuresIn(tokens: readonly Token[]): Features {
  let room = new Uint32Array(256)
  let size = 0
  eachGram(tokens, (bucket) => {
    if (size === room.length) {
      const more = new Uint32Array(room.length * 2)
      more.set(room)
      room = more
    }
    room[size] = bucket
    size += 1
  })
  const sorted = room.subarray(0, size).sort()
  const buckets = new Uint32Array(size)
  const counts = new Uint32Array(size)
  let last = -1
  for (const bucket of sorted) {
    if (last < 0 || buckets[last] !== bucket) {
      last += 1
      buckets[last] = bucket
    }
    counts[last] = (counts[last] ?? 0) + 1
  }
  const letters = tokens.reduce((sum, { kind, text }) => sum + (kind === 'word' ? text.length : 0), 0)
  return { buckets: buckets.slice(0, last + 1), counts: counts.slice(0, last + 1), letters }
}
