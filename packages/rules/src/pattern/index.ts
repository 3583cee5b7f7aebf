import { automatonOf } from './automaton.ts'
import { Matcher } from './matcher.ts'
import { PatternFault, type PatternProblem, parsePattern } from './parse.ts'

export { MAX_PATTERN, type PatternProblem } from './parse.ts'

/** Why a pattern is outside the linear subset; undefined if it is inside. */
export function checkPattern(pattern: string): PatternProblem | undefined {
  try {
    automatonOf(parsePattern(pattern))
    return undefined
  } catch (fault) {
    if (fault instanceof PatternFault) return fault.problem
    throw fault
  }
}

/**
 * A matcher whose time is linear in the text, for any text.
 *
 * @throws PatternFault where `checkPattern` finds a problem
 */
export function compilePattern(pattern: string): Matcher {
  return new Matcher(automatonOf(parsePattern(pattern)))
}

/** How `contains` and `matches` see a text: compatibility forms unified (NFKC), in lower case. */
export function foldText(text: string): string {
  return text.normalize('NFKC').toLowerCase()
}
