import {
  type CounterSpec,
  eraseMember,
  move,
  partsOf,
  type Reading,
  read,
  sweepState,
  sweptAt,
  unpack,
} from '@lamplighter/rules/counters'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { countersFor, forget, found, keep, keptOf, rewrite, rowOf, rowsFor, type StoredOp } from './rows.store.ts'
import { type CountersTable, specOf } from './tables.ts'

export { fillCounters, lowerSince, type Standing, standingCounters } from './fill.store.ts'
export type { StoredOp } from './rows.store.ts'
export { schema } from './tables.ts'

/** Moves and reads counters in the order given, all or none (rules.md §8.5). A counter that is not there yet begins now. */
export const applyCounters = defineWork(
  'counters.apply',
  async (tx: Tx, input: { namespace: string; ops: readonly StoredOp[]; since?: number | null }): Promise<Reading[]> => {
    const counters = await countersFor(tx, input)
    const rows = await rowsFor(tx, input.ops, counters)
    const gone: string[] = []
    const readings = input.ops.map(({ counter: spec, key, move: by, readOnly, findable }) => {
      const { no, kept: noted } = found(counters, spec.id)
      const kept = { ...noted, swept: Math.max(noted.swept, findable) }
      const row = rowOf(rows, no, key, spec, gone)
      if (!readOnly) row.after = move(spec, row.after, by, kept)
      return read(spec, row.after, by.at, kept)
    })
    await forget(tx, gone)
    await keep(tx, [...rows.values()], new Map([...counters.values()].map(({ no, spec }) => [no, spec])))
    return readings
  },
  { urgent: true },
)

/** Begins to count what is not counted yet: from here on these counters see everything. */
export const beginCounters = defineWork(
  'counters.begin',
  async (tx: Tx, input: { namespace: string; specs: readonly CounterSpec[]; since?: number | null }): Promise<void> => {
    const ops = input.specs.map((counter) => ({ counter }))
    await countersFor(tx, { namespace: input.namespace, ops, ...(input.since !== undefined && { since: input.since }) })
  },
  { urgent: true },
)

export const allCounters = defineQuery(
  'counters.all',
  async ({ db }: ReadDb): Promise<CountersTable[]> => db.selectFrom('counters').selectAll().orderBy('no').execute(),
)

/** Of these counters, by identity, those that have not seen a whole window; one that nobody counts yet has seen nothing. */
export async function coldAmong(
  { db, now }: Pick<Tx | ReadDb, 'db' | 'now'>,
  namespace: string,
  specs: readonly Pick<CounterSpec, 'id' | 'over'>[],
): Promise<Set<string>> {
  const rows = await db.selectFrom('counters').select(['counter', 'since']).where('namespace', '=', namespace).execute()
  const warm = specs.filter(({ id, over }) => rows.some((row) => row.counter === id && (row.since ?? 0) <= now - over))
  return new Set(specs.map(({ id }) => id).filter((id) => warm.every((one) => one.id !== id)))
}

/** Forgets a namespace, or one counter of it. */
export const dropCounters = defineWork(
  'counters.drop',
  async (tx: Tx, input: { namespace: string; counter?: string }): Promise<void> => {
    const { namespace, counter } = input
    const which = tx.db.deleteFrom('counters').where('namespace', '=', namespace)
    await (counter === undefined ? which : which.where('counter', '=', counter)).execute()
  },
)

/** Notes up to when a counter is swept. Before anything goes: a reading never claims what may be gone. */
export const noteSwept = defineWork(
  'counters.note-swept',
  async (tx: Tx, input: { no: number; now: number }): Promise<void> => {
    const row = await tx.db.selectFrom('counters').selectAll().where('no', '=', input.no).executeTakeFirst()
    if (row === undefined) return
    const { swept } = sweptAt(specOf(row), keptOf(row), input.now)
    await tx.db.updateTable('counters').set({ swept }).where('no', '=', input.no).execute()
  },
)

/** Sweeps some rows of a counter; gives how many it looked at. */
export const sweepRows = defineWork(
  'counters.sweep',
  async (tx: Tx, input: { no: number; most: number }): Promise<number> => {
    const counter = await tx.db.selectFrom('counters').selectAll().where('no', '=', input.no).executeTakeFirst()
    if (counter?.swept == null) return 0
    const [spec, kept] = [specOf(counter), keptOf(counter)]
    const old = await tx.db
      .selectFrom('counter_rows')
      .selectAll()
      .where('no', '=', input.no)
      .where('oldest', '<=', counter.swept)
      .orderBy('oldest')
      .limit(input.most)
      .execute()
    for (const row of old) {
      const left = sweepState(unpack(row.state), kept, spec)
      if (left === undefined) await tx.db.deleteFrom('counter_rows').where('id', '=', row.id).execute()
      else await rewrite(tx, row.id, left, spec)
    }
    return old.length
  },
)

/**
 * Makes an entity nobody's in some rows of a counter, after the row `after`: rows that are its own go, and where it is a member a random
 * mark takes its place.
 *
 * @param names the entity as this counter may have kept it
 * @returns the last row looked at; undefined at the end
 */
export const eraseRows = defineWork(
  'counters.erase',
  async (
    tx: Tx,
    input: { no: number; type: string; names: readonly string[]; after: string; most: number },
  ): Promise<string | undefined> => {
    const counter = await tx.db.selectFrom('counters').selectAll().where('no', '=', input.no).executeTakeFirst()
    if (counter === undefined) return undefined
    const spec = specOf(counter)
    const rows = await tx.db
      .selectFrom('counter_rows')
      .selectAll()
      .where('no', '=', input.no)
      .where('id', '>', input.after)
      .orderBy('id')
      .limit(input.most)
      .execute()
    for (const row of rows) {
      const parts = partsOf(row.id.slice(row.id.indexOf(':') + 1), spec)
      if (parts.some((part, index) => spec.keys[index] === input.type && input.names.includes(part))) {
        await tx.db.deleteFrom('counter_rows').where('id', '=', row.id).execute()
      } else if (spec.member === input.type) {
        const before = unpack(row.state)
        const after = eraseMember(before, input.names, () => Buffer.from(tx.fresh.bytes(16)).toString('base64url'))
        if (after !== before) await rewrite(tx, row.id, after, spec)
      }
    }
    return rows.length < input.most ? undefined : rows.at(-1)?.id
  },
)
