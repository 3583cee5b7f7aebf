import type { Event, Rule } from './neutral.ts'

/** A rule engine as a side of the comparison. */
export interface Engine {
  /** Reads the rule set and brings the events into the engine's own form. None of it is in the engine's time. */
  load(rules: readonly Rule[], events: readonly Event[]): Promise<Loaded>
}

export interface Loaded {
  /** It counts: each event is a new one, and their numbers go on without end, in order. */
  readonly goesOn?: true
  /** Judges the event of that number and gives the names of the rules that fired: their labels. */
  decide(event: number): readonly string[] | Promise<readonly string[]>
}

/** The event of that number; there is one. */
export function nth<T>(of: readonly T[], index: number): T {
  const one = of[index]
  if (one === undefined) throw new RangeError(`there is no event ${index}`)
  return one
}
