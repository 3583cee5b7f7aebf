import { defineQuery, type ReadDb, type Tx } from '../../storage/index.ts'

export type Unmatched = Readonly<Record<string, number>>

/**
 * Notes which hashes of a whole pull nothing here can match. Part of the transaction that ends the pull. A pull that names everything takes the
 * place of what was counted before; one that names changes adds to it, and says nothing where nobody knows what was before.
 */
export async function noteUnmatched(
  tx: Tx,
  { exchange, unmatched, everything }: { exchange: string; unmatched: Unmatched; everything: boolean },
): Promise<void> {
  const before = await tx.db
    .selectFrom('source_coverage')
    .selectAll()
    .where('exchange', '=', exchange)
    .executeTakeFirst()
  if (before === undefined && !everything) return
  const counts = new Map(Object.entries(everything ? {} : unmatchedIn(before?.unmatched ?? '{}')))
  for (const [kind, count] of Object.entries(unmatched)) counts.set(kind, (counts.get(kind) ?? 0) + count)
  const row = { unmatched: JSON.stringify(Object.fromEntries(counts)), at: tx.now }
  await tx.db
    .insertInto('source_coverage')
    .values({ exchange, ...row })
    .onConflict((conflict) => conflict.column('exchange').doUpdateSet(row))
    .execute()
}

/** What nothing here can match, by exchange. */
export const unmatchedBySource = defineQuery(
  'lists.coverage',
  async ({ db }: ReadDb): Promise<ReadonlyMap<string, Unmatched>> => {
    const rows = await db.selectFrom('source_coverage').selectAll().execute()
    return new Map(rows.map(({ exchange, unmatched }) => [exchange, unmatchedIn(unmatched)]))
  },
)

const unmatchedIn = (json: string): Unmatched => JSON.parse(json)
