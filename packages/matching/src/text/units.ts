/** What one UTF-16 unit is, as far as views and words ask. Sums of these. */
export const KIND = {
  /** A letter, a digit or a mark on one: what words are made of. */
  word: 1,
  /** A combining mark: it belongs to what stands before it. */
  mark: 2,
  blank: 4,
  /** Half of a character beyond the first plane: it has to be looked at as a pair. */
  half: 8,
  letter: 16,
  digit: 32,
} as const

const KNOWN = 64
const WORD = /[\p{L}\p{N}\p{M}]/u
const LETTER = /\p{L}/u
const NUMBER = /\p{N}/u
const MARK = /\p{M}/u
const BLANK = /\s/

/** Filled when a unit is first met: asking a regular expression each time would cost more than all else. */
const kinds = new Uint8Array(0x10000)

/** The kind of a unit; of half a pair it says so and nothing else. */
export function kindOf(unit: number): number {
  const known = kinds[unit] ?? 0
  if (known !== 0) return known
  const made = KNOWN | kindOfCharacter(unit)
  kinds[unit] = made
  return made
}

function kindOfCharacter(unit: number): number {
  if (unit >= 0xd800 && unit <= 0xdfff) return KIND.half
  const character = String.fromCharCode(unit)
  return (
    (WORD.test(character) ? KIND.word : 0) |
    (LETTER.test(character) ? KIND.letter : 0) |
    (NUMBER.test(character) ? KIND.digit : 0) |
    (MARK.test(character) ? KIND.mark : 0) |
    (BLANK.test(character) ? KIND.blank : 0)
  )
}

/** Letters, digits and the marks on them: what words are made of. */
export function isWordUnit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  if (Number.isNaN(unit)) return false
  const kind = kindOf(unit)
  if ((kind & KIND.half) === 0) return (kind & KIND.word) !== 0
  return WORD.test(pairAt(text, at))
}

/** The character that this half belongs to; a half without its other one is no character and stands alone. */
export function pairAt(text: string, at: number): string {
  const code = text.codePointAt(at) ?? 0
  const before = code >= 0xdc00 && code <= 0xdfff ? (text.codePointAt(at - 1) ?? 0) : 0
  return String.fromCodePoint(before > 0xffff ? before : code)
}
