import { type Random, randomOf } from '../lib/random.ts'

/*
 * Made-up words and messages: the same for the same seed, none of them of any language. Words are built of syllables, so terms
 * begin and end like the words around them, as real ones do.
 */

const STARTS = [
  'b',
  'br',
  'c',
  'd',
  'dr',
  'f',
  'g',
  'gr',
  'h',
  'k',
  'l',
  'm',
  'n',
  'p',
  'pr',
  'r',
  's',
  'st',
  't',
  'tr',
  'v',
  'w',
]
const MIDDLES = ['a', 'e', 'i', 'o', 'u', 'ai', 'ea', 'oo']
const ENDS = ['', '', '', '', '', 'n', 'r', 's', 't', 'l', 'm', 'nd', 'ck']

export interface Words {
  readonly common: readonly string[]
  readonly terms: readonly string[]
}

/** So many terms, and the words of everyday; no term is one of them. */
export function wordsOf(terms: number, seed = 7): Words {
  const random = randomOf(seed)
  const common = different(random, 4_000, new Set(), [1, 1, 1, 1, 2, 2, 3])
  return { common, terms: different(random, terms, new Set(common), [2, 3, 3, 4]) }
}

function different(random: Random, count: number, taken: ReadonlySet<string>, syllables: readonly number[]): string[] {
  const found = new Set<string>()
  while (found.size < count) {
    const word = wordOf(random, random.pick(syllables))
    if (!taken.has(word) && word.length >= 2) found.add(word)
  }
  return [...found]
}

function wordOf(random: Random, syllables: number): string {
  const parts = Array.from({ length: syllables }, () => random.pick(STARTS) + random.pick(MIDDLES) + random.pick(ENDS))
  return parts.join('')
}

/** How a message is written. `plain`: lower-case words and blanks, on which every side must find the same. */
export type Style = 'plain' | 'chat'

/** Messages of about so many characters, one in fifty with a term in it; of chat, one in twenty with a disguised one. */
export function messagesOf(words: Words, count: number, { style, length }: { style: Style; length: number }): string[] {
  const random = randomOf(11)
  return Array.from({ length: count }, () => {
    const message = plainMessage(random, words, length)
    return style === 'plain' ? message : asChat(random, words, message)
  })
}

function plainMessage(random: Random, { common, terms }: Words, length: number): string {
  const parts: string[] = []
  const planted = random.chance(1 / 50) ? random.pick(terms) : undefined
  if (planted !== undefined) parts.push(planted)
  for (let size = planted?.length ?? 0; size < length; size += (parts.at(-1)?.length ?? 0) + 1)
    parts.push(random.pick(common))
  return parts.join(' ').slice(0, length).trim()
}

/** A capital at the start, marks between sentences, now and then an apostrophe, a number or a picture. */
function asChat(random: Random, words: Words, message: string): string {
  const spoken = message.replace(/ /g, () => {
    if (random.chance(1 / 12)) return ', '
    if (random.chance(1 / 30)) return "'s "
    return random.chance(1 / 40) ? ` ${random.below(100)} ` : ' '
  })
  const ended = `${spoken.charAt(0).toUpperCase()}${spoken.slice(1)}${random.pick(['', '.', '!', '?', ' 😀'])}`
  return random.chance(1 / 20) ? `${ended} ${disguised(random, random.pick(words.terms))}` : ended
}

const LEET: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' }

function disguised(random: Random, term: string): string {
  const letters = Array.from(term)
  return random.pick<() => string>([
    () => letters.map((letter) => LEET[letter] ?? letter).join(''),
    () => letters.join(' '),
    () => letters.join('\u200b'),
    () => letters.map((letter) => `${letter}\u0301`).join(''),
    () => letters.map((letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - 97 + 0x1d41a)).join(''),
    () => letters.map((letter, at) => (at === 1 ? letter.repeat(4) : letter)).join(''),
  ])()
}
