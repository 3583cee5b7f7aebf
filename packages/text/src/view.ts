/** A text seen one way, with a map back: unit `i` of `text` comes from the units `from[i]` to `to[i]` of the original. */
export interface View {
  readonly text: string
  readonly from: Uint32Array
  readonly to: Uint32Array
}

/** One word, sign or placeholder, with its place on the original (UTF-16 units). */
export interface Token {
  readonly text: string
  readonly kind: 'word' | 'place' | 'sign'
  readonly from: number
  readonly to: number
}

const PLAIN = /^[\x20-\x7e\n]*$/
const CLUSTER = /\P{M}\p{M}*|\p{M}+/gu

/** The text in its compatibility form (NFKC) and in lower case, letter by letter with its marks, so that every unit has a place. */
export function joined(original: string): View {
  if (PLAIN.test(original)) return same(original.toLowerCase())
  const parts: string[] = []
  const from: number[] = []
  const to: number[] = []
  for (const { 0: cluster, index } of original.matchAll(CLUSTER)) {
    const seen = cluster.normalize('NFKC').toLowerCase().replaceAll('’', "'")
    parts.push(seen)
    for (let unit = 0; unit < seen.length; unit += 1) {
      from.push(index)
      to.push(index + cluster.length)
    }
  }
  return { text: parts.join(''), from: Uint32Array.from(from), to: Uint32Array.from(to) }
}

function same(text: string): View {
  const from = Uint32Array.from({ length: text.length }, (_, index) => index)
  return { text, from, to: from.map((place) => place + 1) }
}

// An address, an account, a number, a word, a pictograph, any other visible sign: the first that fits.
const TOKEN =
  /((?:https?:\/\/|www\.)[^\s<>"]+)|(@[\p{L}\p{N}_.]*[\p{L}\p{N}_])|(\p{N}+(?:[.,:]\p{N}+)*)|([\p{L}\p{M}]+(?:'[\p{L}\p{M}]+)*)|\p{Extended_Pictographic}(?:[\u200d\ufe0f]+\p{Extended_Pictographic}?)*|[^\s\p{L}\p{M}\p{N}\p{C}]/gu

/** The tokens of a text. Addresses, accounts and numbers are placeholders: what they are would be learnt by heart. */
export function tokensOf(original: string): Token[] {
  const { text, from, to } = joined(original)
  return Array.from(text.matchAll(TOKEN), ({ 0: found, 1: url, 2: user, 3: number, 4: word, index }): Token => {
    const place = { from: from[index] ?? 0, to: to[index + found.length - 1] ?? original.length }
    if (word !== undefined) return { text: word, kind: 'word', ...place }
    const name =
      url !== undefined ? '<url>' : user !== undefined ? '<user>' : number !== undefined ? '<num>' : undefined
    return name === undefined ? { text: found, kind: 'sign', ...place } : { text: name, kind: 'place', ...place }
  })
}
