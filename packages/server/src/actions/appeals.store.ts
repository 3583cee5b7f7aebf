import type { CaseTitle, RecordedJson } from '@lamplighter/api'
import type { Tx } from '../storage/index.ts'
import { record } from '../transparency/index.ts'
import { ActionsError } from './errors.ts'
import { newPage, sha256Hex, tell } from './notices.store.ts'
import { appealPlace } from './places.ts'
import { sealText } from './sealing.ts'
import { type ActionMeans, APPEAL_DAYS, DAY_MS } from './wishes.ts'

/** What this subject asks of review: a case for somebody who took no part. */
export type OpenCase = (
  tx: Tx,
  seed: {
    lane: string
    dueAt: number
    subject: { kind: 'appeal'; key: string }
    title: CaseTitle
    account: string | null
    exclude: readonly string[]
    ref: string
    /** The decision or verdict in question. */
    decision: string
  },
) => Promise<{ case: number; joined: boolean }>

export interface NewAppeal {
  readonly notice: string
  readonly text: string
  readonly attachments?: readonly string[]
  readonly contact?: string
  /** Hash of the form's one-time number; absent for the platform's call, which has an idempotency key. */
  readonly formNumber?: Uint8Array
}

/** What the person wrote. Sealed in the row. */
export interface AppealContent {
  readonly text: string
  readonly attachments: readonly string[]
  readonly contact: string | null
}

/** By when an appeal should be answered. */
const dueMs = 7 * DAY_MS

/**
 * Takes an appeal: its row, its record, and a case that nobody who took part in the decision may decide. The page and the interface both
 * end here.
 *
 * @throws ActionsError `not_found` no such notice · `gone` the time is over · `already_decided` appealed before, or withdrawn meanwhile ·
 *   `conflict` the form was sent before
 */
export async function receiveAppeal(
  tx: Tx,
  appeal: NewAppeal,
  by: { means: ActionMeans; openCase: OpenCase },
): Promise<{ id: string; recorded: RecordedJson; case: number }> {
  const notice = await openNotice(tx, appeal.notice)
  if (appeal.formNumber !== undefined) await useFormNumber(tx, appeal.formNumber)
  const id = tx.fresh.id('apl')
  const recorded = await record(
    tx,
    {
      kind: 'appeal',
      affected: { kind: 'account', id: notice.account },
      fields: { op: 'received', appeal: id, of: notice.id, outcome: null, reasons: null, by: null },
    },
    by.means.record,
  )
  const opened = await by.openCase(tx, {
    lane: 'appeals',
    dueAt: tx.now + dueMs,
    subject: { kind: 'appeal', key: id },
    title: { what: 'appeal' },
    account: notice.account,
    exclude: JSON.parse(notice.took_part),
    ref: id,
    decision: notice.decision,
  })
  const content: AppealContent = {
    text: appeal.text,
    attachments: appeal.attachments ?? [],
    contact: appeal.contact ?? null,
  }
  const place = appealPlace(id, 'content')
  await tx.db
    .insertInto('appeals')
    .values({
      id,
      notice: notice.id,
      account: notice.account,
      decision: notice.decision,
      case_number: opened.case,
      state: 'received',
      outcome: null,
      content: sealText(by.means.columns, place, tx.fresh.bytes(12), JSON.stringify(content)),
      answer: null,
      record: recorded.record,
      commitment: recorded.commitment,
      received_at: tx.now,
      decided_at: null,
    })
    .execute()
  // The person must be able to read the answer, however long it takes.
  const endsAt = Math.max(notice.appeal_until, tx.now + APPEAL_DAYS * DAY_MS)
  await tx.db.updateTable('notice_links').set({ ends_at: endsAt }).where('notice', '=', notice.id).execute()
  return { id, recorded, case: opened.case }
}

async function openNotice(tx: Tx, id: string) {
  const notice = await tx.db.selectFrom('notices').selectAll().where('id', '=', id).executeTakeFirst()
  if (notice === undefined || notice.state === 'cancelled')
    throw new ActionsError('not_found', 'there is no such notice')
  const earlier = await tx.db.selectFrom('appeals').select('id').where('notice', '=', id).executeTakeFirst()
  if (earlier !== undefined)
    throw new ActionsError('already_decided', 'an appeal against this notice was received already')
  if (notice.state === 'withdrawn') throw new ActionsError('already_decided', 'the decision was withdrawn already')
  if (notice.appeal_until < tx.now) throw new ActionsError('gone', 'the time for an appeal against this notice is over')
  return notice
}

async function useFormNumber(tx: Tx, hash: Uint8Array): Promise<void> {
  const done = await tx.db
    .insertInto('used_form_numbers')
    .values({ hash, used_at: tx.now })
    .onConflict((on) => on.doNothing())
    .executeTakeFirst()
  if (done.numInsertedOrUpdatedRows !== 1n)
    throw new ActionsError('conflict', 'this form was sent before; open it anew')
}

export interface DecidedAppeal {
  readonly appeal: string
  readonly outcome: 'upheld' | 'partly' | 'reversed'
  readonly reasons: { readonly language: string; readonly text: string }
  /** Number of the person who decided, as `R-7`; it goes into the ledger and nowhere else. */
  readonly by: string
  readonly notBefore: number
}

/**
 * Writes the answer to an appeal, its record, and `appeal.decided` for the platform. What follows for the decision itself is
 * `withdrawActions`, in the same transaction.
 *
 * @throws ActionsError `not_found` · `already_decided`
 */
export async function tellAppealDecided(
  tx: Tx,
  decided: DecidedAppeal,
  means: ActionMeans,
): Promise<{ recorded: RecordedJson }> {
  const appeal = await tx.db.selectFrom('appeals').selectAll().where('id', '=', decided.appeal).executeTakeFirst()
  if (appeal === undefined) throw new ActionsError('not_found', 'there is no such appeal')
  if (appeal.state === 'decided') throw new ActionsError('already_decided', 'this appeal was decided already')
  const { outcome, reasons } = decided
  const fields = { op: 'decided', appeal: appeal.id, of: appeal.notice, outcome, by: decided.by } as const
  const recorded = await record(
    tx,
    {
      kind: 'appeal',
      affected: { kind: 'account', id: appeal.account },
      fields: { ...fields, reasons: sha256Hex(reasons.text) },
    },
    means.record,
  )
  const answer = sealText(means.columns, appealPlace(appeal.id, 'answer'), tx.fresh.bytes(12), JSON.stringify(reasons))
  await tx.db
    .updateTable('appeals')
    .set({ state: 'decided', outcome, answer, decided_at: tx.now })
    .where('id', '=', appeal.id)
    .execute()
  const endsAt = tx.now + APPEAL_DAYS * DAY_MS
  await tx.db.updateTable('notice_links').set({ ends_at: endsAt }).where('notice', '=', appeal.notice).execute()
  const page = await newPage(tx, { notice: appeal.notice, endsAt }, means)
  const { id, notice, account, decision } = appeal
  const data = { appeal: id, notice, account, decision, outcome, reasons, page, recorded }
  const { notBefore } = decided
  await tell(tx, { type: 'appeal.decided', data, recorded, account, notice, decision, notBefore }, means)
  return { recorded }
}
