import { defineQuery, type ReadDb } from '../../storage/index.ts'
import type { ListsTable, ListVersionsTable } from '../tables.ts'
import { besideRow, listRow } from './publish.store.ts'

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

/** When each list was last replaced, how old it may become, and how much it holds. */
export const listAges = defineQuery(
  'signals.list-ages',
  async ({ db }): Promise<{ id: string; updatedAt: number | null; staleAfterMs: number | null; entries: number }[]> =>
    db
      .selectFrom('lists')
      .select(['id', 'updated_at as updatedAt', 'stale_after_ms as staleAfterMs', 'entries'])
      .where('state', '!=', 'retired')
      .orderBy('id')
      .execute(),
)

/** The versions of a list, newest first. @throws AppError `not_found` */
export const listVersions = defineQuery(
  'signals.list-versions',
  async (from: ReadDb, list: string): Promise<ListVersionsTable[]> => {
    await listRow(from, list)
    return from.db.selectFrom('list_versions').selectAll().where('list', '=', list).orderBy('version', 'desc').execute()
  },
)
