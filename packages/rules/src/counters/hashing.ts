import type { Move } from './exact.ts'
import type { CounterOp, CounterSpec } from './store.ts'

/**
 * The keyed hash of an id for one counter: under the key of now, and under the last one while that is alive (rules.md
 * §6.4, Privacy). A key serves window + 10 min and then once as the last; older ones are destroyed. A store sweeps when a
 * key changes. So whatever is still kept is found under one of the two, and an event that comes again counts once.
 */
export type Hash = (counter: CounterSpec, id: string) => readonly [now: string, last?: string]

/** Ids as they are, for tests and for namespaces that nobody outlives. */
export const plain: Hash = (_, id) => [id]

/** The parts of a key as a store keeps them; a row that still stands under `last` moves. */
export interface HashedKey {
  readonly now: readonly string[]
  readonly last?: readonly string[]
}

export function hashKey({ counter, key }: CounterOp, hash: Hash): HashedKey {
  const parts = key.map((part) => hash(counter, part))
  const now = parts.map((part) => part[0])
  return parts.some((part) => part[1] !== undefined) ? { now, last: parts.map((part) => part[1] ?? part[0]) } : { now }
}

/**
 * The op as a key's state takes it: the member hashed, and the event's id where its kind is `encrypted`. A store that
 * gives each row a key of its own passes that row's hash here.
 */
export function hashMove(op: CounterOp, hash: Hash): Move {
  const hidden = op.encrypted === true
  const [event, eventBefore] = hidden ? hash(op.counter, op.event) : [op.event]
  const [member, memberBefore] = op.member === undefined ? [] : hash(op.counter, op.member)
  return {
    at: op.at,
    event,
    hidden,
    where: op.where,
    ...(eventBefore === undefined ? {} : { eventBefore }),
    ...(member === undefined ? {} : { member }),
    ...(memberBefore === undefined ? {} : { memberBefore }),
    ...(op.value === undefined ? {} : { value: op.value }),
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
