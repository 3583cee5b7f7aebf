import { isSign } from './leet.ts'
import { isWordUnit, KIND, kindOf } from './units.ts'

/** What views may change in a text. Sums of these; none of them: the text reads the same in all views. */
export const MAY = {
  leet: 1,
  join: 2,
  collapse: 4,
  decode: 8,
  /** Letters become small ones. */
  lower: 16,
  /** Something may have to be folded: an entity, a control character, blanks in a row, anything beyond ASCII. */
  fold: 32,
} as const

const WORD = 1
const LETTER = 2
const SIGN = 4
const BLANK = 8
const PAIR = 16
const BASE64 = 32
/** Facts that say by themselves what may change, each in the place of its flag. */
const CAPITAL = MAY.lower << 8
const ODD = MAY.fold << 8

/** So many pieces of one or two letters in a row are put together. */
const SHORT_PIECES = 3
const SHORT = 2
/** So many signs alone are read as letters. */
const SIGNS_ALONE = 4
const SHORTEST_BASE64 = 12

const ascii = Uint16Array.from({ length: 128 }, (_, unit) => asciiFacts(unit))

/**
 * One look at a text, so that views which would change nothing are never made. It may say "may" of a text that a view leaves alone; it
 * never misses one that a view changes.
 *
 * @param text as written, or folded: then what it says of leet, joined and collapsed holds
 */
export function survey(text: string): number {
  let may = 0
  // The token of letters and signs: what `leet` reads as one.
  let token = 0
  let tokenFacts = 0
  // The piece of letters: what `joined` puts together.
  let piece = 0
  let shortPieces = 0
  let blankBefore = true
  let base64 = 0
  let last = -1
  let lastButOne = -1
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const facts = unit < 128 ? (ascii[unit] ?? 0) : beyondAscii(text, at, unit)
    may |= facts >> 8
    base64 = (facts & BASE64) === 0 ? 0 : base64 + 1
    if (base64 === SHORTEST_BASE64) may |= MAY.decode
    if ((facts & WORD) !== 0) {
      if (piece === 0 && !blankBefore) may |= MAY.join
      piece += 1
      token += 1
      tokenFacts |= facts
      blankBefore = false
      // Of a letter that is a pair, the halves take turns: whether it is stretched is left to the view.
      if ((unit === last && unit === lastButOne) || (facts & PAIR) !== 0) may |= MAY.collapse
      if ((tokenFacts & SIGN) !== 0) may |= leets(tokenFacts, token)
    } else {
      if (piece > 0) {
        shortPieces = piece <= SHORT ? shortPieces + 1 : 0
        if (shortPieces >= SHORT_PIECES) may |= MAY.join
        piece = 0
      }
      if ((facts & SIGN) !== 0) {
        token += 1
        tokenFacts |= facts
        may |= leets(tokenFacts, token)
      } else {
        token = 0
        tokenFacts = 0
      }
      if ((facts & BLANK) !== 0) {
        blankBefore = true
        if (unit === last) may |= MAY.fold
      }
    }
    lastButOne = last
    last = unit
  }
  if (piece > 0 && piece <= SHORT && shortPieces + 1 >= SHORT_PIECES) may |= MAY.join
  return may
}

const leets = (facts: number, length: number): number =>
  (facts & LETTER) !== 0 || length >= SIGNS_ALONE ? MAY.leet : 0

function asciiFacts(unit: number): number {
  const character = String.fromCharCode(unit)
  return (
    factsOfKind(kindOf(unit), unit) |
    (/[A-Za-z0-9+/_-]/.test(character) ? BASE64 : 0) |
    (/[A-Z]/.test(character) ? CAPITAL : 0) |
    (/[^\x20-\x7e]|&/.test(character) ? ODD : 0)
  )
}

function beyondAscii(text: string, at: number, unit: number): number {
  const kind = kindOf(unit)
  if ((kind & KIND.half) === 0) return ODD | factsOfKind(kind, unit)
  return ODD | (isWordUnit(text, at) ? WORD | LETTER | PAIR : 0)
}

function factsOfKind(kind: number, unit: number): number {
  return (
    ((kind & KIND.word) !== 0 ? WORD : 0) |
    ((kind & KIND.letter) !== 0 ? LETTER : 0) |
    ((kind & KIND.blank) !== 0 ? BLANK : 0) |
    (isSign(unit) ? SIGN : 0)
  )
}
