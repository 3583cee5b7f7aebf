import { isWordUnit, UNIT, type View, ViewBuilder } from './view.ts'

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

const I_OR_L = new Set(['1', '!', '|'])
const TOKEN = /[\p{L}\p{N}\p{M}@$!|+€£¢¥§]+/gu

/** Signs that a token must consist of to be read as letters without holding one. */
const SIGNS_ALONE = 4

/** Digits and signs read as letters, inside a token that has a letter, or of four such signs and more. */
export function leetView(skeleton: View): View {
  const view = new ViewBuilder('leet')
  let at = 0
  for (const { 0: token, index } of skeleton.text.matchAll(TOKEN)) {
    for (; at < index; at += 1) view.copy(skeleton, at)
    const read = /\p{L}/u.test(token) || token.length >= SIGNS_ALONE
    for (; at < index + token.length; at += 1) addUnit(view, skeleton, at, read)
  }
  for (; at < skeleton.text.length; at += 1) view.copy(skeleton, at)
  return view.done()
}

function addUnit(view: ViewBuilder, skeleton: View, at: number, read: boolean): void {
  const sign = skeleton.text.charAt(at)
  const letter = read ? LETTER[sign] : undefined
  if (letter === undefined) {
    view.copy(skeleton, at)
    return
  }
  const either = I_OR_L.has(sign) ? UNIT.iOrL : 0
  // "pineapple!" ends a word and shouts: the sign is a letter, or the end of one.
  const border = isWordUnit(sign, 0) ? 0 : UNIT.sign
  view.add(letter, skeleton.from[at] ?? 0, skeleton.to[at] ?? 0, UNIT.changed | either | border)
}
