import { AppError } from '../../http/errors.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { ListImportsTable } from './tables.ts'

/** Notes that a file is coming, before its first byte is kept. */
export const beginImport = defineWork(
  'imports.begin',
  async (tx: Tx, of: Pick<ListImportsTable, 'id' | 'list' | 'by' | 'live' | 'facts' | 'type'>): Promise<void> => {
    await tx.db
      .insertInto('list_imports')
      .values({
        ...of,
        ...{ state: 'arriving', at: tx.now, ended_at: null, sha256: '', rows: 0, bad: 0, bad_rows: '[]' },
        ...{ version: null, attempts: 0, failure: null },
      })
      .execute()
  },
)

/** The file is here, whole and checked: from now on it is imported, whatever happens to this process. */
export const fileArrived = defineWork(
  'imports.arrived',
  async (tx: Tx, of: Pick<ListImportsTable, 'id' | 'sha256' | 'rows' | 'bad' | 'bad_rows'>): Promise<void> => {
    const { id, ...columns } = of
    const done = await tx.db
      .updateTable('list_imports')
      .set({ ...columns, state: 'running' })
      .where('id', '=', id)
      .where('state', '=', 'arriving')
      .executeTakeFirst()
    tx.affect(done.numUpdatedRows, 1)
  },
)

/** The file was refused, or its sender hung up. */
export const forgetImport = defineWork('imports.forget', async (tx: Tx, id: string): Promise<void> => {
  await tx.db.deleteFrom('list_imports').where('id', '=', id).where('state', '=', 'arriving').execute()
})

/** Counts a try. @returns the row as it stands; undefined where it has ended */
export const tryImport = defineWork(
  'imports.try',
  async (tx: Tx, id: string): Promise<ListImportsTable | undefined> => {
    const row = await tx.db
      .updateTable('list_imports')
      .set((at) => ({ attempts: at('attempts', '+', 1) }))
      .where('id', '=', id)
      .where('state', '=', 'running')
      .returningAll()
      .executeTakeFirst()
    return row
  },
)

export const endImport = defineWork(
  'imports.end',
  async (tx: Tx, of: { id: string; failure: { code: string; detail: string } | null }): Promise<void> => {
    const failure = of.failure === null ? null : JSON.stringify(of.failure)
    await tx.db
      .updateTable('list_imports')
      .set({ state: failure === null ? 'done' : 'failed', ended_at: tx.now, failure })
      .where('id', '=', of.id)
      .where('state', '=', 'running')
      .execute()
  },
)

export const openImports = defineQuery(
  'imports.open',
  async ({ db }: ReadDb): Promise<ListImportsTable[]> =>
    db.selectFrom('list_imports').selectAll().where('ended_at', 'is', null).orderBy('id').execute(),
)

/** @throws AppError `not_found` */
export const oneImport = defineQuery(
  'imports.one',
  async ({ db }: ReadDb, of: { id: string; list: string }): Promise<ListImportsTable> => {
    const row = await db
      .selectFrom('list_imports')
      .selectAll()
      .where('id', '=', of.id)
      .where('list', '=', of.list)
      .executeTakeFirst()
    if (row === undefined) throw new AppError('not_found', 'There is no such import, or it is forgotten by now.')
    return row
  },
)
