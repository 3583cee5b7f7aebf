import { type ActionMeans, askAboutWithheld, extendWithheld, tellWithheld, withheldDue } from '../actions/index.ts'
import { AppError } from '../http/errors.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import { instantOf, record } from '../transparency/index.ts'
import { matterOf } from './case-read.store.ts'
import { caseOfDecision, openCase } from './cases.ts'
import { assertClaim } from './claim.ts'
import { laneOf } from './lanes.ts'
import { stepWords } from './titles.ts'
import {
  affectedOf,
  assertRevision,
  caseName,
  caseRow,
  claimFirstOf,
  claimState,
  closeCase,
  type DecidedRow,
  keepDecision,
  type OnCase,
} from './working.store.ts'

/**
 * The ground for withholding a notice has had its time: a case asks a person to send it or to extend, so that nothing lapses in silence
 * (rules.md §7.1). Those of one item meet in one case; a second run changes nothing. A child-safety matter stays in its lane.
 */
export const endWithholdingWork = defineWork(
  'review.end-withholding',
  async (tx: Tx, { id }: { id: string }): Promise<void> => {
    const due = await withheldDue(tx, id)
    if (due === undefined) return
    const origin = await caseOfDecision(tx, due.decision)
    const lane = origin !== undefined && laneOf(origin.lane).childSafety ? origin.lane : 'notices'
    const opened = await openCase(tx, {
      lane,
      dueAt: tx.now + laneOf('notices').dueMs,
      subject: { kind: 'notice', key: `notice:${due.subject}` },
      title: { what: 'notice', of: origin === undefined ? null : matterOf(origin) },
      account: due.account,
      harms: origin === undefined ? [] : JSON.parse(origin.harms),
      policies: origin === undefined ? [] : JSON.parse(origin.policies),
    })
    await askAboutWithheld(tx, { id, case: opened.case })
  },
)

export interface DecideNoticeInput extends OnCase {
  readonly revision: number
  readonly decision: string
  /** Until when the notices of the case wait; null sends them now. */
  readonly until: number | null
  /** The reason for waiting on, sealed under (`staff_decisions`, `sealed`, decision id). */
  readonly sealed: Uint8Array
  /** With the keys of the account that they concern. */
  readonly means: ActionMeans
}

/** Sends the notices about which a case asks, or lets them wait with a reason. Where their decisions were withdrawn there is nothing to send. */
export const decideNoticeWork = defineWork(
  'review.decide-notice',
  async (tx: Tx, input: DecideNoticeInput): Promise<DecidedRow> => {
    const row = await caseRow(tx, input.number, input.actor)
    assertClaim(await claimState(tx, row), input.actor.id, tx.now)
    assertRevision(row, input.revision)
    if (row.kind !== 'notice')
      throw new AppError('conflict', 'This case does not ask about a notice; decide it itself.')
    const { until } = input
    const outcome = until === null ? 'sent' : 'withheld'
    const count = await (until === null
      ? tellWithheld(tx, row.number, input.means)
      : extendWithheld(tx, { case: row.number, until }))
    const step = { did: 'noticed', outcome: count === 0 ? 'nothing' : outcome } as const
    const effect = stepWords(step)
    const recorded = await record(
      tx,
      {
        kind: 'decision',
        affected: affectedOf(row.account),
        fields: {
          op: 'made',
          case: caseName(row.number),
          item: null,
          account: row.account,
          policy: null,
          effects: [effect],
          reason: outcome,
          statement: null,
          source: 'own',
          automated: 'no',
          by: input.actor.staff,
          second: null,
          solo: false,
          until: until === null ? null : instantOf(until),
          about: null,
        },
      },
      input.means.record,
    )
    await keepDecision(tx, input, recorded, {
      case_number: row.number,
      account: row.account,
      choice: 'notice',
      reason_code: outcome,
      outcome,
    })
    await closeCase(tx, row, step, input.actor)
    const next = await claimFirstOf(tx, row.lane, input.actor, row.number)
    return { decision: input.decision, undoUntil: tx.now, effects: [effect], recorded, next }
  },
  { urgent: true },
)
