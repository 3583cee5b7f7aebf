import { isSign } from './leet.ts'
import { isWordUnit, KIND, kindOf } from './units.ts'

/** What later views may change in a text. Sums of these; none of them: the text reads the same in all views. */
export const MAY = { leet: 1, join: 2, collapse: 4 } as const

const WORD = 1
const LETTER = 2
const SIGN = 4
const BLANK = 8
const PAIR = 16

/** So many pieces of one or two letters in a row are put together. */
const SHORT_PIECES = 3
const SHORT = 2
const STRETCHED = 3
const SIGNS_ALONE = 4

const ascii = Uint8Array.from({ length: 128 }, (_, unit) => factsOf(String.fromCharCode(unit), 0, unit))

/**
 * One look at a folded text, so that views which would change nothing are never made. It may say "may" of a text that a view
 * leaves alone; it never misses one that a view changes.
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
  // How often the last letter stood in a row.
  let run = 0
  let last = -1
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const facts = unit < 128 ? (ascii[unit] ?? 0) : factsOf(text, at, unit)
    if ((facts & (WORD | SIGN)) === 0) {
      token = 0
      tokenFacts = 0
    } else {
      token += 1
      tokenFacts |= facts
      if ((tokenFacts & SIGN) !== 0 && ((tokenFacts & LETTER) !== 0 || token >= SIGNS_ALONE)) may |= MAY.leet
    }
    if ((facts & WORD) !== 0) {
      if (piece === 0 && !blankBefore) may |= MAY.join
      piece += 1
      blankBefore = false
      run = unit === last ? run + 1 : 1
      last = unit
      // Of a letter that is a pair, the halves take turns: whether it is stretched is left to the view.
      if (run >= STRETCHED || (facts & PAIR) !== 0) may |= MAY.collapse
      continue
    }
    if (piece > 0) {
      shortPieces = piece <= SHORT ? shortPieces + 1 : 0
      if (shortPieces >= SHORT_PIECES) may |= MAY.join
    }
    piece = 0
    run = 0
    last = -1
    if ((facts & BLANK) !== 0) blankBefore = true
  }
  if (piece > 0 && piece <= SHORT && shortPieces + 1 >= SHORT_PIECES) may |= MAY.join
  return may
}

function factsOf(text: string, at: number, unit: number): number {
  const kind = kindOf(unit)
  if ((kind & KIND.half) !== 0) return isWordUnit(text, at) ? WORD | LETTER | PAIR : 0
  return (
    ((kind & KIND.word) !== 0 ? WORD : 0) |
    ((kind & KIND.letter) !== 0 ? LETTER : 0) |
    ((kind & KIND.blank) !== 0 ? BLANK : 0) |
    (isSign(unit) ? SIGN : 0)
  )
}
