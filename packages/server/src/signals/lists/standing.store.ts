import { audit } from '../../audit/index.ts'
import { AppError } from '../../http/errors.ts'
import type { Doer } from '../../people/index.ts'
import { defineQuery, type ReadDb, type Tx } from '../../storage/index.ts'
import { PLATFORM, type Recorded, type RecordKeys, record } from '../../transparency/index.ts'
import type { Exception, Standing } from './entry-book.ts'
import type { EntryStandingTable } from './tables.ts'

// An engine takes only so many values in one statement.
const AT_ONCE = 100

export interface Expiry {
  readonly n: number
  readonly expiresAt: number | null
}

/** Notes until when new entries hold. Part of the transaction that stages them. */
export async function noteExpiries(tx: Tx, list: string, rows: readonly Expiry[]): Promise<void> {
  const ending = rows.filter(({ expiresAt }) => expiresAt !== null)
  for (let from = 0; from < ending.length; from += AT_ONCE) {
    const values = ending.slice(from, from + AT_ONCE).map(({ n, expiresAt }) => ({
      ...{ list, n, state: 'active' as const, until_at: null, expires_at: expiresAt },
      ...{ reason: null, by: null, second: null, changed_at: tx.now },
    }))
    await tx.db.insertInto('entry_standing').values(values).execute()
  }
}

/**
 * Lets entries that a source names again hold longer. Never shorter: a file that ends what is listed would take it out without the rails and
 * people that a removal needs.
 */
export async function extendExpiries(tx: Tx, list: string, rows: readonly Expiry[]): Promise<void> {
  if (rows.length === 0) return
  const ending = await tx.db
    .selectFrom('entry_standing')
    .select(['n', 'expires_at'])
    .where('list', '=', list)
    .where('expires_at', 'is not', null)
    .where(
      'n',
      'in',
      rows.map(({ n }) => n),
    )
    .execute()
  const wanted = new Map(rows.map(({ n, expiresAt }) => [n, expiresAt]))
  for (const { n, expires_at } of ending) {
    const expiresAt = wanted.get(n) ?? null
    if (expires_at === null || (expiresAt !== null && expiresAt <= expires_at)) continue
    await tx.db
      .updateTable('entry_standing')
      .set({ expires_at: expiresAt, changed_at: tx.now })
      .where('list', '=', list)
      .where('n', '=', n)
      .execute()
  }
  tx.hint('entries')
}

/** Works of several processes commit in another order than their clocks say. */
const OVERLAP_MS = 300_000

/** What changed since then, and what must not be missed before it. Without `since` all of it. */
export const standingSince = defineQuery(
  'entries.standing',
  async (
    { db }: ReadDb,
    { since }: { readonly since: number | null },
  ): Promise<{ standing: Standing[]; exceptions: Exception[]; newest: number }> => {
    const rows = await db
      .selectFrom('entry_standing')
      .select(['list', 'n', 'state', 'until_at', 'expires_at', 'changed_at'])
      .$if(since !== null, (query) => query.where('changed_at', '>=', (since ?? 0) - OVERLAP_MS))
      .execute()
    const exceptions = await db.selectFrom('exceptions').selectAll().where('ended_at', 'is', null).execute()
    return {
      standing: rows.map(({ list, n, state, until_at, expires_at }) => ({
        ...{ list, n, state, untilAt: until_at, expiresAt: expires_at },
      })),
      exceptions: exceptions.map(({ id, list, n, file_key, pdq, ends_at }) => ({
        ...{ id, list, n, fileKey: file_key, pdq, endsAt: ends_at },
      })),
      newest: rows.reduce((latest, row) => Math.max(latest, row.changed_at), since ?? 0),
    }
  },
)

/** @throws AppError `not_found` */
export async function listOf({ db }: Pick<Tx | ReadDb, 'db'>, id: string) {
  const row = await db.selectFrom('lists').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such list; see GET /v1/lists.')
  return row
}

/** @throws AppError `not_found` the running version of the list does not hold it */
export async function assertHeld({ db }: Pick<Tx | ReadDb, 'db'>, list: { id: string; version: number }, n: number) {
  const row = await db
    .selectFrom('list_entries')
    .select('n')
    .where('list', '=', list.id)
    .where('n', '=', n)
    .where('since', '<=', list.version)
    .where((is) => is.or([is('gone', 'is', null), is('gone', '>', list.version)]))
    .executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'The list has no entry of this number now.')
}

export async function standingOf(
  { db }: Pick<Tx | ReadDb, 'db'>,
  list: string,
  n: number,
): Promise<EntryStandingTable | undefined> {
  return db.selectFrom('entry_standing').selectAll().where('list', '=', list).where('n', '=', n).executeTakeFirst()
}

export type Stood = Pick<EntryStandingTable, 'state' | 'until_at' | 'reason' | 'by' | 'second'>

/** Says how an entry stands from now on. Its own expiry stays. */
export async function stand(tx: Tx, of: { readonly list: string; readonly n: number }, stood: Stood): Promise<void> {
  const columns = { ...stood, changed_at: tx.now }
  await tx.db
    .insertInto('entry_standing')
    .values({ ...of, ...columns, expires_at: null })
    .onConflict((conflict) => conflict.columns(['list', 'n']).doUpdateSet(columns))
    .execute()
  tx.hint('entries')
}

/** Leaf and line of an act on one entry: its number, never its value. */
export async function noteEntryAct(
  tx: Tx,
  act: {
    readonly list: string
    readonly n: number
    readonly from: string
    readonly to: string
    readonly reason: string
    readonly doer: Doer
    readonly by: string | null
    readonly second: string | null
  },
  keys: RecordKeys,
): Promise<Recorded> {
  const { list, n, from, to, by, second, doer, reason } = act
  const name = `list.${list}.entry.${n}`
  const recorded = await record(
    tx,
    { kind: 'setting', affected: PLATFORM, fields: { name, from, to, by, second, solo: false } },
    keys,
  )
  const { name: who, request, touch } = doer
  const object = `${list}/${n}`
  await audit(tx, { ...{ who, act: 'lists.entry', kind: 'entry', object, reason, request }, touch: touch ?? undefined })
  return recorded
}
