import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'
import { createNotice } from './notices.store.ts'
import { withheldPlace } from './places.ts'
import { type ColumnKey, openText, sealText } from './sealing.ts'
import type { ActionMeans, NoticeWish } from './wishes.ts'

/** The queue of the job that is due when the ground for waiting ends; its payload is `{ id }`. */
export const WITHHELD_QUEUE = 'review.withheld'

/** A notice that waits on a stated ground (rules.md §7.1, `withhold because … for …`). */
export interface WithheldWish {
  readonly notice: Omit<NoticeWish, 'notBefore'>
  readonly because: string
  /** When a person is asked, milliseconds since 1970. */
  readonly until: number
  /** What it is about, so that several of one item become one question. */
  readonly subject: string
}

type Content = Pick<WithheldWish, 'notice' | 'because'>

/** Keeps a notice back. At the end nothing is sent by itself: a person is asked. Part of the caller's transaction. */
export async function withholdNotice(tx: Tx, wish: WithheldWish, means: Pick<ActionMeans, 'columns'>): Promise<void> {
  const id = tx.fresh.id('wth')
  const { notice, because, until, subject } = wish
  const content: Content = { notice, because }
  await tx.db
    .insertInto('withheld_notices')
    .values({
      id,
      account: notice.account,
      decision: notice.decision,
      subject,
      content: sealText(means.columns, withheldPlace(id), tx.fresh.bytes(12), JSON.stringify(content)),
      state: 'withheld',
      until,
      case_number: null,
      created_at: tx.now,
      closed_at: null,
    })
    .execute()
  await wakeAt(tx, id, until)
}

const wakeAt = (tx: Tx, id: string, until: number): Promise<unknown> =>
  tx.jobs.enqueue({ queue: WITHHELD_QUEUE, once: `${id}.${until}`, runAt: until, payload: { id } })

/** A withheld notice whose time is over and about which nobody was asked yet; undefined for one that was told, dropped or extended. */
export async function withheldDue(
  { db, now }: Pick<Tx, 'db' | 'now'>,
  id: string,
): Promise<{ account: string; decision: string; subject: string } | undefined> {
  return db
    .selectFrom('withheld_notices')
    .select(['account', 'decision', 'subject'])
    .where('id', '=', id)
    .where('state', '=', 'withheld')
    .where('until', '<=', now)
    .executeTakeFirst()
}

/** From now on a case asks a person about it. */
export async function askAboutWithheld(tx: Tx, asked: { id: string; case: number }): Promise<void> {
  await tx.db
    .updateTable('withheld_notices')
    .set({ state: 'asked', case_number: asked.case })
    .where('id', '=', asked.id)
    .execute()
}

const rowsOf = (db: Tx['db'] | ReadDb['db'], caseNumber: number) =>
  db
    .selectFrom('withheld_notices')
    .selectAll()
    .where('case_number', '=', caseNumber)
    .where('state', '=', 'asked')
    .orderBy('created_at')
    .orderBy('id')
    .execute()

/** Tells every notice about which a case asks. Gives how many: none where their decisions were withdrawn meanwhile. */
export async function tellWithheld(tx: Tx, caseNumber: number, means: ActionMeans): Promise<number> {
  const rows = await rowsOf(tx.db, caseNumber)
  for (const row of rows) {
    const { notice } = contentOf(row, means.columns)
    await createNotice(tx, { ...notice, notBefore: tx.now }, means)
    await tx.db
      .updateTable('withheld_notices')
      .set({ state: 'told', closed_at: tx.now })
      .where('id', '=', row.id)
      .execute()
  }
  return rows.length
}

/** Lets every notice about which a case asks wait for longer; then it asks again. */
export async function extendWithheld(tx: Tx, extended: { case: number; until: number }): Promise<number> {
  const rows = await rowsOf(tx.db, extended.case)
  for (const { id } of rows) {
    await tx.db
      .updateTable('withheld_notices')
      .set({ state: 'withheld', until: extended.until, case_number: null })
      .where('id', '=', id)
      .execute()
    await wakeAt(tx, id, extended.until)
  }
  return rows.length
}

/** What a person who is asked needs to know. */
export interface WithheldView {
  readonly decision: string
  readonly text: string
  readonly policy: string
  readonly effects: readonly string[]
  readonly because: string
  readonly since: number
}

const askedRows = defineQuery('actions.withheldOfCase', ({ db }: ReadDb, caseNumber: number) => rowsOf(db, caseNumber))

/** The notices about which a case asks, for review. */
export async function withheldForReview(
  from: { store: { read: import('../storage/index.ts').Store['read'] }; columns: () => Promise<ColumnKey> },
  caseNumber: number,
): Promise<WithheldView[]> {
  const rows = await from.store.read(askedRows, caseNumber)
  const key = await from.columns()
  return rows.map((row) => {
    const { notice, because } = contentOf(row, key)
    const { decision, statement, policy, effects } = notice
    return { decision, text: statement.text, policy: policy.name, effects, because, since: row.created_at }
  })
}

const contentOf = (row: { id: string; content: Uint8Array }, key: ColumnKey): Content =>
  JSON.parse(openText(key, withheldPlace(row.id), row.content))
