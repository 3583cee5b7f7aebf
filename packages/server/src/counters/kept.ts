import { type CounterOp, type CounterStore, hashKey, hashMove } from '@lamplighter/rules/counters'
import type { Storage } from '../storage/index.ts'
import type { CounterNames } from './names.ts'
import {
  allCounters,
  beginCounters,
  dropCounters,
  eraseRows,
  fillCounters,
  noteSwept,
  type Standing,
  type StoredOp,
  sweepRows,
} from './store.ts'
import { specOf } from './tables.ts'
import { MOST_OPS, together } from './together.ts'

/** The namespace of the rules that run; shadow and trial share it (rules.md §6.4). */
export const LIVE = 'live'

/** Rows that one transaction looks at. */
const SLICE = 200

export interface KeptCounters extends CounterStore {
  apply(namespace: string, ops: readonly CounterOp[]): Promise<Awaited<ReturnType<CounterStore['apply']>>>
  /** Counters that begin now have seen everything from now on, or from `since` (milliseconds since 1970; null: from the beginning). */
  begin(namespace: string, specs: readonly CounterOp['counter'][], since?: number | null): Promise<void>
  /** Moves counters by past events, as far as they are counted as they were; gives no readings. */
  fill(namespace: string, ops: readonly CounterOp[], of: readonly Standing[]): Promise<void>
  /** Forgets all but these, by identity: what has not moved must not tell later that it has seen everything. */
  keepOnly(namespace: string, moving: ReadonlySet<string>): Promise<void>
}

/**
 * Counters in the database: every move is on disk before its reading is told. On both engines a key's row is moved inside one transaction,
 * so nothing is lost and nothing counted twice, whoever else counts.
 */
export function keptCounters(parts: {
  readonly storage: Pick<Storage, 'store'>
  readonly names: CounterNames
  readonly now: () => number
  /** What a counter has seen that begins by being moved; default: from that moment on. */
  readonly since?: number | null
}): KeptCounters {
  const { names, now } = parts
  const { store } = parts.storage
  const since = parts.since === undefined ? {} : { since: parts.since }
  const apply = together(store, since)
  const hashed = async (ops: readonly CounterOp[]): Promise<StoredOp[]> => {
    if (ops.length === 0) return []
    await names.ready(
      ops.map(({ counter }) => counter),
      now(),
    )
    return ops.map((op) => ({
      counter: op.counter,
      key: hashKey(op, names.hash),
      move: hashMove(op, names.hash),
      readOnly: op.readOnly === true,
      findable: names.findable(op.counter),
    }))
  }
  return {
    async begin(namespace, specs, from) {
      if (specs.length === 0) return
      await names.ready(specs, now())
      await store.tx(beginCounters, { namespace, specs, ...(from === undefined ? since : { since: from }) })
    },
    async keepOnly(namespace, moving) {
      for (const row of await store.read(allCounters, undefined)) {
        const gone = row.namespace === namespace && !moving.has(row.counter)
        if (gone) await store.tx(dropCounters, { namespace, counter: row.counter })
      }
    },
    async fill(namespace, ops, of) {
      const stored = await hashed(ops)
      for (let from = 0; from < stored.length; from += MOST_OPS)
        await store.tx(fillCounters, { namespace, ops: stored.slice(from, from + MOST_OPS), of })
    },
    async apply(namespace, ops) {
      const stored = await hashed(ops)
      // A batch of events that moves more than one transaction may is applied in parts, which each count once however often they come.
      const readings = []
      for (let from = 0; from < stored.length; from += MOST_OPS) {
        readings.push(...(await apply(namespace, stored.slice(from, from + MOST_OPS))))
      }
      return readings
    },
    async erase({ type, id }) {
      for (const row of await store.read(allCounters, undefined)) {
        const spec = specOf(row)
        if (spec.member !== type && !spec.keys.includes(type)) continue
        await names.ready([spec], now())
        const hashes = names.hash(spec, id).filter((name) => name !== undefined)
        for (let after: string | undefined = ''; after !== undefined; ) {
          after = await store.tx(eraseRows, { no: row.no, type, names: hashes, after, most: SLICE })
        }
      }
    },
    async drop(namespace, counter) {
      await store.tx(dropCounters, { namespace, ...(counter !== undefined && { counter }) })
    },
    async sweep(at) {
      for (const { no } of await store.read(allCounters, undefined)) {
        await store.tx(noteSwept, { no, now: at })
        while ((await store.tx(sweepRows, { no, most: SLICE })) === SLICE);
      }
      await names.forget(at)
    },
  }
}
