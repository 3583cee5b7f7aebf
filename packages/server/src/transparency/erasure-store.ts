import { defineQuery, defineWork } from '../storage/define.ts'
import type { ReadDb, Tx } from '../storage/seam.ts'
import { PLATFORM } from './acts.ts'
import { type RecordKeys, record } from './record.ts'
import type { Ground } from './tables.ts'

// One opening holds the list, and an opening must stay small enough to be read at once.
const RUN_INDICES = 1_000
const GONE = { state: 'destroyed', kind: null, at: null, sealed: null, promise: null, due_at: null } as const

/**
 * Destroys the content of every record that is sealed under these keys. Id, log, index and commitment stay: 32 octets under a secret that no
 * longer exists. The keys themselves are destroyed after the commit (`endKeys`).
 */
export const destroyUnderKeys = defineWork(
  'transparency.destroyPerson',
  async (tx: Tx, input: { subject: string; ground: Ground; keys: RecordKeys }): Promise<{ records: number }> => {
    const live = await tx.db
      .updateTable('ledger_person_keys')
      .set({ destroyed_at: tx.now, ground: input.ground })
      .where('subject', '=', input.subject)
      .where('destroyed_at', 'is', null)
      .returning('key_id')
      .execute()
    if (live.length === 0) return { records: 0 }
    const keyIds = live.map((row) => row.key_id)
    const gone = await tx.db
      .updateTable('ledger_records')
      .set(GONE)
      .where('person_key', 'in', keyIds)
      .where('state', '=', 'live')
      .executeTakeFirst()
    await nameErased(tx, input.keys)
    return { records: Number(gone.numUpdatedRows) }
  },
)

/**
 * Ids of the records that were sealed under keys of these blinded persons, also of destroyed ones: by them a subject finds its rows about a
 * person that name nobody. A subquery.
 */
export const recordsUnder = ({ db }: Pick<Tx | ReadDb, 'db'>, subjects: readonly string[]) =>
  db
    .selectFrom('ledger_records')
    .innerJoin('ledger_person_keys', 'ledger_person_keys.key_id', 'ledger_records.person_key')
    .select('ledger_records.id')
    .where('ledger_person_keys.subject', 'in', [...subjects])

/** Destroys what has been kept long enough; at most 1,000 records a run. */
export const destroyOld = defineWork(
  'transparency.retain',
  async (tx: Tx, input: { keys: RecordKeys }): Promise<{ records: number }> => {
    const old = await tx.db
      .selectFrom('ledger_records')
      .select('id')
      .where('state', '=', 'live')
      .where('keep_until', '<', tx.now)
      .where('leaf_index', 'is not', null)
      .limit(RUN_INDICES)
      .execute()
    if (old.length === 0) return { records: 0 }
    const ids = old.map((row) => row.id)
    await tx.db.updateTable('ledger_records').set(GONE).where('id', 'in', ids).execute()
    await nameErased(tx, input.keys)
    return { records: ids.length }
  },
)

/** Names what was erased before it had its place in the log. */
export const nameLateErased = defineWork(
  'transparency.nameErased',
  (tx: Tx, input: { keys: RecordKeys }): Promise<void> => nameErased(tx, input.keys),
)

/**
 * Writes an `erasure` entry for every destroyed record that has an index and is named in no run yet: so each index is in exactly one, and
 * an auditor can tell destroyed from withheld.
 */
async function nameErased(tx: Tx, keys: RecordKeys): Promise<void> {
  const rows = await tx.db
    .selectFrom('ledger_records')
    .leftJoin('ledger_person_keys', 'ledger_person_keys.key_id', 'ledger_records.person_key')
    .select(['ledger_records.id', 'ledger_records.leaf_index', 'ledger_person_keys.ground'])
    .where('state', '=', 'destroyed')
    .where('run', 'is', null)
    .where('leaf_index', 'is not', null)
    .orderBy('leaf_index')
    .execute()
  const byGround = Map.groupBy(rows, (row) => row.ground ?? 'retention')
  for (const [ground, erased] of byGround) {
    for (let at = 0; at < erased.length; at += RUN_INDICES) {
      await nameRun(tx, { ground, erased: erased.slice(at, at + RUN_INDICES), keys })
    }
  }
}

async function nameRun(
  tx: Tx,
  input: { ground: Ground; erased: readonly { id: string; leaf_index: number | null }[]; keys: RecordKeys },
): Promise<void> {
  const { ground, erased } = input
  const run = tx.fresh.id('era')
  const indices = erased.map((row) => String(row.leaf_index))
  const fields = { run, openings: bandOf(erased.length), ground, indices }
  const { record: entry } = await record(tx, { kind: 'erasure', affected: PLATFORM, fields }, input.keys)
  const ids = erased.map((row) => row.id)
  await tx.db.updateTable('ledger_records').set({ run }).where('id', 'in', ids).execute()
  const row = { run, ground, indices: JSON.stringify(indices), record: entry, at: tx.now }
  await tx.db.insertInto('ledger_erasures').values(row).execute()
}

/** A count only as far as its digits: 1–9, 10–99, 100–999, … */
export function bandOf(count: number): string {
  const low = 10 ** (String(count).length - 1)
  return `${low}–${low * 10 - 1}`
}

export const keysToEnd = defineQuery('transparency.keysToEnd', async ({ db }: ReadDb, _: null): Promise<string[]> => {
  const rows = await db
    .selectFrom('ledger_person_keys')
    .select('key_id')
    .where('destroyed_at', 'is not', null)
    .where('ended_at', 'is', null)
    .execute()
  return rows.map((row) => row.key_id)
})

export const keysEnded = defineWork('transparency.keysEnded', async (tx: Tx, ids: readonly string[]): Promise<void> => {
  await tx.db.updateTable('ledger_person_keys').set({ ended_at: tx.now }).where('key_id', 'in', ids).execute()
})
