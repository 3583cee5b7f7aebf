import type { Effect, Judgement } from '@lamplighter/rules'
import { percentile } from './states.ts'

/** A rule may always fire this often in an hour. */
const FLOOR = 20
const TIMES = 5
const DAY_MS = 86_400_000

/**
 * How often a rule may fire in an hour before its breaker opens: max(20, 5 × the hourly 99th percentile in shadow) (rules.md §8.1).
 *
 * @param hours how often it fired in each hour in shadow, hours of silence too
 * @returns null where nothing was watched: unknown is not "never", so such a rule has no breaker
 */
export function ceilingOf(hours: readonly number[]): number | null {
  return hours.length === 0 ? null : Math.max(FLOOR, TIMES * percentile(hours, 99))
}

/** True when the breaker opens: what fires just as often as it may goes on. */
export const isAbove = (fired: number, ceiling: number): boolean => fired > ceiling

const ACTS: ReadonlySet<Effect['do']> = new Set(['block', 'hold', 'limit'])

/**
 * What a rule with an open breaker still does: what it did to people and items becomes one entry in a queue, its own or `unscreened`;
 * the rest stays. Nothing that fires goes unseen.
 */
export function softened(effects: readonly Effect[]): Effect[] {
  const left = effects.filter((effect) => !ACTS.has(effect.do))
  const isQueued = left.some((effect) => effect.do === 'queue')
  if (left.length === effects.length || isQueued) return left
  return [...left, { do: 'queue', what: 'unscreened', within: DAY_MS }]
}

/** A judgement in which the rules named do no more than `softened` leaves them. */
export function soften(judgement: Judgement, isOpen: (rule: string) => boolean): Judgement {
  if (!judgement.results.some(({ rule }) => isOpen(rule))) return judgement
  const judged = judgement.judged.map((one) =>
    isOpen(one.result.rule) ? { ...one, result: { ...one.result, effects: softened(one.result.effects) } } : one,
  )
  return { ...judgement, judged, results: judged.map(({ result }) => result) }
}
