import { type Change, diff } from '@lamplighter/rules'
import type { LiveRules } from './live.ts'
import { type ChangedRule, higher } from './states.ts'

/** What a version means beside the one that is live, worked out from their texts. Plain data: it goes into a work. */
export interface Compared {
  /** Hash of the live version that it was compared with; null when nothing is live. */
  readonly against: string | null
  readonly sameSchema: boolean
  readonly changes: readonly (Change & Omit<ChangedRule, 'events'>)[]
  readonly uncovered: readonly string[]
}

/** Compares a version with the live one. Without a live one every rule is new. */
export function compare(live: LiveRules | undefined, next: LiveRules): Compared {
  const after = next.program.ruleset
  const before = live?.program.ruleset ?? { ...after, rules: [] }
  const changes = diff(before, after).map((change) => {
    const both = [...before.rules, ...after.rules].filter(({ name }) => name === change.rule)
    return {
      ...change,
      severity: both.map(({ severity }) => severity).reduce(higher),
      grave: both.some(({ grave }) => grave),
    }
  })
  return {
    against: live?.hash ?? null,
    sameSchema: live === undefined || live.schemaText === next.schemaText,
    changes,
    uncovered: next.uncovered,
  }
}
