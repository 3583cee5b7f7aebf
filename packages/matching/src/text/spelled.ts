import { isWordUnit } from './units.ts'
import { UNIT, type View } from './view.ts'

/*
 * Letters written one by one, as the joined view puts them together. What stands before "c u c u m b e r" may be a word of one letter,
 * but the letters before "a p p l e" in "p i n e a p p l e" begin its word.
 */

/** So many letters one by one are no words of one letter each. */
const SPELLED = 3
/** More letters than this are several words; where each of them begins cannot be told, so it may begin anywhere. */
const LONGEST_WORD = 13

/** Letters beyond these are not counted: with so many, repeated ones too, it is not one word. */
const LONGEST_RUN = 4 * LONGEST_WORD

/** Whether something was taken out just before this unit. */
export const isGap = (view: View, at: number): boolean => ((view.marks[at] ?? 0) & UNIT.gapBefore) !== 0

/**
 * Whether one word is spelled on both sides of a gap: at least three letters one by one on the far side, not more than a word has on both,
 * and the gap not wider than the one beside it.
 *
 * @param far -1 if the word that is looked at begins at the gap, 1 if it ends there
 */
export function isSpelledOver(view: View, { gap, far }: { gap: number; far: -1 | 1 }): boolean {
  const width = widthOf(view, gap)
  const inner = gap - far
  if (isGap(view, inner) && widthOf(view, inner) < width) return false
  const before = lettersFrom(view, { gap, step: -1, width })
  const after = lettersFrom(view, { gap, step: 1, width })
  return (far === -1 ? before : after) >= SPELLED && before + after <= LONGEST_WORD
}

/** How many letters one by one stand on this side of a gap, up to a wider one; a letter that is repeated counts once. */
function lettersFrom(view: View, { gap, step, width }: { gap: number; step: -1 | 1; width: number }): number {
  let count = 0
  const first = step === -1 ? gap - 1 : gap
  for (let at = first; isAlone(view, at); at += step) {
    // So the end of a long text is never looked for.
    if (Math.abs(at - first) >= LONGEST_RUN) return LONGEST_RUN
    if (at === first || view.text[at] !== view.text[at - step]) count += 1
    const next = step === -1 ? at : at + 1
    if (!isGap(view, next) || widthOf(view, next) > width) break
  }
  return count
}

function isAlone(view: View, at: number): boolean {
  return isWordUnit(view.text, at) && isApart(view, at) && isApart(view, at + 1)
}

function isApart(view: View, at: number): boolean {
  return isGap(view, at) || !isWordUnit(view.text, at - 1) || !isWordUnit(view.text, at)
}

/** How much was taken out, in units of the original. */
const widthOf = (view: View, at: number): number => (view.from[at] ?? 0) - (view.to[at - 1] ?? 0)
