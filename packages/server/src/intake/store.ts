import type { RecordedJson, ScreenAnswer } from '@lamplighter/api'
import type { ActionMeans } from '../actions/index.ts'
import { mediaFollowed } from '../evidence/index.ts'
import {
  type CaseSeed,
  type EvidenceSeed,
  laneOf,
  openCase,
  putEvidence,
  putReport,
  type ReportSeed,
} from '../review/index.ts'
import {
  defineQuery,
  defineSchema,
  defineWork,
  type Fence,
  type NewRecord,
  type ReadDb,
  type Span,
  type Tx,
} from '../storage/index.ts'
import { record } from '../transparency/index.ts'
import { type Ruling, settleRuling } from './settle.ts'

/** Intake keeps nothing of its own: events live in the stream until they are followed, ids in `seen`. */
export const schema = defineSchema({ subject: 'intake', steps: [], tables: {} })

/** An event with what the rules said of it. */
export interface Judged {
  readonly key: string
  readonly bodyHash: string
  readonly state: 'gated' | 'followed'
  readonly ruling: Ruling | null
  /** What a caller of the gate is answered, without `decision` and `recorded`. */
  readonly answer: Omit<ScreenAnswer, 'decision' | 'recorded' | 'repeat'>
  /** Goes on to follow. */
  readonly append: NewRecord | null
  readonly media: readonly string[]
}

export interface SettleInput {
  readonly events: readonly Judged[]
  readonly means: ActionMeans
  /** For follow: the offset moves with the results. */
  readonly advance?: { readonly batch: Span; readonly owner: Fence }
}

/** Writes what was judged. The same event again changes nothing and gets the first answer (platform.md §12). */
export const settleWork = defineWork(
  'intake.settle',
  async (tx: Tx, input: SettleInput): Promise<ScreenAnswer[]> => {
    const answers: ScreenAnswer[] = []
    for (const judged of input.events) answers.push(await settleOne(tx, judged, input.means))
    if (input.advance !== undefined) await tx.stream.advance(input.advance.batch, input.advance.owner)
    return answers
  },
  { urgent: true },
)

async function settleOne(tx: Tx, judged: Judged, means: ActionMeans): Promise<ScreenAnswer> {
  const before = await tx.db.selectFrom('seen').selectAll().where('event_key', '=', judged.key).executeTakeFirst()
  if (
    before !== undefined &&
    before.body_hash === judged.bodyHash &&
    (before.state === 'followed' || judged.state === 'gated')
  ) {
    return { ...(before.answer === null ? PLAIN : (JSON.parse(before.answer) as ScreenAnswer)), repeat: true }
  }
  const ruled = judged.ruling === null ? undefined : await settleRuling(tx, judged.ruling, means)
  const answer: ScreenAnswer = {
    ...judged.answer,
    ...(judged.ruling !== null && { decision: judged.ruling.id }),
    ...(ruled !== undefined && { recorded: ruled.recorded }),
  }
  const plain = answer.verdict === 'allow' && answer.effects.length === 0 && answer.unknown.length === 0
  await tx.db
    .insertInto('seen')
    .values({
      event_key: judged.key,
      body_hash: judged.bodyHash,
      at: tx.now,
      state: judged.state,
      answer: plain ? null : JSON.stringify(answer),
    })
    .onConflict((conflict) =>
      conflict.column('event_key').doUpdateSet({
        body_hash: judged.bodyHash,
        at: tx.now,
        state: judged.state,
        ...(plain && before?.body_hash === judged.bodyHash ? {} : { answer: plain ? null : JSON.stringify(answer) }),
      }),
    )
    .execute()
  if (judged.append === null) await mediaFollowed(tx, judged.media)
  else tx.stream.append([judged.append])
  return answer
}

const PLAIN: ScreenAnswer = { verdict: 'allow', effects: [], unknown: [], because: [] }

/** What an event was answered before, while its id is remembered. */
export const seenBefore = defineQuery(
  'intake.seen',
  async (
    { db }: ReadDb,
    key: string,
  ): Promise<{ bodyHash: string; state: 'gated' | 'followed'; answer: ScreenAnswer } | undefined> => {
    const row = await db.selectFrom('seen').selectAll().where('event_key', '=', key).executeTakeFirst()
    if (row === undefined) return undefined
    return {
      bodyHash: row.body_hash,
      state: row.state,
      answer: row.answer === null ? PLAIN : (JSON.parse(row.answer) as ScreenAnswer),
    }
  },
)

export interface ReportInput {
  readonly key: string
  readonly bodyHash: string
  readonly report: Omit<ReportSeed, 'record'>
  /** The case that a report without a rule opens or joins (decisions.md 7). */
  readonly seed: CaseSeed
  readonly evidence: EvidenceSeed
  readonly item: string | null
  readonly reporter: string
  readonly ruling: Ruling | null
  readonly means: ActionMeans
}

/** Accepts a user's report: record, case, report row and what rules add, in one transaction. The same report again changes nothing. */
export const reportWork = defineWork(
  'intake.report',
  async (tx: Tx, input: ReportInput): Promise<{ id: string; recorded: RecordedJson; case: number }> => {
    const before = await tx.db.selectFrom('seen').selectAll().where('event_key', '=', input.key).executeTakeFirst()
    if (before?.answer != null && before.body_hash === input.bodyHash) {
      return JSON.parse(before.answer) as { id: string; recorded: RecordedJson; case: number }
    }
    const recorded = await record(
      tx,
      {
        kind: 'report',
        affected: { kind: 'reporter', id: input.reporter },
        fields: {
          op: 'accepted',
          report: input.report.id,
          item: input.item,
          reason: input.report.harm,
          outcome: null,
          case: null,
          proof: null,
          code: null,
        },
      },
      input.means.record,
    )
    const { case: number } = await openCase(tx, input.seed)
    await putEvidence(tx, number, input.evidence)
    const report: ReportSeed = { ...input.report, record: recorded.record }
    await putReport(tx, number, report)
    if (input.ruling !== null) await settleRuling(tx, input.ruling, input.means)
    const answer = { id: input.report.id, recorded, case: number }
    const row = {
      event_key: input.key,
      body_hash: input.bodyHash,
      at: tx.now,
      state: 'followed' as const,
      answer: JSON.stringify(answer),
    }
    await tx.db
      .insertInto('seen')
      .values(row)
      .onConflict((conflict) => conflict.column('event_key').doUpdateSet(row))
      .execute()
    return answer
  },
  { urgent: true },
)

/** An event that our own code could not judge: a person hears of it, and the rest goes on (platform.md §7). */
export const unjudgedWork = defineWork('intake.unjudged', async (tx: Tx, input: { key: string }): Promise<number> => {
  const { case: number } = await openCase(tx, {
    lane: 'unscreened',
    dueAt: tx.now + laneOf('unscreened').dueMs,
    subject: { kind: 'gathered', key: `unjudged:${input.key}` },
    words: 'event that could not be judged',
    account: null,
  })
  return number
})
