/** What a store has to know of a counter. Two counters of one `id` are one counter, whatever they are called. */
export interface CounterSpec {
  /** Its identity: `sha256:` and hex, over all that it means (rules.md §6.4). */
  readonly id: string
  readonly what: 'count' | 'distinct' | 'sum'
  /** Milliseconds. */
  readonly over: number
  /** Exact up to this number of events or members; approximate where absent. */
  readonly upTo?: number
  /** For each part of the key the kind of entity that it names, `account`; null where it names none. */
  readonly keys: readonly (string | null)[]
  /** The same of the member. */
  readonly member: string | null
}

/** What one event does to one counter, or only asks of it (rules.md §8.5). */
export interface CounterOp {
  readonly counter: CounterSpec
  readonly key: readonly string[]
  /** Milliseconds since 1970: `min(occurred_at, received_at + 2m)`. */
  readonly at: number
  readonly event: string
  /** The event is of an `encrypted` kind: its id is kept as a keyed hash and never told again. */
  readonly encrypted?: boolean
  /** Whether the event counts; undefined is unknown. */
  readonly where: boolean | undefined
  /** Of `distinct`; absent is unknown. */
  readonly member?: string
  /** Of `sum`, not negative; absent is unknown. */
  readonly value?: number
  readonly readOnly?: boolean
}

/**
 * Why a reading is no exact number, in this order. `maybe`: something that counts or not. `capped`: more than N. `late`:
 * read out of order, or after entries were dropped. `warming`: the window starts before the counter does. `store`: the
 * store failed or was too slow. `key`: a part of the key is unknown. `approx`: estimated.
 */
export type Flag = 'maybe' | 'capped' | 'late' | 'warming' | 'store' | 'key' | 'approx'

/** The truth lies in `[low, high]`; an open bound is `Infinity`. */
export interface Reading {
  readonly low: number
  readonly high: number
  /** The ids behind it, oldest first, at most N + 1; those of `encrypted` kinds are left out. */
  readonly events: readonly string[]
  readonly flags: readonly Flag[]
}

/** An entity of the platform: `account` and its id. */
export interface Entity {
  readonly type: string
  readonly id: string
}

export interface CounterStore {
  /** Moves and reads, atomically per key, in the order given. Calling again with the same event changes nothing. */
  apply(namespace: string, ops: readonly CounterOp[]): Reading[] | Promise<Reading[]>
  /** Deletes the keys that are this entity; where it is a member, a random mark takes its place. In every namespace. */
  erase(entity: Entity): void | Promise<void>
  /** Forgets a namespace, or one counter of it by identity. */
  drop(namespace: string, counter?: string): void | Promise<void>
  /** Drops entries older than window + 10 min. @param now milliseconds since 1970 */
  sweep(now: number): void | Promise<void>
}

/**
 * From when on a counter has seen and kept everything: `since` its creation (a backfill moves it back), `swept` what
 * sweeping has dropped up to. Both in milliseconds since 1970; entries at these instants count as gone.
 */
export interface Kept {
  readonly since: number
  readonly swept: number
}

/** How long entries outlive their window, for what arrives or is judged late. */
export const GRACE = 600_000
