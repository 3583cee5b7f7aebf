import type { Rule } from '@lamplighter/rules'
import { type Running, shippedPolicies } from '../policy/index.ts'
import { laneOf, shippedLanes } from '../review/index.ts'

/** What follow would ask of people where something of a kind of event stands on a list. */
export interface Asked {
  /** Lanes with the time in which somebody is to look, in milliseconds; none where no rule asks the list. */
  readonly queues: readonly { readonly lane: string; readonly within: number }[]
  /** The gravest first. */
  readonly rules: readonly Rule[]
  readonly policies: readonly string[]
}

const SEVERITY = ['low', 'medium', 'high', 'critical']

/**
 * The rules that a hit of a list speaks for, and the lanes that they ask for. Their other questions are not asked: what they were about is not
 * kept, and a person looks in any case. A rule that has a measure and no lane gets the lane of its harm: a look back takes no measure.
 */
export function askedOf(list: string, kind: string, running: Running, now: number): Asked {
  const { ruleset } = running.live.program
  const isContext = ruleset.lists.get(list)?.context === true
  const rules = ruleset.rules
    .filter(({ name, on, when }) => {
      if (isContext || !on.includes(kind) || (running.pausedUntil.get(name) ?? 0) > now) return false
      return speaksFor(when, list)
    })
    .toSorted((a, b) => SEVERITY.indexOf(b.severity) - SEVERITY.indexOf(a.severity))
  const wished = rules.flatMap((rule) => {
    const queues = rule.effects.flatMap((effect) =>
      effect.do === 'queue' ? [{ lane: effect.what, within: effect.within }] : [],
    )
    return queues.length > 0 ? queues : [laneFor(rule.harm)]
  })
  const soonest = new Map<string, number>()
  for (const { lane, within } of wished) soonest.set(lane, Math.min(within, soonest.get(lane) ?? within))
  return {
    queues: [...soonest].map(([lane, within]) => ({ lane, within })),
    rules,
    policies: [...new Set(rules.map(({ policy }) => policy))],
  }
}

/** The policy that a decision will first be asked about. */
export const policyOf = ({ policies }: Asked): string | null =>
  policies.find((policy) => shippedPolicies.some(({ id }) => id === policy)) ?? null

function laneFor(harm: string): { readonly lane: string; readonly within: number } {
  const { id, dueMs } = shippedLanes.find(({ harms }) => harms.includes(harm)) ?? laneOf('reports')
  return { lane: id, within: dueMs }
}

/** Whether a hit makes the condition truer: what stands behind a "not" speaks against it, as a list of what is allowed does. */
function speaksFor(condition: Rule['when'], list: string, positive = true): boolean {
  switch (condition.kind) {
    case 'and':
    case 'or':
      return condition.items.some((item) => speaksFor(item, list, positive))
    case 'not':
      return speaksFor(condition.of, list, !positive)
    case 'lookup':
      return positive && condition.list === list
    default:
      return false
  }
}
