import { hasLookalike, lookalike } from './lookalikes.ts'
import { isWordUnit, KIND, kindOf } from './units.ts'
import { type Pool, UNIT, type View, ViewBuilder } from './view.ts'

const SCRIPTS = [/\p{Script=Cyrillic}/u, /\p{Script=Greek}/u, /\p{Script=Armenian}/u, /\p{Script=Cherokee}/u]
const APOSTROPHE = 0x27
const LETTER = /\p{L}/u

/**
 * Letters that look like Latin ones, made Latin, token by token. A token wholly in one other script is left alone where at
 * least half of the text's letters are of that script: it is then simply a word of that language.
 *
 * @param original the text itself: what a capital looks like is decided by the capital
 */
export function skeletonView(folded: View, original: string, pool?: Pool): View {
  const view = new ViewBuilder('skeleton', folded.text.length + 16, pool)
  const { text } = folded
  const spared = sparedScripts(text)
  for (let at = 0; at < text.length; ) {
    const end = tokenEnd(text, at)
    if (end === at) {
      view.copy(folded, at)
      at += 1
      continue
    }
    if (isWordOf(text, { at, end }, spared)) view.copyRange(folded, at, end)
    else addToken(view, folded, { at, end, original })
    at = end
  }
  return view.done()
}

/** Whether `skeletonView` would say the same because nothing in the text looks like something else. */
export function hasNoLookalike(folded: string): boolean {
  for (let at = 0; at < folded.length; at += 1) {
    const unit = folded.charCodeAt(at)
    if (unit >= 0x80 && hasLookalike(unit)) return false
  }
  return true
}

function tokenEnd(text: string, start: number): number {
  let at = start
  while (at < text.length && (text.charCodeAt(at) === APOSTROPHE || isWordUnit(text, at))) at += 1
  return at
}

function addToken(view: ViewBuilder, folded: View, token: { at: number; end: number; original: string }): void {
  for (let { at } = token; at < token.end; at += 1) {
    const unit = folded.text.charCodeAt(at)
    const known = unit >= 0x80 && hasLookalike(unit)
    const latin = known ? lookalike(folded.text.charAt(at), wasCapital(folded, at, token.original)) : undefined
    if (latin === undefined) view.copy(folded, at)
    else view.add(latin, folded.from[at] ?? 0, folded.to[at] ?? 0, UNIT.changed)
  }
}

function wasCapital(view: View, at: number, original: string): boolean {
  const shown = original.slice(view.from[at], view.to[at])
  return shown !== shown.toLowerCase()
}

/** Scripts that at least half of the letters are of, by their number; 0 is every other script. */
function sparedScripts(text: string): ReadonlySet<number> {
  const counts = [0, 0, 0, 0, 0]
  let letters = 0
  for (let at = 0; at < text.length; at += 1) {
    if (isLetterAt(text, at)) letters += 1
    const script = scriptOf(text.charCodeAt(at))
    counts[script] = (counts[script] ?? 0) + 1
  }
  return new Set([1, 2, 3, 4].filter((script) => letters > 0 && 2 * (counts[script] ?? 0) >= letters))
}

function isWordOf(text: string, token: { at: number; end: number }, scripts: ReadonlySet<number>): boolean {
  if (scripts.size === 0) return false
  const counts = [0, 0, 0, 0, 0]
  let letters = 0
  for (let { at } = token; at < token.end; at += 1) {
    if (isLetterAt(text, at)) letters += 1
    const script = scriptOf(text.charCodeAt(at))
    counts[script] = (counts[script] ?? 0) + 1
  }
  return [...scripts].some((script) => counts[script] === letters)
}

/** A pair counts once, at its first half. */
function isLetterAt(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  const kind = kindOf(unit)
  if ((kind & KIND.half) === 0) return (kind & KIND.letter) !== 0
  return unit < 0xdc00 && LETTER.test(String.fromCodePoint(text.codePointAt(at) ?? unit))
}

const NOT_KNOWN = 255
const scripts = new Uint8Array(0x10000).fill(NOT_KNOWN)

/** The number of the script of a letter that views tell apart: Cyrillic, Greek, Armenian, Cherokee; 0 is any other, Latin too. */
export function scriptOf(unit: number): number {
  if (unit < 0x80) return 0
  const known = scripts[unit] ?? 0
  if (known !== NOT_KNOWN) return known
  const character = String.fromCharCode(unit)
  const made = SCRIPTS.findIndex((script) => script.test(character)) + 1
  scripts[unit] = made
  return made
}
