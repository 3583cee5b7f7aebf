import { hasLatinLook, isAlike, kindred } from './lookalikes.ts'
import { scriptOf } from './skeleton.ts'
import { stringOf } from './strings.ts'
import { isWordUnit } from './units.ts'
import type { Reading } from './views.ts'

/*
 * Terms of other scripts, some of whose letters were replaced by lookalikes: a Latin "a" in a Cyrillic word. The skeleton reads such a
 * word as Latin, which its term is not. But the automaton has one letter for all that look alike, so it finds the term in the folded text,
 * and what it found is compared letter by letter.
 */

/** Beside the bits of the views: a form is looked for in the folded text with letters replaced, too. */
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

/** Kept for each reading, so that a text full of hits is looked through once. */
const mixed = new WeakMap<Reading, boolean>()

function mixesScripts(reading: Reading): boolean {
  const known = mixed.get(reading)
  if (known !== undefined) return known
  let scripts = 0
  for (let at = 0; at < reading.text.length; at += 1) {
    const unit = reading.text.charCodeAt(at)
    const script = scriptOf(unit)
    if (script !== 0 || hasLatinLook(unit)) scripts |= 1 << script
  }
  const made = (scripts & (scripts - 1)) !== 0
  mixed.set(reading, made)
  return made
}

/**
 * Whether a term, as folded, stands here with letters replaced by such of other scripts. In one word it has to have kept a letter of
 * its own; or it has five letters at least and the text holds letters of more than one script.
 *
 * @param reading the folded text
 */
export function isDisguised(reading: Reading, { form, start }: { form: string; start: number }): boolean {
  if (start < 0) return false
  let letters = 0
  let replaced = false
  let mixedWord = false
  // Of the word that is looked at: whether it kept a letter of its script, and whether one was replaced.
  let [keptHere, replacedHere] = [false, false]
  for (let at = 0; at < form.length; at += 1) {
    const [unit, meant] = [reading.text.charCodeAt(start + at), form.charCodeAt(at)]
    if (!isWordUnit(form, at)) [keptHere, replacedHere] = [false, false]
    else letters += 1
    if (unit === meant) keptHere ||= scriptOf(unit) !== 0
    else if (isAlike(unit, meant) && scriptOf(unit) !== scriptOf(meant)) [replaced, replacedHere] = [true, true]
    else return false
    mixedWord ||= keptHere && replacedHere
  }
  return replaced && (mixedWord || (letters >= SHORTEST_REPLACED && mixesScripts(reading)))
}
