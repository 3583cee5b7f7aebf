import type { Reading } from '@lamplighter/rules/counters'
import { gather, isStorageError, type Store } from '../storage/index.ts'
import { applyCounters, type StoredOp } from './store.ts'

/** Ops of one transaction. */
export const MOST_OPS = 256

/**
 * Moves and reads counters; who asks at the same time shares a transaction, in the order of asking. So many events cost one commit, and two
 * callers who move one key do not collide on PostgreSQL.
 *
 * @param since what a counter has seen that begins by being moved; default: from that moment on
 */
export function together(
  store: Store,
  since: { readonly since?: number | null },
): (namespace: string, ops: readonly StoredOp[]) => Promise<readonly Reading[]> {
  const lines = new Map<string, (ops: readonly StoredOp[]) => Promise<readonly Reading[]>>()
  return (namespace, ops) => {
    const line = lines.get(namespace) ?? lineOf(store, { namespace, ...since })
    lines.set(namespace, line)
    return line(ops)
  }
}

function lineOf(store: Store, input: { readonly namespace: string; readonly since?: number | null }) {
  return gather({
    weigh: (ops: readonly StoredOp[]) => ops.length,
    most: MOST_OPS,
    // SQLite's writer keeps the order, and has the next group at hand when one is written. On PostgreSQL two would collide.
    atOnce: store.engine === 'sqlite' ? 2 : 1,
    async write(calls) {
      const readings = await store.tx(applyCounters, { ...input, ops: calls.flat() })
      let from = 0
      return calls.map(({ length }) => {
        const own = readings.slice(from, from + length)
        from += length
        return own
      })
    },
    // A store that is away is away for all. Anything else is about one row, and no matter of the others.
    apart: (error) => !isStorageError(error),
  })
}
