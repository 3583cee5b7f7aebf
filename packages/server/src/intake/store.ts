import type { RecordedJson, ScreenAnswer } from '@lamplighter/api'
import { type ActionMeans, bringForward, cancelUnsent } from '../actions/index.ts'
import { type ExhibitSeed, keepExhibit, mediaFollowed } from '../evidence/index.ts'
import { type Kept, keepItem } from '../lookback/index.ts'
import { appendTraces, type Trace, type Tray } from '../replay/index.ts'
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
  type Chunk,
  defineQuery,
  defineSchema,
  defineWork,
  type Fence,
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
  /** Follow goes on with what the gate has judged; without this an event that the gate judged meanwhile is a repeat. */
  readonly gated: boolean
  readonly ruling: Ruling | null
  /** The gate's verdict that holds the item for a while, when follow can tell: its timed release never comes, or comes now. */
  readonly hold: { readonly decision: string; readonly end: 'never' | 'now' } | null
  /** What a caller of the gate is answered, without `decision` and `recorded`. */
  readonly answer: Omit<ScreenAnswer, 'decision' | 'recorded' | 'repeat'>
  /** Goes on to follow. */
  readonly append: readonly Chunk[] | null
  readonly media: readonly string[]
  /** What the replay log keeps of it; null in the gate, and where nothing is kept. */
  readonly trace: Trace | null
  /** What look-back keeps of it, where nothing flagged it. */
  readonly kept?: Kept
}

export interface SettleInput {
  readonly events: readonly Judged[]
  readonly means: ActionMeans
  /** For follow: the offset moves with the results. */
  readonly advance?: { readonly batch: Span; readonly owner: Fence }
  /** What the traces of these events lie in. */
  readonly tray?: Tray
}

/** Writes what was judged. The same event again changes nothing and gets the first answer (platform.md §12). */
export const settleWork = defineWork(
  'intake.settle',
  async (tx: Tx, input: SettleInput): Promise<ScreenAnswer[]> => {
    const answers: ScreenAnswer[] = []
    for (const judged of input.events) answers.push(await settleOne(tx, judged, input.means))
    // An event that was told before is one past event, not two.
    const fresh = input.events.filter((_, place) => answers[place]?.repeat !== true)
    if (input.tray !== undefined) await appendTraces(tx, input.tray, tracesOf(fresh))
    if (input.advance !== undefined) await tx.stream.advance(input.advance.batch, input.advance.owner)
    return answers
  },
  { urgent: true },
)

const tracesOf = (events: readonly Pick<Judged, 'trace'>[]): Trace[] =>
  events.flatMap(({ trace }) => (trace === null ? [] : [trace]))

async function settleOne(tx: Tx, judged: Judged, means: ActionMeans): Promise<ScreenAnswer> {
  const before = await tx.db.selectFrom('seen').selectAll().where('event_key', '=', judged.key).executeTakeFirst()
  const first = before?.body_hash === judged.bodyHash ? answerIn(before) : undefined
  if (first !== undefined && (before?.state === 'followed' || !judged.gated)) return { ...first, repeat: true }
  const ruled = judged.ruling === null ? undefined : await settleRuling(tx, judged.ruling, means)
  await endHold(tx, judged.hold, means)
  const answer: ScreenAnswer = {
    ...judged.answer,
    ...(judged.ruling !== null && { decision: judged.ruling.id }),
    ...(ruled !== undefined && { recorded: ruled.recorded }),
  }
  const kept = first === undefined || isStronger(answer, first) ? answer : first
  const isPlain = kept.verdict === 'allow' && kept.effects.length === 0 && kept.unknown.length === 0
  const plain = isPlain && kept.off === undefined
  await tx.db
    .insertInto('seen')
    .values({
      event_key: judged.key,
      body_hash: judged.bodyHash,
      at: tx.now,
      state: judged.state,
      answer: plain ? null : JSON.stringify(kept),
    })
    .onConflict((conflict) =>
      conflict.column('event_key').doUpdateSet((row) => ({
        body_hash: row.ref('excluded.body_hash'),
        at: row.ref('excluded.at'),
        state: row.ref('excluded.state'),
        answer: row.ref('excluded.answer'),
      })),
    )
    .execute()
  const isFlagged = judged.ruling !== null || first?.decision !== undefined
  if (judged.kept !== undefined && !isFlagged) await keepItem(tx, judged.kept)
  if (judged.append === null) await mediaFollowed(tx, judged.media)
  else tx.stream.append(judged.append)
  return answer
}

const PLAIN: ScreenAnswer = { verdict: 'allow', effects: [], unknown: [], because: [] }

