import { type CounterOp, type CounterStore, hashKey, hashMove } from '@lamplighter/rules/counters'
import type { Storage } from '../storage/index.ts'
import { type JournalLimits, journaled } from './journal.ts'
import type { CounterNames } from './names.ts'
import { allCounters, beginCounters, dropCounters, eraseRows, noteSwept, type StoredOp, sweepRows } from './store.ts'
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
  /** Forgets all but these, by identity: what has not moved must not tell later that it has seen everything. */
  keepOnly(namespace: string, moving: ReadonlySet<string>): Promise<void>
}

/** Counters in the database: every move is on disk before its reading is told, nothing is lost and nothing counted twice. */
export function keptCounters(parts: {
  readonly storage: Pick<Storage, 'store'>
  readonly names: CounterNames
  readonly now: () => number
  /** What a counter has seen that begins by being moved; default: from that moment on. */
  readonly since?: number | null
  readonly journal?: Partial<JournalLimits>
}): KeptCounters {
  const { names, now } = parts
  const { store } = parts.storage
  const since = parts.since === undefined ? {} : { since: parts.since }
  // On SQLite this process owns them all; on PostgreSQL others may count beside it.
  const line = store.engine === 'sqlite' ? journaled(store, since, parts.journal) : together(store, since)
  return {
    async begin(namespace, specs, from) {
      if (specs.length === 0) return
      await names.ready(specs, now())
      const begun = { namespace, specs, ...(from === undefined ? since : { since: from }) }
      await line.alone(() => store.tx(beginCounters, begun))
    },
    async keepOnly(namespace, moving) {
      for (const row of await store.read(allCounters, undefined)) {
        const gone = row.namespace === namespace && !moving.has(row.counter)
        if (gone) await line.alone(() => store.tx(dropCounters, { namespace, counter: row.counter }))
      }
    },
    async apply(namespace, ops) {
      if (ops.length === 0) return []
      await names.ready(
        ops.map(({ counter }) => counter),
        now(),
      )
      const stored = ops.map(
        (op): StoredOp => ({
          counter: op.counter,
          key: hashKey(op, names.hash),
          move: hashMove(op, names.hash),
          readOnly: op.readOnly === true,
          findable: names.findable(op.counter),
        }),
      )
      // A batch of events that moves more than one transaction may is applied in parts, which each count once however often they come.
      const readings = []
      for (let from = 0; from < stored.length; from += MOST_OPS) {
        readings.push(...(await line.apply(namespace, stored.slice(from, from + MOST_OPS))))
      }
      return readings
    },
    async erase({ type, id }) {
      for (const row of await store.read(allCounters, undefined)) {
        const spec = specOf(row)
        if (spec.member !== type && !spec.keys.includes(type)) continue
        await names.ready([spec], now())
        const hashes = names.hash(spec, id).filter((name) => name !== undefined)
        const slice = { no: row.no, type, names: hashes, most: SLICE }
        for (let after: string | undefined = ''; after !== undefined; ) {
          const from: string = after
          after = await line.alone(() => store.tx(eraseRows, { ...slice, after: from }))
        }
      }
    },
    async drop(namespace, counter) {
      await line.alone(() => store.tx(dropCounters, { namespace, ...(counter !== undefined && { counter }) }))
    },
    async sweep(at) {
      await line.sweeping(() => store.tx(noteSwept, at))
      for (const { no } of await store.read(allCounters, undefined)) {
        while ((await store.tx(sweepRows, { no, most: SLICE })) === SLICE);
      }
      await names.forget(at)
    },
  }
}
