import { defineQuery, type ReadDb } from '../../storage/index.ts'
import type { ListsTable, ListVersionsTable } from '../tables.ts'
import { type Unmatched, unmatchedBySource } from './coverage.store.ts'
import { endOf } from './declaration.ts'
import { hotEntries } from './hot.store.ts'
import { besideRow, listRow } from './publish.store.ts'
import { type Reason, wordsOf } from './rails.ts'

export const allLists = defineQuery(
  'signals.lists',
  async ({ db }: ReadDb): Promise<ListsTable[]> => db.selectFrom('lists').selectAll().orderBy('id').execute(),
)

/** A list with the version that is staged or in trial. @throws AppError `not_found` */
export const oneList = defineQuery(
  'signals.one-list',
  async (from: ReadDb, id: string): Promise<{ row: ListsTable; beside: ListVersionsTable | undefined }> => ({
    row: await listRow(from, id),
    beside: await besideRow(from, id),
  }),
)

/** The versions that are staged or in trial, of all lists. */
export const besides = defineQuery(
  'signals.lists-beside',
  async ({ db }: ReadDb): Promise<ListVersionsTable[]> =>
    db.selectFrom('list_versions').selectAll().where('state', 'in', ['staged', 'trial']).orderBy('list').execute(),
)

export interface ListStand {
  readonly id: string
  readonly updatedAt: number | null
  readonly staleAfterMs: number | null
  readonly entries: number
  /** Hashes of its source that nothing here can match; null where nobody knows. */
  readonly unmatched: number | null
  /** Entries that are hot. */
  readonly hot: number
  /** When its licence is over. */
  readonly endsAt: number | null
  /** The version that waits for a person. */
  readonly staged: { readonly version: number; readonly why: readonly string[] } | null
}

/** How every list that is in force or may come to be stands: its age, what it holds, what waits. */
export const listAges = defineQuery('signals.list-ages', async (from: ReadDb): Promise<ListStand[]> => {
  const { db } = from
  const rows = await db.selectFrom('lists').selectAll().where('state', '!=', 'retired').orderBy('id').execute()
  const staged = await db.selectFrom('list_versions').selectAll().where('state', '=', 'staged').execute()
  const unmatched = await unmatchedBySource.run(from, undefined)
  const hot = await hotEntries.run(from, undefined)
  return rows.map((row) => {
    const waits = staged.find(({ list }) => list === row.id)
    return {
      ...{ id: row.id, updatedAt: row.updated_at, staleAfterMs: row.stale_after_ms, entries: row.entries },
      unmatched: unmatchedOf(row, unmatched),
      hot: hot.filter(({ list }) => list === row.id).length,
      endsAt: endOf(row) ?? null,
      staged:
        waits === undefined
          ? null
          : { version: waits.version, why: (JSON.parse(waits.reason) as Reason[]).map(wordsOf) },
    }
  })
})

/** A list that no exchange feeds holds one kind, and nothing else was named for it. */
function unmatchedOf({ exchange }: ListsTable, by: ReadonlyMap<string, Unmatched>): number | null {
  if (exchange === null) return 0
  const counts = by.get(exchange)
  return counts === undefined ? null : Object.values(counts).reduce((sum, count) => sum + count, 0)
}

/** The versions of a list, newest first. @throws AppError `not_found` */
export const listVersions = defineQuery(
  'signals.list-versions',
  async (from: ReadDb, list: string): Promise<ListVersionsTable[]> => {
    await listRow(from, list)
    return from.db.selectFrom('list_versions').selectAll().where('list', '=', list).orderBy('version', 'desc').execute()
  },
)
