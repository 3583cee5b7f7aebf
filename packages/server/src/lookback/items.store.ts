import { presentSettings } from '../settings/store.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import type { LookBackItemsTable } from './tables.ts'

// What is kept of public media that nothing flagged, sealed under keys of the hours in which it came.

export const HOUR_MS = 3_600_000

/** An item as it is written, with the versions of lists that it was judged by. */
export type Kept = Omit<LookBackItemsTable, 'told'> & { readonly versions: Readonly<Record<string, number>> }

/** Hours for which is looked back, as the database says it now; 0 while it is off. */
export async function hoursNow(from: Pick<ReadDb, 'db'>): Promise<number> {
  const value = (await presentSettings.run(from as ReadDb, undefined))['lookback.hours']
  return value === undefined ? 0 : Number(JSON.parse(value))
}

/** The earliest hour of which anything may still be there. Rounded up: nothing is kept for longer than was chosen. */
export const firstHour = (now: number, hours: number): number => Math.ceil((now - hours * HOUR_MS) / HOUR_MS) * HOUR_MS

/**
 * Keeps an item, unless look-back was switched off meanwhile or its time is over. A list whose newer version was already looked up is looked
 * back with once more: this item was judged by an older one. Part of the caller's transaction.
 */
export async function keepItem(tx: Tx, { versions, ...row }: Kept): Promise<void> {
  const hours = await hoursNow(tx)
  if (hours === 0 || row.hour < firstHour(tx.now, hours)) return
  await tx.db
    .insertInto('lookback_items')
    .values({ ...row, told: '[]' })
    .execute()
  const known = new Map(
    (await tx.db.selectFrom('lookback_lists').selectAll().execute()).map((one) => [one.list, one] as const),
  )
  for (const [list, version] of Object.entries(versions)) {
    const at = known.get(list)
    if (at === undefined) await tx.db.insertInto('lookback_lists').values(startOf(list, version)).execute()
    else if (at.target !== null && version < at.target && at.again === 0)
      await tx.db.updateTable('lookback_lists').set({ again: 1 }).where('list', '=', list).execute()
    else if (at.target === null && version < at.version)
      await tx.db.updateTable('lookback_lists').set({ version }).where('list', '=', list).execute()
  }
}

/** A list that nothing is new of beyond this version. */
export const startOf = (list: string, version: number) => ({
  ...{ list, version, target: null, done_version: version, done_n: 0, item: '', again: 0 },
})

/** Items behind one, in the order of their ids, of these hours only. */
export const itemsAfter = defineQuery(
  'lookback.items',
  async (
    { db }: ReadDb,
    { after, hour, most }: { after: string; hour: number; most: number },
  ): Promise<LookBackItemsTable[]> =>
    db
      .selectFrom('lookback_items')
      .selectAll()
      .where('id', '>', after)
      .where('hour', '>=', hour)
      .orderBy('id')
      .limit(most)
      .execute(),
)

const SLICE = 500

/** Removes some of the items of hours before this one; gives how many. */
export const removeItems = defineWork(
  'lookback.remove',
  async ({ db }: Tx, { before }: { before: number }): Promise<number> => {
    const old = db.selectFrom('lookback_items').select('id').where('hour', '<', before).orderBy('hour').limit(SLICE)
    const gone = await db.deleteFrom('lookback_items').where('id', 'in', old).executeTakeFirst()
    return Number(gone.numDeletedRows)
  },
)

/** Removes the items of somebody, by the names that the hours give them. */
export const eraseItems = defineWork('lookback.erase', async ({ db }: Tx, names: readonly string[]): Promise<void> => {
  await db
    .deleteFrom('lookback_items')
    .where('who', 'in', [...names])
    .execute()
})

/** How much is kept now. */
export const itemCount = defineQuery('lookback.count', async ({ db }: ReadDb): Promise<number> => {
  const row = await db
    .selectFrom('lookback_items')
    .select(({ fn }) => fn.countAll().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
})
