import { type CounterSpec, diff, type RuleChange } from '@lamplighter/rules'
import type { LiveRules } from './live.ts'
import { type ChangedRule, higher } from './states.ts'

/** What a version means beside the one that is live, worked out from their texts. Plain data: it goes into a work. */
export interface Compared {
  /** Hash of the live version that it was compared with; null when nothing is live. */
  readonly against: string | null
  readonly sameSchema: boolean
  readonly changes: readonly (RuleChange & Omit<ChangedRule, 'events'>)[]
  readonly uncovered: readonly string[]
  /** Providers of its signals that learn, as `learner_threat`. */
  readonly learners: readonly string[]
  /** Counters that the live version does not have: they begin with this one. `over` in milliseconds. */
  readonly counters: readonly (Pick<CounterSpec, 'id' | 'over'> & { readonly name: string })[]
}

/** A learner of a policy is named after its slug (decisions.md 9). */
export const LEARNER = 'learner_'

/** Compares a version with the live one. Without a live one every rule is new. */
export function compare(live: LiveRules | undefined, next: LiveRules): Compared {
  const after = next.program.ruleset
  const before = live?.program.ruleset ?? { ...after, rules: [] }
  const rules = diff(before, after).filter((change) => change.kind !== 'reset')
  const changes = rules.map((change) => {
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
    learners: [...new Set([...after.signals.values()].map(({ provider }) => provider))].filter((provider) =>
      provider.startsWith(LEARNER),
    ),
    counters: countersOnlyIn(next, live).map(({ name, spec: { id, over } }) => ({ name, id, over })),
  }
}

/** Counters that one version has and another has not. */
export function countersOnlyIn({ program }: LiveRules, other: LiveRules | undefined) {
  const known = new Set([...(other?.program.ruleset.counters.values() ?? [])].map(({ spec }) => spec.id))
  return [...program.ruleset.counters.values()].filter(({ spec }) => !known.has(spec.id))
}
