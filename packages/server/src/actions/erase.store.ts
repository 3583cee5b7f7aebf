import type { ReadDb, Tx } from '../storage/index.ts'
import { recordsUnder } from '../transparency/index.ts'
import { isOpen, type OutboxState } from './outbox-state.ts'

type From = Pick<Tx | ReadDb, 'db'>

/** A person as the tables of this subject know them. */
export interface Addressed {
  readonly account: string
  /** Their blinded names in the ledger. */
  readonly subjects: readonly string[]
}

const noticesOf = ({ db }: From, { account }: Addressed) =>
  db.selectFrom('notices').select('id').where('account', '=', account)
const actionsOf = ({ db }: From, { account }: Addressed) =>
  db.selectFrom('actions').select('id').where('account', '=', account)

/** Messages about a person, whoever they go to. */
async function lettersOf({ db }: From, who: Addressed): Promise<{ id: string; state: OutboxState }[]> {
  const keys = await orderKeys({ db }, who)
  return db
    .selectFrom('outbox')
    .select(['id', 'state'])
    .where((row) =>
      row.or([
        row('action', 'in', actionsOf({ db }, who)),
        row('notice', 'in', noticesOf({ db }, who)),
        row('order_key', 'in', keys),
        row('record', 'in', recordsUnder({ db }, who.subjects)),
      ]),
    )
    .execute()
}

async function orderKeys({ db }: From, { account }: Addressed): Promise<string[]> {
  const connections = await db.selectFrom('connections').select('id').execute()
  return [...connections.map(({ id }) => JSON.stringify([id, 'account', account])), '']
}

/** What is under way with a person: messages that have not arrived, appeals without an answer, notices that wait. */
export async function openDealings(
  { db }: From,
  who: Addressed,
): Promise<{ undelivered: number; appeals: number; withheld: number }> {
  const letters = await lettersOf({ db }, who)
  const appeals = await db
    .selectFrom('appeals')
    .select('id')
    .where('account', '=', who.account)
    .where('state', '=', 'received')
    .execute()
  const withheld = await db
    .selectFrom('withheld_notices')
    .select('id')
    .where('account', '=', who.account)
    .where('state', 'in', ['withheld', 'asked'])
    .execute()
  return {
    undelivered: letters.filter(({ state }) => isOpen(state)).length,
    appeals: appeals.length,
    withheld: withheld.length,
  }
}

/** How many notices a person got, and how often they appealed. */
export async function countDealings({ db }: From, who: Addressed): Promise<{ notices: number; appeals: number }> {
  const notices = await noticesOf({ db }, who).execute()
  const appeals = await db.selectFrom('appeals').select('id').where('account', '=', who.account).execute()
  return { notices: notices.length, appeals: appeals.length }
}

/**
 * Removes measures, messages, notices and appeals of a person. Links to their notices stay until they end: they open nothing, but their page
 * can say why. Part of the caller's transaction.
 */
export async function eraseDealings(tx: Tx, who: Addressed): Promise<{ notices: number }> {
  const { db } = tx
  const { account } = who
  const letters = (await lettersOf(tx, who)).map(({ id }) => id)
  for (let from = 0; from < letters.length; from += SET) {
    const some = letters.slice(from, from + SET)
    await db.deleteFrom('outbox_attempts').where('outbox', 'in', some).execute()
    await db.deleteFrom('outbox').where('id', 'in', some).execute()
  }
  await db
    .deleteFrom('outbox_orders')
    .where('order_key', 'in', await orderKeys(tx, who))
    .execute()
  await db.deleteFrom('appeals').where('account', '=', account).execute()
  await db.deleteFrom('withheld_notices').where('account', '=', account).execute()
  await db.deleteFrom('actions').where('account', '=', account).execute()
  const gone = await db.deleteFrom('notices').where('account', '=', account).executeTakeFirst()
  tx.hint('outbox')
  return { notices: Number(gone.numDeletedRows) }
}

/** Values of one `in (…)` (platform.md §5). */
const SET = 400

/** Every account that a row of this subject names. */
export async function peopleAddressed({ db }: From): Promise<string[]> {
  const asked = await db.selectFrom('actions').select('account as one').distinct().execute()
  const told = await db.selectFrom('notices').select('account as one').distinct().execute()
  const untold = await db.selectFrom('withheld_notices').select('account as one').distinct().execute()
  const appealed = await db.selectFrom('appeals').select('account as one').distinct().execute()
  return [...asked, ...told, ...untold, ...appealed].flatMap(({ one }) => one ?? [])
}
