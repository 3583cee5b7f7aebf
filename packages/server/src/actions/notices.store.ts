import { createHash } from 'node:crypto'
import type { RecordedJson } from '@lamplighter/api'
import type { Tx } from '../storage/index.ts'
import { instantOf, record } from '../transparency/index.ts'
import { enqueue } from './enqueue.store.ts'
import { noticePlace } from './places.ts'
import { cancelRow, isUntried } from './request.store.ts'
import { sealText } from './sealing.ts'
import type { LetterType } from './tables.ts'
import { type ActionMeans, APPEAL_DAYS, DAY_MS, type NoticeWish } from './wishes.ts'

/** What the page of a notice shows. Sealed in the row. */
export interface NoticeContent
  extends Pick<
    NoticeWish,
    'item' | 'policy' | 'rule' | 'automated' | 'foundBy' | 'effects' | 'facts' | 'statement' | 'until'
  > {}

/**
 * Writes the statement of reasons (DSA Art. 17), its record and, for the platform, `notice.created` with the address of its page.
 *
 * @param means with the keys of the account
 */
export async function createNotice(
  tx: Tx,
  wish: NoticeWish,
  means: ActionMeans,
): Promise<{ notice: string; recorded: RecordedJson }> {
  const notice = tx.fresh.id('ntc')
  const appealUntil = wish.notBefore + (wish.appealUntilDays ?? APPEAL_DAYS) * DAY_MS
  const recorded = await record(
    tx,
    {
      kind: 'notice',
      affected: { kind: 'account', id: wish.account },
      fields: {
        notice,
        action: null,
        account: wish.account,
        text: sha256Hex(wish.statement.text),
        language: wish.statement.language,
        channel: 'platform',
        delivered: null,
        appealUntil: instantOf(appealUntil),
      },
    },
    means.record,
  )
  await tx.db
    .insertInto('notices')
    .values({
      id: notice,
      account: wish.account,
      decision: wish.decision,
      state: 'standing',
      content: sealText(means.columns, noticePlace(notice), tx.fresh.bytes(12), JSON.stringify(contentOf(wish))),
      took_part: JSON.stringify(wish.tookPart ?? []),
      record: recorded.record,
      commitment: recorded.commitment,
      appeal_until: appealUntil,
      created_at: tx.now,
    })
    .execute()
  const data = {
    notice,
    account: wish.account,
    item: wish.item,
    decision: wish.decision,
    policy: wish.policy,
    automated: wish.automated,
    effects: wish.effects,
    statement: { language: wish.statement.language, text: wish.statement.text },
    page: await newPage(tx, { notice, endsAt: appealUntil }, means),
    appealUntil: instantOf(appealUntil),
    recorded,
  }
  await tell(tx, { type: 'notice.created', data, recorded, notice, ...wish }, means)
  return { notice, recorded }
}

function contentOf(wish: NoticeWish): NoticeContent {
  const { item, policy, rule, automated, foundBy, effects, facts, statement, until } = wish
  return {
    item,
    policy,
    ...(rule === undefined ? {} : { rule }),
    automated,
    ...(foundBy === undefined ? {} : { foundBy }),
    effects,
    facts,
    statement,
    until,
  }
}

/** An address that opens this notice until it ends: 128 random bits, of which only a hash stays (security.md §4). */
export async function newPage(tx: Tx, link: { notice: string; endsAt: number }, means: ActionMeans): Promise<string> {
  const token = Buffer.from(tx.fresh.bytes(16)).toString('base64url')
  await tx.db
    .insertInto('notice_links')
    .values({ hash: linkHash(token), notice: link.notice, ends_at: link.endsAt })
    .execute()
  return `${means.site}/n/${token}`
}

export function linkHash(token: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(token).digest())
}

export const sha256Hex = (text: string): string => createHash('sha256').update(text).digest('hex')

export interface Telling {
  readonly type: Extract<LetterType, 'notice.created' | 'appeal.decided' | 'report.closed'>
  readonly data: object
  readonly recorded: RecordedJson
  /** Orders the message among those of one account; null where the row may not say who it is for. */
  readonly account: string | null
  readonly notice: string | null
  readonly decision: string | null
  readonly notBefore: number
}

/** Queues a message to a person. It goes to the oldest connection alone, so that nobody is told twice. */
export async function tell(tx: Tx, telling: Telling, means: ActionMeans): Promise<void> {
  const connection = await tx.db.selectFrom('connections').select('id').orderBy('id').limit(1).executeTakeFirst()
  if (connection === undefined) return
  const { type, data, recorded, account, notice, decision, notBefore } = telling
  const rest = { do: null, item: null, action: null, family: null, withdraws: null }
  await enqueue(
    tx,
    { connection: connection.id, type, data, recorded, account, notice, decision, notBefore, ...rest },
    means,
  )
}

/** Takes back the notices of a decision that was undone before anybody was told; their pages close. */
export async function cancelNotice(
  tx: Tx,
  { decision }: { decision: string },
  means: Pick<ActionMeans, 'record'>,
): Promise<{ cancelled: number; left: number }> {
  const notices = await tx.db
    .selectFrom('notices')
    .select('id')
    .where('decision', '=', decision)
    .where('state', '=', 'standing')
    .execute()
  let cancelled = 0
  for (const { id } of notices) {
    const rows = await tx.db.selectFrom('outbox').select(['id', 'state', 'attempts']).where('notice', '=', id).execute()
    if (!rows.every(isUntried)) continue
    for (const row of rows) await cancelRow(tx, row.id, { by: 'undo', why: 'undone in time' }, means)
    await tx.db.updateTable('notices').set({ state: 'cancelled' }).where('id', '=', id).execute()
    await tx.db.deleteFrom('notice_links').where('notice', '=', id).execute()
    cancelled++
  }
  return { cancelled, left: notices.length - cancelled }
}

/**
 * Marks the notices of a decision that was reversed: their pages say so from now on, and there is nothing left to appeal against. One that
 * was withheld until now is never told.
 */
export async function withdrawNotice(tx: Tx, { decision }: { decision: string }): Promise<void> {
  await tx.db
    .updateTable('withheld_notices')
    .set({ state: 'dropped', closed_at: tx.now })
    .where('decision', '=', decision)
    .where('state', 'in', ['withheld', 'asked'])
    .execute()
  await tx.db
    .updateTable('notices')
    .set({ state: 'withdrawn' })
    .where('decision', '=', decision)
    .where('state', '=', 'standing')
    .execute()
}

/** Tells a reporter how the report ended. `recorded`: of the act that closed it. */
export async function tellReportClosed(
  tx: Tx,
  closed: {
    readonly report: string
    readonly reporter: string
    readonly outcome: string
    readonly recorded: RecordedJson
    readonly notBefore: number
  },
  means: ActionMeans,
): Promise<void> {
  const { report, reporter, outcome, recorded, notBefore } = closed
  const data = { report, account: reporter, outcome, recorded }
  await tell(
    tx,
    // Without the reporter: the row's place in line would keep who it was in clear.
    { type: 'report.closed', data, recorded, account: null, notice: null, decision: null, notBefore },
    means,
  )
}
