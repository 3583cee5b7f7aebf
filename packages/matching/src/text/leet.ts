import { isWordUnit, KIND, kindOf, pairAt } from './units.ts'
import { type Pool, UNIT, type View, ViewBuilder } from './view.ts'

/** Digits and signs, and the letter that each stands for; `1`, `!` and `|` stand for `i` and for `l`. */
const LETTER: Readonly<Record<string, string>> = {
  0: 'o',
  1: 'i',
  2: 'z',
  3: 'e',
  4: 'a',
  5: 's',
  6: 'g',
  7: 't',
  8: 'b',
  9: 'g',
  '@': 'a',
  $: 's',
  '!': 'i',
  '|': 'i',
  '+': 't',
  '€': 'e',
  '£': 'l',
  '¢': 'c',
  '¥': 'y',
  '§': 's',
}

const LETTER_PAIR = /\p{L}/u
const I_OR_L = new Set(['1', '!', '|'])
const signs = new Uint8Array(0x10000)
for (const sign of Object.keys(LETTER)) signs[sign.charCodeAt(0)] = 1

/** Whether this unit may stand for a letter. */
export const isSign = (unit: number): boolean => signs[unit] === 1

/** Signs that a token must consist of to be read as letters without holding one. */
const SIGNS_ALONE = 4

/** Digits and signs read as letters, inside a token that has a letter, or of four such signs and more. */
export function leetView(skeleton: View, pool?: Pool): View {
  const { text } = skeleton
  const view = new ViewBuilder('leet', text.length, pool)
  for (let at = 0; at < text.length; ) {
    const { end, hasLetter, hasSign } = tokenAt(text, at)
    const reads = hasSign && (hasLetter || end - at >= SIGNS_ALONE)
    if (reads) for (let unit = at; unit < end; unit += 1) addUnit(view, skeleton, unit)
    else view.copyRange(skeleton, at, Math.max(end, at + 1))
    at = Math.max(end, at + 1)
  }
  return view.done()
}

/** The run of letters, digits, marks and signs that begins here; empty where none does. */
function tokenAt(text: string, start: number): { end: number; hasLetter: boolean; hasSign: boolean } {
  let hasLetter = false
  let hasSign = false
  let at = start
  for (; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    const kind = kindOf(unit)
    if (isSign(unit)) hasSign = true
    else if ((kind & KIND.half) !== 0 ? !isWordUnit(text, at) : (kind & KIND.word) === 0) break
    if ((kind & KIND.letter) !== 0 || ((kind & KIND.half) !== 0 && LETTER_PAIR.test(pairAt(text, at)))) hasLetter = true
  }
  return { end: at, hasLetter, hasSign }
}

function addUnit(view: ViewBuilder, skeleton: View, at: number): void {
  const sign = skeleton.text.charAt(at)
  const letter = LETTER[sign]
  if (letter === undefined) {
    view.copy(skeleton, at)
    return
  }
  const either = I_OR_L.has(sign) ? UNIT.iOrL : 0
  // "pineapple!" ends a word and shouts: the sign is a letter, or the end of one.
  const border = isWordUnit(sign, 0) ? 0 : UNIT.sign
  view.add(letter, skeleton.from[at] ?? 0, skeleton.to[at] ?? 0, UNIT.changed | either | border)
}
