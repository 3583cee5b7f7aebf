import { type Exact, type Move, moveExact, NOTHING, readExact } from './exact.ts'
import { BLANK, moveSketch, readSketch, type Sketch } from './sketch.ts'
import { type CounterSpec, GRACE, type Kept, type Reading } from './store.ts'

/** What is kept of one key of one counter. Values never change: a move gives a new one, or the same if nothing is new. */
export type CounterState = Exact | Sketch

/** The state of a key that was never moved. */
export function emptyState(spec: CounterSpec): CounterState {
  return spec.upTo === undefined ? BLANK : NOTHING
}

/**
 * Moves one key's state by one event. Redelivering or judging again counts once. What is older than the last sweep moves
 * nothing: its entry would have been dropped, and readings that reach so far are open.
 */
export function move(spec: CounterSpec, state: CounterState, by: Move, kept: Kept): CounterState {
  if (by.at <= kept.swept) return state
  return state.kind === 'exact' ? moveExact(spec, state, by) : moveSketch(spec, state, by)
}

/** Reads one key's state in the window that ends at `at`. */
export function read(spec: CounterSpec, state: CounterState, at: number, kept: Kept): Reading {
  return state.kind === 'exact' ? readExact(spec, state, at, kept) : readSketch(spec, state, at, kept)
}

/** What a sweep at `now` makes of a counter's times: everything up to window + 10 min ago is gone. */
export function sweptAt(spec: CounterSpec, kept: Kept, now: number): Kept {
  return { ...kept, swept: Math.max(kept.swept, now - spec.over - GRACE) }
}

/** One key's state without what was swept; undefined if nothing is left. */
export function sweepState(state: CounterState, { swept }: Kept, spec: CounterSpec): CounterState | undefined {
  if (state.kind === 'sketch') {
    const subs = state.subs.filter((sub) => ((sub.index + 1) * spec.over) / 12 > swept)
    return subs.length === 0 ? undefined : subs.length === state.subs.length ? state : { ...state, subs }
  }
  const [sure, maybe] = [state.sure.filter((one) => one.at > swept), state.maybe.filter((one) => one.at > swept)]
  if (sure.length + maybe.length === 0 && Math.max(state.lostSure, state.lostMaybe) <= swept) return undefined
  return sure.length === state.sure.length && maybe.length === state.maybe.length ? state : { ...state, sure, maybe }
}

/**
 * A member's traces made nobody's: a random mark takes its place and the ids of its events go. The count stands, the link
 * does not. A sketch holds no members.
 *
 * @param names the member as it may be kept: hashed under the last keys
 */
export function eraseMember(state: CounterState, names: readonly string[], mark: () => string): CounterState {
  if (state.kind === 'sketch') return state
  const found = [...state.sure, ...state.maybe].some((one) => one.who !== undefined && names.includes(one.who))
  if (!found) return state
  const as = mark()
  const all = (entries: Exact['sure']) =>
    entries.map((one) => (one.who !== undefined && names.includes(one.who) ? { ...one, who: as, event: '' } : one))
  return { ...state, sure: all(state.sure), maybe: all(state.maybe) }
}
