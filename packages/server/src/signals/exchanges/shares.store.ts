import { AppError } from '../../http/errors.ts'
import { staffById, staffLabel } from '../../people/index.ts'
import { finalStateOf } from '../../review/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { RecordKeys } from '../../transparency/index.ts'
import { termsOf } from '../lists/declaration.ts'
import { stateAt } from '../lists/entry-book.ts'
import { assertChildSafety } from '../lists/entry-checks.store.ts'
import { assertHeld, listOf, standingOf } from '../lists/standing.store.ts'
import type { EntryRow } from '../store.ts'
import type { ListsTable } from '../tables.ts'
import { exchangeRow } from './pulls.store.ts'
import { enqueuePush, type NewPush, noted, pushOf, type TellWish } from './pushes.store.ts'
import type { ExchangePushesTable, PushState } from './tables.ts'

export type ShareWish = Omit<TellWish, 'decision'>

/**
 * An own entry that may leave, as far as its list says.
 *
 * @throws AppError `not_found` · `terms` · `conflict` it is not an own entry that counts, or the exchange is not one for its harm
 */
export const shareable = defineQuery(
  'exchanges.shareable',
  (from: ReadDb, wish: ShareWish): Promise<{ list: ListsTable; entry: EntryRow }> => assertShareable(from, wish),
)

async function assertShareable(
  from: Pick<Tx | ReadDb, 'db' | 'now'>,
  { exchange, list: id, n }: ShareWish,
): Promise<{ list: ListsTable; entry: EntryRow }> {
  const { db } = from
  await exchangeRow(from, exchange)
  const list = await listOf(from, id)
  if (list.exchange !== null)
    throw new AppError('conflict', 'What came from an exchange is not handed in to one; hand in entries of your own.')
  // What the terms do not say never leaves (matching.md §9.6).
  if (!termsOf(list).share) throw new AppError('terms', 'The terms of this list do not allow its entries to be shared.')
  const fed = await db.selectFrom('lists').select('harm').where('exchange', '=', exchange).execute()
  if (!fed.some(({ harm }) => harm === list.harm))
    throw new AppError('conflict', `This exchange feeds no list against ${list.harm}; it is for another harm.`)
  await assertHeld(from, list, n)
  const standing = await standingOf(from, id, n)
  const state =
    standing === undefined
      ? 'active'
      : stateAt({ ...standing, untilAt: standing.until_at, expiresAt: standing.expires_at }, from.now)
  if (state !== 'active') throw new AppError('conflict', `The entry is ${state}; only one that counts is handed in.`)
  const entry = await db
    .selectFrom('list_entries')
    .select(['n', 'fingerprint', 'body', 'sealed'])
    .where('list', '=', id)
    .where('n', '=', n)
    .executeTakeFirstOrThrow()
  return { list, entry }
}

/** @throws AppError `not_found` · `conflict` */
async function assertUpheld(from: Pick<Tx | ReadDb, 'db' | 'now'>, decision: string): Promise<void> {
  const state = await finalStateOf(from, decision)
  if (state === 'upheld') return
  const words = { open: 'can still be undone', over: 'was undone or reversed', none: 'found nothing wrong' }
  throw new AppError('conflict', `The decision that the entry rests on ${words[state]}.`)
}

export type NewShare = Omit<NewPush, 'act'>

/** Writes a share: on a sealed list it waits for a second person, else it goes to its job. Asked for before, it is the one that was. */
export const writeShare = defineWork(
  'exchanges.write-share',
  async (tx: Tx, share: NewShare): Promise<{ id: string; state: PushState }> => {
    const { exchange, list: id, n, decision } = share
    const known = await pushOf(tx, { ...share, act: 'share' })
    if (known !== undefined && known.state !== 'parked' && known.state !== 'cancelled')
      return { id: known.id, state: known.state }
    const { list } = await assertShareable(tx, share)
    await assertUpheld(tx, decision)
    if (known !== undefined) await tx.db.deleteFrom('exchange_pushes').where('id', '=', known.id).execute()
    const state = list.sealed === 1 ? 'asked' : 'waiting'
    const record = state === 'asked' ? '' : await noted(tx, { ...share, act: 'share' })
    await tx.db
      .insertInto('exchange_pushes')
      .values({
        ...{ id: share.id, exchange, list: id, n, decision, act: 'share', body: share.body, state, intent_at: null },
        ...{ fails: 0, why: null, by: share.by, second: null, remote: null, record },
        ...{ created_at: tx.now, closed_at: null },
      })
      .execute()
    if (state === 'waiting') await enqueuePush(tx, share)
    tx.hint('exchanges')
    return { id: share.id, state }
  },
)

/**
 * Agrees that a hash of a sealed list is handed in.
 *
 * @throws AppError `not_found` · `conflict` · `terms` · `second_person_required` · `forbidden`
 */
export const agreeToShare = defineWork(
  'exchanges.agree-to-share',
  async (
    tx: Tx,
    input: { id: string; digest: string; staff: string | null; number: string | null; keys: RecordKeys },
  ): Promise<{ id: string; state: PushState }> => {
    const { staff, number, digest, keys } = input
    const row = await askedShare(tx, input.id)
    if (staff === null) throw new AppError('forbidden', 'A person agrees, signed in by name.')
    if (row.by === staff)
      throw new AppError('second_person_required', 'Nobody agrees to what they have asked for; ask a colleague.')
    await assertChildSafety(tx, [row.by, staff])
    await assertShareable(tx, row)
    await assertUpheld(tx, row.decision)
    const asker = row.by === 'operator' ? null : staffLabel((await staffById(tx, row.by)).number)
    const record = await noted(tx, { ...row, digest, number: asker, second: number, keys })
    await tx.db
      .updateTable('exchange_pushes')
      .set({ state: 'waiting', second: staff, record })
      .where('id', '=', row.id)
      .execute()
    await enqueuePush(tx, row)
    return { id: row.id, state: 'waiting' }
  },
)

/** Takes back, or refuses, what waits for a second person. @throws AppError `not_found` · `conflict` */
export const withdrawShare = defineWork(
  'exchanges.withdraw-share',
  async (tx: Tx, id: string): Promise<{ id: string; state: PushState }> => {
    const row = await askedShare(tx, id)
    await tx.db
      .updateTable('exchange_pushes')
      .set({ state: 'cancelled', why: null, body: new Uint8Array(), closed_at: tx.now })
      .where('id', '=', row.id)
      .execute()
    tx.hint('exchanges')
    return { id: row.id, state: 'cancelled' }
  },
)

async function askedShare({ db }: Tx, id: string): Promise<ExchangePushesTable> {
  const row = await db.selectFrom('exchange_pushes').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined || row.act !== 'share')
    throw new AppError('not_found', 'Nothing of this id waits for a person.')
  if (row.state !== 'asked') throw new AppError('conflict', 'It waits for nobody any more; look at the case again.')
  return row
}
