import { defineQuery, type ReadDb, type Tx } from '../../storage/index.ts'

/** The sum of a version's entries; undefined for versions that an earlier software made. */
export const sumOfVersion = defineQuery(
  'signals.version-sum',
  async ({ db }: ReadDb, of: { list: string; version: number }): Promise<Uint8Array | undefined> => {
    const row = await db
      .selectFrom('list_sums')
      .select('sum')
      .where('list', '=', of.list)
      .where('version', '=', of.version)
      .executeTakeFirst()
    return row?.sum
  },
)

export interface SummedRow {
  readonly n: number
  readonly fingerprint: string
  readonly since: number
  readonly gone: number | null
  readonly gone_before: number | null
  readonly changed_by: number | null
}

/** Rows that a change has touched, in slices by number: those that it brought (`since`), took away (`gone`), or treated otherwise than the version that waits (`changed_by`). */
export const touchedRows = defineQuery(
  'signals.touched-rows',
  async (
    { db }: ReadDb,
    of: { list: string; by: 'since' | 'gone' | 'changed_by'; version: number; after: number; max: number },
  ): Promise<SummedRow[]> =>
    db
      .selectFrom('list_entries')
      .select(['n', 'fingerprint', 'since', 'gone', 'gone_before', 'changed_by'])
      .where('list', '=', of.list)
      .where(of.by, '=', of.version)
      .where('n', '>', of.after)
      .orderBy('n')
      .limit(of.max)
      .execute(),
)

/** Keeps the sum of a version. Part of the transaction that makes the version. */
export async function keepSum({ db }: Tx, of: { list: string; version: number; sum: Uint8Array }): Promise<void> {
  await db
    .insertInto('list_sums')
    .values(of)
    .onConflict((conflict) => conflict.columns(['list', 'version']).doUpdateSet({ sum: of.sum }))
    .execute()
}

/** The version has another number from now on. */
export async function moveSum({ db }: Tx, of: { list: string; version: number; to: number }): Promise<void> {
  await db
    .updateTable('list_sums')
    .set({ version: of.to })
    .where('list', '=', of.list)
    .where('version', '=', of.version)
    .execute()
}
