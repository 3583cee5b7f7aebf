import { AppError } from '../http/errors.ts'
import type { Refused } from './live.ts'

/** What is wrong with a text, as an answer: each finding with its line and column. */
export function refusalOf(refused: Refused): AppError {
  return new AppError('rules_refused', wordsOf(refused), {
    errors: refused.diagnostics.map(({ code, message, at }) => ({
      code,
      pointer: `/text/${at.line}:${at.column}`,
      detail: message,
    })),
  })
}

function wordsOf(refused: Refused): string {
  const errors = refused.diagnostics.filter(({ severity }) => severity === 'error').length
  return errors > 0
    ? `The rule file has ${errors} error(s); mend them and send it again.`
    : `${refused.failed.length} of its own tests fail: ${refused.failed.slice(0, 3).join('; ')}.`
}
