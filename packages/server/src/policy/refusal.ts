import { AppError, type Fault } from '../http/errors.ts'
import type { Refused } from './live.ts'
import { wordsOf } from './needs.ts'
import type { Need } from './states.ts'

/** What is wrong with a text, as an answer: each finding with its line and column. */
export function refusalOf(refused: Refused): AppError {
  return new AppError('rules_refused', countOf(refused), {
    errors: refused.diagnostics.map(({ code, message, at }) => ({
      code,
      pointer: `/text/${at.line}:${at.column}`,
      detail: message,
    })),
  })
}

function countOf(refused: Refused): string {
  const errors = refused.diagnostics.filter(({ severity }) => severity === 'error').length
  return errors > 0
    ? `The rule file has ${errors} error(s); mend them and send it again.`
    : `${refused.failed.length} of its own tests fail: ${refused.failed.slice(0, 3).join('; ')}.`
}

/** Refuses a step that lacks something. @throws AppError `stale_revision` · `needs_unmet`, with each need as a fault */
export function refuseUnmet(needs: readonly Need[]): void {
  if (needs.length === 0) return
  const stale = needs.find(({ code }) => code === 'stale_revision')
  if (stale !== undefined) throw new AppError('stale_revision', wordsOf(stale))
  const errors = needs.map((need): Fault => ({ code: need.code, pointer: '', detail: wordsOf(need) }))
  throw new AppError('needs_unmet', errors.map(({ detail }) => detail).join(' '), { errors })
}