const answerIn = (row: { readonly answer: string | null }): ScreenAnswer =>
  row.answer === null ? PLAIN : (JSON.parse(row.answer) as ScreenAnswer)

// Whoever asks again after follow has found more must not be told the weaker word of the gate.
const isStronger = (answer: ScreenAnswer, first: ScreenAnswer): boolean =>
  VERDICTS.indexOf(answer.verdict) > VERDICTS.indexOf(first.verdict)

const VERDICTS: readonly ScreenAnswer['verdict'][] = ['allow', 'limit', 'hold', 'block']

// Only the release that waits is touched: whatever else the gate asked for rests on rules that had fired.
async function endHold(tx: Tx, hold: Judged['hold'], means: ActionMeans): Promise<void> {
  if (hold === null) return
  const release = { decision: hold.decision, do: 'release' as const }
  if (hold.end === 'never') await cancelUnsent(tx, release, means)
  else await bringForward(tx, release)
}

/** What an event was answered before, while its id is remembered. */
export const seenBefore = defineQuery(
  'intake.seen',
  async (
    { db }: ReadDb,
    key: string,
  ): Promise<{ bodyHash: string; state: 'gated' | 'followed'; answer: ScreenAnswer } | undefined> => {
    const row = await db.selectFrom('seen').selectAll().where('event_key', '=', key).executeTakeFirst()
    if (row === undefined) return undefined
    return { bodyHash: row.body_hash, state: row.state, answer: answerIn(row) }
  },
)

export interface ReportInput {
  readonly key: string
  readonly bodyHash: string
  readonly report: Omit<ReportSeed, 'record'>
  /** The case that a report without a rule opens or joins (decisions.md 7). */
  readonly seed: CaseSeed
  readonly evidence: EvidenceSeed
  readonly exhibits: readonly ExhibitSeed[]
  readonly item: string | null
  readonly reporter: string
  readonly ruling: Ruling | null
  readonly means: ActionMeans
  readonly logged: { readonly tray: Tray; readonly trace: Trace } | null
}

interface TakenReport {
  readonly id: string
  readonly recorded: RecordedJson
  readonly case: number
}

// The gate's answer about an event of kind `report` lies in the same place; it has no id.
function takenBefore(answer: string | null): TakenReport | undefined {
  const parsed = answer === null ? undefined : (JSON.parse(answer) as Partial<TakenReport>)
  return parsed?.id === undefined ? undefined : (parsed as TakenReport)
}

/** Accepts a user's report: record, case, report row and what rules add, in one transaction. The same report again changes nothing. */
export const reportWork = defineWork(
  'intake.report',
  async (tx: Tx, input: ReportInput): Promise<TakenReport> => {
    const before = await tx.db.selectFrom('seen').selectAll().where('event_key', '=', input.key).executeTakeFirst()
    const taken = before?.state === 'followed' ? takenBefore(before.answer) : undefined
    if (taken !== undefined && before?.body_hash === input.bodyHash) return taken
    // Another body under the same id is a new word on the same report.
    const id = taken?.id ?? input.report.id
    const recorded = await record(
      tx,
      {
        kind: 'report',
        affected: { kind: 'reporter', id: input.reporter },
        fields: {
          op: 'accepted',
          report: id,
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
    for (const exhibit of input.exhibits) await keepExhibit(tx, number, exhibit)
    await putReport(tx, number, { ...input.report, record: recorded.record })
    if (input.ruling !== null) await settleRuling(tx, input.ruling, input.means)
    if (input.logged !== null) await appendTraces(tx, input.logged.tray, [input.logged.trace])
    const answer: TakenReport = { id, recorded, case: number }
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
export const unjudgedWork = defineWork(
  'intake.unjudged',
  async (
    tx: Tx,
    input: {
      key: string
      account: string | null
      evidence: EvidenceSeed | null
      /** That an event came of which the log holds nothing; null while nothing is kept. */
      logged: { readonly tray: Tray; readonly unlogged: string | null } | null
    },
  ): Promise<number> => {
    if (input.logged !== null)
      await appendTraces(tx, input.logged.tray, [{ at: tx.now, unlogged: input.logged.unlogged }])
    const { case: number } = await openCase(tx, {
      lane: 'unscreened',
      dueAt: tx.now + laneOf('unscreened').dueMs,
      subject: { kind: 'gathered', key: `unjudged:${input.key}` },
      title: { what: 'unjudged' },
      account: input.account,
    })
    if (input.evidence !== null) await putEvidence(tx, number, input.evidence)
    return number
  },
)
