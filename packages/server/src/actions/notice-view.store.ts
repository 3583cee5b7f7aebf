import { defineQuery, type ReadDb } from '../storage/index.ts'
import type { AppealContent } from './appeals.store.ts'
import { linkHash, type NoticeContent } from './notices.store.ts'
import { appealPlace, noticePlace } from './places.ts'
import { type ColumnKey, openText } from './sealing.ts'

const rowsOf = defineQuery('actions.noticeOfLink', async ({ db }: ReadDb, link: { hash: Uint8Array; now: number }) => {
  const notice = await db
    .selectFrom('notice_links')
    .innerJoin('notices', 'notices.id', 'notice_links.notice')
    .selectAll('notices')
    .where('notice_links.hash', '=', link.hash)
    .where('notice_links.ends_at', '>', link.now)
    .where('notices.state', '<>', 'cancelled')
    .executeTakeFirst()
  if (notice === undefined) return undefined
  const appeal = await db.selectFrom('appeals').selectAll().where('notice', '=', notice.id).executeTakeFirst()
  return { notice, appeal }
})

/** Whether a link still stands whose notice was erased. One that was only taken back has no link any more. */
export const isErasedLink = defineQuery(
  'actions.isErasedLink',
  async ({ db }: ReadDb, link: { token: string; now: number }): Promise<boolean> => {
    const row = await db
      .selectFrom('notice_links')
      .leftJoin('notices', 'notices.id', 'notice_links.notice')
      .select('notices.id')
      .where('notice_links.hash', '=', linkHash(link.token))
      .where('notice_links.ends_at', '>', link.now)
      .executeTakeFirst()
    return row !== undefined && row.id === null
  },
)

/** A notice as its page shows it. No id of a person of the staff, no name. */
export interface NoticeView {
  readonly id: string
  readonly account: string
  readonly record: string
  readonly commitment: string
  readonly createdAt: number
  readonly appealUntil: number
  readonly isWithdrawn: boolean
  readonly content: NoticeContent
  readonly appeal: AppealView | null
}

export interface AppealView {
  readonly id: string
  readonly text: string
  readonly receivedAt: number
  readonly commitment: string
  readonly decided: {
    readonly at: number
    readonly outcome: 'upheld' | 'partly' | 'reversed'
    readonly reasons: { readonly language: string; readonly text: string }
  } | null
}

/** What a link opens. Undefined alike for a link that is unknown, altered, ended, or whose notice was taken back. */
export async function noticeOfLink(
  from: { store: { read: ReadOf }; columns: () => Promise<ColumnKey> },
  token: string,
  now: number,
): Promise<NoticeView | undefined> {
  const found = await from.store.read(rowsOf, { hash: linkHash(token), now })
  if (found === undefined) return undefined
  const { notice, appeal } = found
  const key = await from.columns()
  return {
    id: notice.id,
    account: notice.account,
    record: notice.record,
    commitment: notice.commitment,
    createdAt: notice.created_at,
    appealUntil: notice.appeal_until,
    isWithdrawn: notice.state === 'withdrawn',
    content: JSON.parse(openText(key, noticePlace(notice.id), notice.content)),
    appeal: appeal === undefined ? null : appealView(appeal, key),
  }
}

type ReadOf = import('../storage/index.ts').Store['read']
type AppealRow = NonNullable<NonNullable<Awaited<ReturnType<typeof rowsOf.run>>>['appeal']>

function appealView(row: AppealRow, key: ColumnKey): AppealView {
  const content: AppealContent = JSON.parse(openText(key, appealPlace(row.id, 'content'), row.content))
  const { answer, outcome, decided_at } = row
  const isDecided = answer !== null && outcome !== null && decided_at !== null
  return {
    id: row.id,
    text: content.text,
    receivedAt: row.received_at,
    commitment: row.commitment,
    decided: isDecided
      ? { at: decided_at, outcome, reasons: JSON.parse(openText(key, appealPlace(row.id, 'answer'), answer)) }
      : null,
  }
}

/** Account of a notice, for the keys of the record that an appeal against it writes. */
export const accountOfNotice = defineQuery('actions.accountOfNotice', async ({ db }: ReadDb, id: string) => {
  const row = await db.selectFrom('notices').select('account').where('id', '=', id).executeTakeFirst()
  return row?.account ?? null
})

/** The appeal that a case is about, sealed parts and all, for review. */
export const appealRow = defineQuery('actions.appeal', async ({ db }: ReadDb, id: string) => {
  const appeal = await db.selectFrom('appeals').selectAll().where('id', '=', id).executeTakeFirst()
  if (appeal === undefined) return undefined
  const notice = await db.selectFrom('notices').selectAll().where('id', '=', appeal.notice).executeTakeFirst()
  return notice === undefined ? undefined : { appeal, notice }
})

/** What the person wrote and the notice against which, for the reviewer of the appeal. */
export async function appealForReview(
  from: { store: { read: ReadOf }; columns: () => Promise<ColumnKey> },
  id: string,
): Promise<{ view: AppealView; account: string; decision: string; content: NoticeContent } | undefined> {
  const found = await from.store.read(appealRow, id)
  if (found === undefined) return undefined
  const key = await from.columns()
  const { appeal, notice } = found
  const content: NoticeContent = JSON.parse(openText(key, noticePlace(notice.id), notice.content))
  return { view: appealView(appeal, key), account: appeal.account, decision: appeal.decision, content }
}
