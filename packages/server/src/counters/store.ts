import {
  type CounterSpec,
  type CounterState,
  emptyState,
  eraseMember,
  type HashedKey,
  type Move,
  move,
  pack,
  partsOf,
  type Reading,
  read,
  sweepState,
  sweptAt,
  unpack,
} from '@lamplighter/rules/counters'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type Counting, countingOf, idOf, keptOf } from './counting.ts'
import { oldestIn } from './oldest.ts'
import { slices } from './slices.ts'
import { type CounterRowsTable, type CountersTable, specOf } from './tables.ts'

export { appendJournal } from './journal.store.ts'
export { schema } from './tables.ts'

/** An op whose ids are hashed already: no plain id of a person reaches the database. */
export interface StoredOp {
  readonly counter: CounterSpec
  readonly key: HashedKey
  readonly move: Move
  readonly readOnly: boolean
  /** What is older may stand under a name whose key is gone: it counts as swept. Milliseconds since 1970. */
  readonly findable: number
}

interface Row {
  readonly id: string
  /** Undefined: not there. */
  readonly before: CounterState | undefined
  after: CounterState
}

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

/** Notes up to when counters are swept. Before anything goes: a reading never claims what may be gone. */
export const noteSwept = defineWork('counters.note-swept', async (tx: Tx, now: number): Promise<void> => {
  for (const row of await tx.db.selectFrom('counters').selectAll().execute()) {
    const { swept } = sweptAt(specOf(row), keptOf(row), now)
    await tx.db.updateTable('counters').set({ swept }).where('no', '=', row.no).execute()
  }
})

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

async function countersFor(
  tx: Tx,
  input: { namespace: string; ops: readonly { counter: CounterSpec }[]; since?: number | null },
): Promise<Map<string, Counting>> {
  const specs = new Map(input.ops.map(({ counter }) => [counter.id, counter]))
  const known = await tx.db
    .selectFrom('counters')
    .selectAll()
    .where('namespace', '=', input.namespace)
    .where('counter', 'in', [...specs.keys()])
    .execute()
  for (const { counter } of known) specs.delete(counter)
  if (specs.size > 0) known.push(...(await begin(tx, input.namespace, [...specs.values()], input.since)))
  return new Map(known.map((row) => [row.counter, countingOf(row)]))
}

async function begin(
  tx: Tx,
  namespace: string,
  specs: readonly CounterSpec[],
  since: number | null = tx.now,
): Promise<CountersTable[]> {
  const last = await tx.db.selectFrom('counters').select('no').orderBy('no', 'desc').limit(1).executeTakeFirst()
  const rows = specs.map(
    (spec, place): CountersTable => ({
      no: (last?.no ?? 0) + 1 + place,
      namespace,
      counter: spec.id,
      spec: JSON.stringify(spec),
      since,
      swept: null,
    }),
  )
  await tx.db.insertInto('counters').values(rows).execute()
  return rows
}

function found(counters: ReadonlyMap<string, Counting>, id: string): Counting {
  const counter = counters.get(id)
  if (counter === undefined) throw new TypeError('a counter was not begun before it was moved')
  return counter
}

async function rowsFor(
  tx: Tx,
  ops: readonly StoredOp[],
  counters: ReadonlyMap<string, Counting>,
): Promise<Map<string, Row>> {
  const ids = new Set(
    ops.flatMap(({ counter, key }) => {
      const { no } = found(counters, counter.id)
      return [key.now, ...(key.last === undefined ? [] : [key.last])].map((parts) => idOf(no, parts))
    }),
  )
  const rows = new Map<string, Row>()
  for (const some of slices([...ids])) {
    const there = await tx.db.selectFrom('counter_rows').select(['id', 'state']).where('id', 'in', some).execute()
    for (const { id, state } of there) {
      const before = unpack(state)
      rows.set(id, { id, before, after: before })
    }
  }
  return rows
}

/** The row of a key. One that still stands under the hash of the last key moves to the new one. */
function rowOf(rows: Map<string, Row>, no: number, key: HashedKey, spec: CounterSpec, gone: string[]): Row {
  const id = idOf(no, key.now)
  const there = rows.get(id)
  if (there !== undefined) return there
  const lastId = key.last === undefined ? undefined : idOf(no, key.last)
  const last = lastId === undefined ? undefined : rows.get(lastId)
  if (last !== undefined && lastId !== undefined) {
    rows.delete(lastId)
    gone.push(lastId)
  }
  const row: Row = { id, before: undefined, after: last?.after ?? emptyState(spec) }
  rows.set(id, row)
  return row
}

async function forget(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const some of slices(ids)) await tx.db.deleteFrom('counter_rows').where('id', 'in', some).execute()
}

/** Writes what has changed; a row with nothing in it goes. */
async function keep(tx: Tx, rows: readonly Row[], specs: ReadonlyMap<number, CounterSpec>): Promise<void> {
  const values: CounterRowsTable[] = []
  const empty: string[] = []
  for (const { id, before, after } of rows) {
    const no = Number(id.slice(0, id.indexOf(':')))
    const spec = specs.get(no)
    if (spec === undefined || before === after) continue
    const oldest = oldestIn(after, spec)
    if (oldest !== undefined) values.push({ id, no, oldest, state: pack(after) })
    else if (before !== undefined) empty.push(id)
  }
  await forget(tx, empty)
  for (const some of slices(values)) {
    await tx.db
      .insertInto('counter_rows')
      .values(some)
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((row) => ({
          oldest: row.ref('excluded.oldest'),
          state: row.ref('excluded.state'),
        })),
      )
      .execute()
  }
}

async function rewrite(tx: Tx, id: string, state: CounterState, spec: CounterSpec): Promise<void> {
  await keep(
    tx,
    [{ id, before: emptyState(spec), after: state }],
    new Map([[Number(id.slice(0, id.indexOf(':'))), spec]]),
  )
}
