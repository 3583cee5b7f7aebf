import type { Reading } from '@lamplighter/rules/counters'
import { gather, isStorageError, type Store } from '../storage/index.ts'
import { applyCounters, type StoredOp } from './store.ts'

/** Ops of one transaction. */
export const MOST_OPS = 256

/** What a counter has seen that begins by being moved; default: from that moment on. */
export interface Since {
  readonly since?: number | null
}

/** How moves reach the database. */
export interface Line {
  /** Moves and reads, in the order of asking; on disk before it resolves. */
  apply(namespace: string, ops: readonly StoredOp[]): Promise<readonly Reading[]>
  /** Does something to the counters themselves or to their rows, while nothing moves. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** Notes up to when counters are swept. */
  sweeping(note: () => Promise<void>): Promise<void>
}

/**
 * Counters that several processes may move: each move is written into its row. Who asks at the same time shares a transaction, in the order of asking. So many events cost one commit, and two
 * callers who move one key do not collide on PostgreSQL.
 */
export function together(store: Store, since: Since): Line {
  const lines = new Map<string, (ops: readonly StoredOp[]) => Promise<readonly Reading[]>>()
  return {
    apply(namespace, ops) {
      const line = lines.get(namespace) ?? lineOf(store, { namespace, ...since })
      lines.set(namespace, line)
      return line(ops)
    },
    // A transaction is alone with the rows that it touches.
    alone: (work) => work(),
    sweeping: (note) => note(),
  }
}

function lineOf(store: Store, input: { readonly namespace: string; readonly since?: number | null }) {
  return gather({
    weigh: (ops: readonly StoredOp[]) => ops.length,
    most: MOST_OPS,
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
