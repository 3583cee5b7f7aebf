import {
  type CounterSpec,
  type CounterState,
  emptyState,
  type HashedKey,
  type Kept,
  type Move,
  pack,
  rowKey,
  unpack,
} from '@lamplighter/rules/counters'
import type { Tx } from '../storage/index.ts'
import { oldestIn } from './oldest.ts'
import { type CounterRowsTable, type CountersTable, specOf } from './tables.ts'

// How counters and the rows of their keys are read and written inside one transaction.

/** An op whose ids are hashed already: no plain id of a person reaches the database. */
export interface StoredOp {
  readonly counter: CounterSpec
  readonly key: HashedKey
  readonly move: Move
  readonly readOnly: boolean
  /** What is older may stand under a name whose key is gone: it counts as swept. Milliseconds since 1970. */
  readonly findable: number
}

/** Values of one `in (…)` (platform.md §5). */
const SET = 400

interface Row {
  readonly id: string
  /** Undefined: not there. */
  readonly before: CounterState | undefined
  after: CounterState
}

export interface Counting {
  readonly no: number
  readonly spec: CounterSpec
  readonly kept: Kept
}

export async function countersFor(
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
  return countingOf(known)
}

export const countingOf = (rows: readonly CountersTable[]): Map<string, Counting> =>
  new Map(rows.map((row) => [row.counter, { no: row.no, spec: specOf(row), kept: keptOf(row) }]))

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

export function keptOf({ since, swept }: Pick<CountersTable, 'since' | 'swept'>): Kept {
  return { since: since ?? Number.NEGATIVE_INFINITY, swept: swept ?? Number.NEGATIVE_INFINITY }
}

export function found(counters: ReadonlyMap<string, Counting>, id: string): Counting {
  const counter = counters.get(id)
  if (counter === undefined) throw new TypeError('a counter was not begun before it was moved')
  return counter
}

export async function rowsFor(
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
export function rowOf(rows: Map<string, Row>, no: number, key: HashedKey, spec: CounterSpec, gone: string[]): Row {
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

const idOf = (no: number, key: readonly string[]): string => `${no}:${rowKey(key)}`

export async function forget(tx: Tx, ids: readonly string[]): Promise<void> {
  for (const some of slices(ids)) await tx.db.deleteFrom('counter_rows').where('id', 'in', some).execute()
}

/** Writes what has changed; a row with nothing in it goes. */
export async function keep(tx: Tx, rows: readonly Row[], specs: ReadonlyMap<number, CounterSpec>): Promise<void> {
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

export async function rewrite(tx: Tx, id: string, state: CounterState, spec: CounterSpec): Promise<void> {
  await keep(
    tx,
    [{ id, before: emptyState(spec), after: state }],
    new Map([[Number(id.slice(0, id.indexOf(':'))), spec]]),
  )
}

function slices<T>(all: readonly T[]): T[][] {
  return Array.from({ length: Math.ceil(all.length / SET) }, (_, n) => all.slice(n * SET, (n + 1) * SET))
}
