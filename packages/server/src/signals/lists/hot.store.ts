import { defineQuery, type ReadDb, type Tx } from '../../storage/index.ts'
import { HOT_MS } from './tables.ts'

/** An entry that hits something of more different people is looked at: abuse goes viral, and so does a poisoned entry (matching.md §9.4). */
const HOT_ABOVE = 20
/** While an entry stays hot that is written so often, not with every hit: else all of them would wait for one row. */
const AGAIN_MS = 3_600_000

export interface HotEntry {
  readonly list: string
  readonly n: number
  readonly untilAt: number
}

/** Notes whether an entry that has just hit something is hot by that. Part of the caller's transaction. */
export async function noteHot(tx: Tx, { list, n }: Pick<HotEntry, 'list' | 'n'>): Promise<void> {
  const known = await tx.db
    .selectFrom('hot_entries')
    .select('until_at')
    .where('list', '=', list)
    .where('n', '=', n)
    .executeTakeFirst()
  if (known !== undefined && known.until_at > tx.now + HOT_MS - AGAIN_MS) return
  const people = await tx.db
    .selectFrom('entry_uploaders')
    .select('who')
    .where('list', '=', list)
    .where('n', '=', n)
    .where('at', '>', tx.now - HOT_MS)
    .limit(HOT_ABOVE + 1)
    .execute()
  if (people.length <= HOT_ABOVE) return
  const until_at = tx.now + HOT_MS
  await tx.db
    .insertInto('hot_entries')
    .values({ list, n, until_at })
    .onConflict((conflict) => conflict.columns(['list', 'n']).doUpdateSet({ until_at }))
    .execute()
  // Every process says so of its next hits.
  tx.hint('entries')
}

/** The entries that are hot now, of all lists. */
export const hotEntries = defineQuery('entries.hot', async ({ db, now }: ReadDb): Promise<HotEntry[]> => {
  const rows = await db.selectFrom('hot_entries').selectAll().where('until_at', '>', now).execute()
  return rows.map(({ list, n, until_at: untilAt }) => ({ list, n, untilAt }))
})
