import { AppError } from '../../http/errors.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { ExceptionsTable } from './tables.ts'

/** Exceptions, those that end first before the others; of all lists, or of one. */
export const exceptionRows = defineQuery(
  'entries.exceptions',
  async ({ db }: ReadDb, of: { readonly list?: string | undefined }): Promise<ExceptionsTable[]> =>
    db
      .selectFrom('exceptions')
      .selectAll()
      .$if(of.list !== undefined, (query) => query.where('list', '=', of.list ?? ''))
      .orderBy('ends_at')
      .orderBy('id')
      .limit(1_000)
      .execute(),
)

/** @throws AppError `not_found` */
export const oneException = defineQuery(
  'entries.exception',
  async ({ db }: ReadDb, { id }: { readonly id: string }): Promise<ExceptionsTable> => {
    const row = await db.selectFrom('exceptions').selectAll().where('id', '=', id).executeTakeFirst()
    if (row === undefined) throw new AppError('not_found', 'There is no such exception.')
    return row
  },
)

/** Adds up how often exceptions have silenced a hit. */
export const noteUses = defineWork(
  'entries.note-uses',
  async (
    tx: Tx,
    { uses }: { readonly uses: readonly { readonly id: string; readonly times: number; readonly at: number }[] },
  ): Promise<void> => {
    for (const { id, times, at } of uses) {
      await tx.db
        .updateTable('exceptions')
        .set((row) => ({ used: row('used', '+', times), used_at: at }))
        .where('id', '=', id)
        .execute()
    }
  },
)
