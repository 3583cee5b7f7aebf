import { defineWork, type Tx } from '../../storage/index.ts'
import { PLATFORM, type RecordKeys, record } from '../../transparency/index.ts'
import type { ListsTable } from '../tables.ts'
import { endOf, termsOf } from './declaration.ts'
import { besideRow, endVersion } from './publish.store.ts'
import { erase } from './rows.store.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** What is removed can come back for so long, by going back to the version before. */
const KEPT_MS = DAY_MS
/** Where the terms say that what is withdrawn goes: as soon as every process has followed (matching.md §8.4). */
const PURGED_MS = 10 * MINUTE_MS
/** Numbers and times of what is erased. */
const NUMBERS_MS = 365 * DAY_MS

/** Takes out of force what is no longer licensed (matching.md §9.5). Gives the ids of the lists. */
export const retireEnded = defineWork('signals.retire-ended', async (tx: Tx, keys: RecordKeys): Promise<string[]> => {
  const rows = await tx.db.selectFrom('lists').selectAll().where('state', '=', 'live').execute()
  const ended = rows.filter((row) => (endOf(row) ?? Number.POSITIVE_INFINITY) <= tx.now)
  for (const row of ended) {
    const live = await tx.db
      .selectFrom('list_versions')
      .selectAll()
      .where('list', '=', row.id)
      .where('state', '=', 'live')
      .executeTakeFirst()
    const beside = await besideRow(tx, row.id)
    if (live !== undefined) await endVersion(tx, live, 'retired')
    if (beside !== undefined) await endVersion(tx, beside, 'dropped')
    await tx.db.updateTable('lists').set({ state: 'retired' }).where('id', '=', row.id).execute()
    const fields = {
      ...{ op: 'withdrawn' as const, list: row.id, version: `v${row.version}`, digest: row.digest },
      ...{ entries: row.entries, added: 0, removed: row.entries, source: row.source },
      ...{ by: null, second: null, device: false },
    }
    await record(tx, { kind: 'list', affected: PLATFORM, fields }, keys)
    tx.hint('lists')
  }
  return ended.map(({ id }) => id)
})

/**
 * Erases values of entries that are removed, and of lists that are retired, a slice at a time.
 *
 * @returns how many were erased; done when fewer than `max`
 */
export const eraseRemoved = defineWork(
  'signals.erase-removed',
  async (tx: Tx, input: { list: string; max: number }): Promise<number> => {
    const row = await tx.db.selectFrom('lists').selectAll().where('id', '=', input.list).executeTakeFirstOrThrow()
    const cutoff = tx.now - (termsOf(row).purge_within_h === undefined ? KEPT_MS : PURGED_MS)
    const upTo = await versionBefore(tx, row, cutoff)
    if (upTo === 0) return 0
    const removed = await tx.db
      .selectFrom('list_entries')
      .select('n')
      .where('list', '=', row.id)
      .where('fingerprint', 'not like', 'gone:%')
      .$if(row.state !== 'retired', (query) => query.where('gone', 'is not', null).where('gone', '<=', upTo))
      .limit(input.max)
      .execute()
    await erase(
      tx,
      row.id,
      removed.map(({ n }) => n),
    )
    if (removed.length > 0) await noteErased(tx, row, upTo)
    const old = await versionBefore(tx, row, tx.now - NUMBERS_MS)
    await tx.db
      .deleteFrom('list_entries')
      .where('list', '=', row.id)
      .where('fingerprint', 'like', 'gone:%')
      .where('gone', '<=', old)
      .execute()
    return removed.length
  },
)

/** The newest version that has run, or on a retired list has ended, since before an instant; 0 where none has. */
async function versionBefore(tx: Tx, row: ListsTable, before: number): Promise<number> {
  const found = await tx.db
    .selectFrom('list_versions')
    .select((at) => at.fn.max('version').as('version'))
    .where('list', '=', row.id)
    .where('version', '<=', row.version)
    .where(row.state === 'retired' ? 'ended_at' : 'live_at', '<=', before)
    .$if(row.state === 'retired', (query) => query.where('version', '=', row.version))
    .executeTakeFirst()
  return Number(found?.version ?? 0)
}

/** Versions that held what is erased cannot be gone back to. */
async function noteErased(tx: Tx, row: ListsTable, upTo: number): Promise<void> {
  await tx.db
    .updateTable('list_versions')
    .set({ purged_at: tx.now })
    .where('list', '=', row.id)
    .where('state', '=', 'retired')
    .where('purged_at', 'is', null)
    .where('version', row.state === 'retired' ? '<=' : '<', upTo)
    .execute()
}
