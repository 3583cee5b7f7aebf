/**
 * Words that are one slip away from a term: a letter masked, missing, doubled, replaced, added or swapped with its
 * neighbour. The first letter must be right.
 */
export class CloseWords {
  /** Each term and each term less one letter, to the terms that it may have been. */
  readonly #byStem = new Map<string, number[]>()
  readonly #texts: readonly string[]
  readonly #longest: number

  /** @param texts terms in the form of the view that is searched; an answer names a term by its place here */
  constructor(texts: readonly string[]) {
    this.#texts = texts
    this.#longest = texts.reduce((longest, text) => Math.max(longest, text.length), 0)
    for (const [at, text] of texts.entries()) {
      for (const stem of stemsOf(text)) {
        const held = this.#byStem.get(stem)
        if (held === undefined) this.#byStem.set(stem, [at])
        else if (held.at(-1) !== at) held.push(at)
      }
    }
  }

  get empty(): boolean {
    return this.#texts.length === 0
  }

  /** Terms that are exactly one slip from this word. */
  find(word: string): readonly number[] {
    const found = new Set<number>()
    // Work grows with the square of the word: endless ones are not even looked at.
    if (word.length > this.#longest + 1) return []
    for (const stem of stemsOf(word)) {
      for (const at of this.#byStem.get(stem) ?? []) if (isOneSlip(word, this.#texts[at] ?? '')) found.add(at)
    }
    return [...found]
  }
}

function* stemsOf(word: string): Generator<string> {
  yield word
  for (let at = 1; at < word.length; at += 1) yield word.slice(0, at) + word.slice(at + 1)
}

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
