import { isWordUnit } from './units.ts'
import { type Pool, UNIT, type View, ViewBuilder } from './view.ts'

/** What is written for a blank between words. Dashes and dots in a row are left out: they part sentences. */
const SEPARATORS: ReadonlySet<string> = new Set('_.-/\\~*·•‐')
/** So many of one separator at most stand for a blank. */
const LONGEST = 3

/**
 * Words that were put together by signs, with blanks between them again: "meet_me_alone" reads as a term of three words. The
 * joined view takes the same signs out; each is one way to read them. Undefined where nothing reads otherwise.
 *
 * @returns a view that is told as `joined`
 */
export function apartView(leet: View, pool?: Pool): View | undefined {
  const { text } = leet
  const view = new ViewBuilder('joined', text.length, pool)
  for (let at = 0; at < text.length; ) {
    const end = separatorEnd(text, at)
    if (end === at) {
      view.copy(leet, at)
      at += 1
    } else {
      view.addUnit(BLANK, leet.from[at] ?? 0, leet.to[end - 1] ?? 0, UNIT.changed)
      at = end
    }
  }
  const made = view.done()
  return made.changed ? made : undefined
}

const BLANK = 0x20

/** Where the separator ends that begins here between two words; its start where there is none. */
function separatorEnd(text: string, start: number): number {
  const sign = text.charAt(start)
  if (!SEPARATORS.has(sign) || !isWordUnit(text, start - 1)) return start
  let end = start + 1
  while (text.charAt(end) === sign) end += 1
  const isLong = end - start > (sign === '.' || sign === '-' ? 1 : LONGEST)
  return isLong || !isWordUnit(text, end) ? start : end
}
