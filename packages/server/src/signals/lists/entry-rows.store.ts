import { AppError } from '../../http/errors.ts'
import { defineQuery, type ReadDb } from '../../storage/index.ts'
import type { EntryStandingTable } from './tables.ts'

/** The row of one entry, whichever version has it. @throws AppError `not_found` */
export const oneEntry = defineQuery('entries.one', async ({ db }: ReadDb, of: { list: string; n: number }) => {
  const row = await db
    .selectFrom('list_entries')
    .select(['n', 'fingerprint', 'body', 'sealed'])
    .where('list', '=', of.list)
    .where('n', '=', of.n)
    .executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'The list has no entry of this number.')
  return row
})

/** How some entries of a list stand. */
export const standingBetween = defineQuery(
  'entries.standing-between',
  async ({ db }: ReadDb, of: { list: string; from: number; to: number }): Promise<EntryStandingTable[]> =>
    db
      .selectFrom('entry_standing')
      .selectAll()
      .where('list', '=', of.list)
      .where('n', '>=', of.from)
      .where('n', '<=', of.to)
      .execute(),
)
