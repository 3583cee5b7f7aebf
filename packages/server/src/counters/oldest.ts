import type { CounterSpec, CounterState } from '@lamplighter/rules/counters'

/** Sub-windows of an approximate counter (rules.md §6.4). */
const SUBS = 12

/**
 * Milliseconds since 1970 of the oldest thing in a key's state, rounded down: a sweep up to an earlier time leaves the state as it is.
 * Undefined when nothing is in it.
 */
export function oldestIn(state: CounterState, spec: CounterSpec): number | undefined {
  const oldest = state.kind === 'sketch' ? oldestSub(state.subs, spec) : least(state.sure, state.maybe)
  if (Number.isFinite(oldest)) return Math.floor(oldest)
  // Nothing is left but the memory of what was pushed out; it goes when it is older than the sweep.
  const lost = state.kind === 'sketch' ? Math.max(state.lost, state.newest) : Math.max(state.lostSure, state.lostMaybe)
  return Number.isFinite(lost) ? Math.floor(lost) : undefined
}

const oldestSub = (subs: readonly { readonly index: number }[], { over }: CounterSpec): number =>
  Math.min(...subs.map(({ index }) => ((index + 1) * over) / SUBS))

const least = (...lists: readonly (readonly { readonly at: number }[])[]): number =>
  Math.min(...lists.flatMap((entries) => entries.map(({ at }) => at)))
