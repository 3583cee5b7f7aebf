import { hasLatinLook, isAlike, kindred } from './lookalikes.ts'
import { scriptOf } from './skeleton.ts'
import { stringOf } from './strings.ts'
import { isWordUnit } from './units.ts'
import type { View } from './view.ts'
import type { Reading } from './views.ts'

/*
 * Terms of other scripts, some of whose letters were replaced by lookalikes: a Latin "a" in a Cyrillic word. The skeleton reads such a
 * word as Latin, which its term is not. So the word and the term are both read with one letter for all that look alike, and
 * what is found so is compared letter by letter.
 */

/** Beside the bits of the views: a term is looked for in its skeleton with one letter for all that look alike. */
export const ALIKE = 128
/** A term of so many letters is found even where each of them was replaced; "cop" is not the Cyrillic word that looks like it. */
const SHORTEST_REPLACED = 5

/** Whether a term has letters of another script that look like Latin ones. */
export function canBeDisguised(folded: string): boolean {
  for (let at = 0; at < folded.length; at += 1) {
    const unit = folded.charCodeAt(at)
    if (scriptOf(unit) !== 0 && hasLatinLook(unit)) return true
  }
  return false
}

/** The text with one letter for all that look alike, unit by unit. */
export function alikeText(folded: string): string {
  const units = new Uint16Array(folded.length)
  for (let at = 0; at < units.length; at += 1) units[at] = kindred[folded.charCodeAt(at)] ?? 0
  return stringOf(units)
}

/** The reading with one letter for all that look alike; undefined where the text has letters of one script only. */
export function alikeReading(folded: View): Reading | undefined {
  if (!mixesScripts(folded.text)) return undefined
  const text = alikeText(folded.text)
  return { views: ALIKE, text, written: folded.text, view: () => ({ ...folded, name: 'skeleton', text }) }
}

function mixesScripts(text: string): boolean {
  let scripts = 0
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at)
    if (hasLatinLook(unit)) scripts |= 1 << scriptOf(unit)
  }
  return (scripts & (scripts - 1)) !== 0
}

/**
 * Whether a term, as folded, stands here with letters replaced by such of other scripts. A term of fewer than five letters has to
 * have kept one of its own in a word where another was replaced.
 */
export function isDisguised(written: string, { form, start }: { form: string; start: number }): boolean {
  let letters = 0
  let replaced = false
  let mixed = false
  // Of the word that is looked at: whether it kept a letter of its script, and whether one was replaced.
  let [keptHere, replacedHere] = [false, false]
  for (let at = 0; at < form.length; at += 1) {
    const [unit, meant] = [written.charCodeAt(start + at), form.charCodeAt(at)]
    if (!isWordUnit(form, at)) [keptHere, replacedHere] = [false, false]
    else letters += 1
    if (unit === meant) keptHere ||= scriptOf(unit) !== 0
    else if (isAlike(unit, meant) && scriptOf(unit) !== scriptOf(meant)) [replaced, replacedHere] = [true, true]
    else return false
    mixed ||= keptHere && replacedHere
  }
  return replaced && (mixed || letters >= SHORTEST_REPLACED)
}
