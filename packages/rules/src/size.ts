import { allLeaves, type Condition } from './checked.ts'
import type { Span } from './diagnostic.ts'
import type { Scope } from './scope.ts'

const MAX_LEAVES = 64

/** A condition above the limit is reported and not looked at further: what it costs to check grows with it. */
export function isShort(condition: Condition, at: Span, scope: Scope): boolean {
  const count = allLeaves(condition).length
  if (count <= MAX_LEAVES) return true
  const message = `the expression is too long: ${count} questions`
  scope.findings.error('S02', at, message, `at most ${MAX_LEAVES}, or a term list`)
  return false
}
