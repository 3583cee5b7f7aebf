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

/** What is silent in a list, and of what somebody must be asked again. */
export interface EntryStand {
  readonly list: string
  readonly entries: number
  /** Exceptions that hold. */
  readonly exceptions: number
  /** Entries and exceptions that come back within 30 days, where nobody says again that they are silent. */
  readonly endSoon: number
}

const SOON_MS = 30 * 86_400_000

/** How much is silent, by list. */
export const entryStands = defineQuery('entries.stands', async ({ db }: ReadDb, at: number): Promise<EntryStand[]> => {
  const lists = await db.selectFrom('lists').select(['id', 'entries']).orderBy('id').execute()
  const exceptions = await db
    .selectFrom('exceptions')
    .select(['list', 'ends_at'])
    .where('ended_at', 'is', null)
    .where('ends_at', '>', at)
    .execute()
  const aside = await db
    .selectFrom('entry_standing')
    .select(['list', 'until_at'])
    .where('state', '=', 'aside')
    .where('until_at', '>', at)
    .where('until_at', '<=', at + SOON_MS)
    .execute()
  return lists.map(({ id, entries }) => {
    const own = exceptions.filter(({ list }) => list === id)
    const soon = own.filter(({ ends_at }) => ends_at <= at + SOON_MS).length
    const asideSoon = aside.filter(({ list }) => list === id).length
    return { list: id, entries, exceptions: own.length, endSoon: soon + asideSoon }
  })
})
