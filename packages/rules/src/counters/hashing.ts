import type { Move } from './exact.ts'
import type { CounterOp, CounterSpec } from './store.ts'

/**
 * The keyed hash of an id for one counter: under the key of now, and under the last one while that is alive. What was
 * written within window + 10 min MUST be found under one of the two, so a key serves at least that long and then once as
 * the last; older keys are destroyed (rules.md §6.4, Privacy).
 */
export type Hash = (counter: CounterSpec, id: string) => readonly [now: string, last?: string]

/** Ids as they are, for tests and for namespaces that nobody outlives. */
export const plain: Hash = (_, id) => [id]

/** An op as a store works on it: which row, and how it moves. */
export interface HashedOp {
  /** The parts of the key, hashed; the row may still stand under `last`, and then moves. */
  readonly key: readonly string[]
  readonly last?: readonly string[]
  readonly move: Move
}

/** Hashes what must not be kept in clear: keys and members always, event ids of `encrypted` kinds. */
export function hashOp(op: CounterOp, hash: Hash): HashedOp {
  const parts = op.key.map((part) => hash(op.counter, part))
  const hidden = op.encrypted === true
  const [event, eventBefore] = hidden ? hash(op.counter, op.event) : [op.event]
  const [member, memberBefore] = op.member === undefined ? [] : hash(op.counter, op.member)
  return {
    key: parts.map(([now]) => now),
    ...(parts.some(([, last]) => last !== undefined) ? { last: parts.map(([now, last]) => last ?? now) } : {}),
    move: {
      at: op.at,
      event,
      hidden,
      where: op.where,
      ...(eventBefore === undefined ? {} : { eventBefore }),
      ...(member === undefined ? {} : { member }),
      ...(memberBefore === undefined ? {} : { memberBefore }),
      ...(op.value === undefined ? {} : { value: op.value }),
    },
  }
}

/** One text for the parts of a key. */
export function rowKey(parts: readonly string[]): string {
  return parts.length === 1 ? (parts[0] ?? '') : JSON.stringify(parts)
}

/** The parts again. */
export function partsOf(row: string, spec: CounterSpec): readonly string[] {
  return spec.keys.length === 1 ? [row] : (JSON.parse(row) as string[])
}
