import { sql } from 'kysely'
import { defineWork } from './define.ts'
import { StorageError } from './errors.ts'
import type { Kept, Schema } from './schema.ts'
import type { Store, Tx } from './seam.ts'

declare module './tables.ts' {
  interface Tables {
    retention_guard: { table_name: string }
  }
}

export interface RetentionRule {
  readonly subject: string
  readonly table: string
  readonly kept: Kept
}

/** The tables' declarations, and the only way to remove rows by age. */
export interface Retention {
  /** Of all tables, in the order of the modules: what Settings and the privacy page show. */
  readonly rules: readonly RetentionRule[]
  /**
   * Removes one slice of the rows whose time began before `before` and that nothing holds; returns how many, 0 when none is left.
   * Only tables that declare `from`.
   */
  removeSlice(table: string, before: number): Promise<number>
}

const SLICE_ROWS = 1_000

interface Slice {
  readonly table: string
  readonly from: string
  readonly unless: string | undefined
  readonly before: number
}

const removeSlice = defineWork('storage.retention.slice', async (tx: Tx, slice: Slice): Promise<number> => {
  const { db, engine } = tx
  // Opens the table's append-only triggers for this transaction: the row is gone again before the commit.
  await db
    .insertInto('retention_guard')
    .values({ table_name: slice.table })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  // The names and the condition come from declarations in our own code.
  const table = sql.id(slice.table)
  const from = sql.id(slice.from)
  const row = sql.raw(engine === 'sqlite' ? 'rowid' : 'ctid')
  const held = slice.unless === undefined ? sql`` : sql`and (${sql.raw(slice.unless)}) is not true`
  const removed = await sql`delete from ${table} where ${row} in
    (select ${row} from ${table} where ${from} < ${slice.before} ${held} order by ${from} limit ${sql.lit(SLICE_ROWS)})`.execute(
    db,
  )
  await db.deleteFrom('retention_guard').where('table_name', '=', slice.table).execute()
  return Number(removed.numAffectedRows ?? 0n)
})

/**
 * Lets `run` delete rows of append-only tables, within the caller's transaction. For erasing a person: the only reason beside age.
 */
export async function unguarded<T>(tx: Tx, tables: readonly string[], run: () => Promise<T>): Promise<T> {
  const rows = tables.map((table_name) => ({ table_name }))
  await tx.db
    .insertInto('retention_guard')
    .values(rows)
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const result = await run()
  await tx.db.deleteFrom('retention_guard').where('table_name', 'in', tables).execute()
  return result
}

export function makeRetention(store: Store, schemas: readonly Schema[]): Retention {
  const rules = schemas.flatMap(({ subject, tables }) =>
    Object.entries(tables).map(([table, { kept }]) => ({ subject, table, kept })),
  )
  return {
    rules,
    removeSlice(table, before) {
      const kept = rules.find((rule) => rule.table === table)?.kept
      if (kept === undefined || !('from' in kept)) {
        throw new StorageError('not_found', `table "${table}" declares no time after which its rows go`)
      }
      return store.tx(removeSlice, { table, from: kept.from, unless: kept.unless, before })
    },
  }
}
