import type { Choice, Do } from '@lamplighter/api'
import { type ActionMeans, type ActionWish, createNotice, requestAction } from '../actions/index.ts'
import { sha256Hex } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import type { Policy } from '../policy/index.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import { instantOf, record } from '../transparency/index.ts'
import { assertClaim } from './claim.ts'
import { type DecisionFacts, type ItemState, planOf } from './decide.ts'
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
  openReports,
} from './working.store.ts'

export interface DecideInput extends OnCase {
  readonly revision: number
  readonly decision: string
  readonly policy: Policy | undefined
  readonly choice: Choice
  readonly reasonCode: string
  readonly statement: { readonly language: string; readonly text: string } | null
  /** Statement and note, sealed under (`staff_decisions`, `sealed`, decision id). */
  readonly sealed: Uint8Array
  readonly item: { readonly type: string; readonly id: string } | null
  readonly itemState: ItemState
  readonly supported: readonly Do[]
  readonly means: ActionMeans
}

/** Decides a case: decision, ledger record, actions, notice, strike, reports and the next claim, all or none (DESIGN §4). */
export const decideWork = defineWork(
  'review.decide',
  async (tx: Tx, input: DecideInput): Promise<DecidedRow> => {
    const row = await caseRow(tx, input.number, input.actor)
    assertClaim(await claimState(tx, row), input.actor.id, tx.now)
    assertRevision(row, input.revision)
    if (row.kind === 'appeal') {
      throw new AppError('conflict', 'This case is an appeal; decide it as one, so that the person gets an answer.')
    }
    if (row.kind === 'notice') {
      throw new AppError('conflict', 'This case asks about a notice that waits; send it, or withhold it for longer.')
    }
    const reports = await openReports(tx, row.number)
    const facts: DecisionFacts = {
      kind: row.kind,
      item: input.item,
      itemState: input.itemState,
      account: row.account,
      reports: reports.length,
      supported: new Set(input.supported),
    }
    const plan = planOf(facts, input, tx.now)
    const until = plan.wishes[0]?.until ?? null
    const recorded = await record(
      tx,
      {
        kind: 'decision',
        affected: affectedOf(row.account),
        fields: {
          op: 'made',
          case: caseName(row.number),
          item: input.item?.id ?? null,
          account: row.account,
          policy: input.policy?.id ?? null,
          effects: plan.effects,
          reason: input.reasonCode,
          statement: plan.notice === null ? null : sha256Hex(plan.notice.text),
          source: reports.length > 0 ? 'report' : 'own',
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
      item_key: row.kind === 'item' ? row.subject_key : null,
      policy: input.policy?.id ?? null,
      choice: input.choice,
      reason_code: input.reasonCode,
      undo_until: plan.undoUntil,
    })
    const notice =
      plan.notice === null || row.account === null
        ? undefined
        : (
            await createNotice(
              tx,
              {
                account: row.account,
                item: input.item,
                decision: input.decision,
                case: row.number,
                policy: { id: input.policy?.id ?? '', name: input.policy?.name ?? '' },
                automated: false,
                effects: plan.told,
                statement: plan.notice,
                // Staff's own headline names rules and reports: not for the person affected.
                facts: 'person_looked',
                until: plan.wishes[0]?.until ?? null,
                notBefore: plan.undoUntil,
                tookPart: [input.actor.id],
              },
              input.means,
            )
          ).notice
    for (const wish of plan.wishes) {
      await requestAction(
        tx,
        {
          do: wish.do,
          ...(wish.what !== null && { what: wish.what }),
          item: wish.do === 'remove' || wish.do === 'release' || wish.do === 'restore' ? input.item : null,
          account: row.account,
          policy: input.policy === undefined ? null : { id: input.policy.id, name: input.policy.name },
          by: 'person',
          reason: { code: input.reasonCode, text: plan.notice?.text ?? '' },
          until: wish.until,
          ...(notice !== undefined && { notice }),
          decision: input.decision,
          notBefore: plan.undoUntil,
          recorded,
        } satisfies ActionWish,
        input.means,
      )
    }
    if (plan.strike && row.account !== null) {
      await tx.db
        .insertInto('strikes')
        .values({ decision: input.decision, account: row.account, at: tx.now, ended_at: null })
        .execute()
    }
    await closeCase(tx, row, { did: 'decided', choice: input.choice }, input.actor)
    await tx.jobs.enqueue({
      queue: 'review.settle',
      once: input.decision,
      runAt: plan.undoUntil,
      payload: { decision: input.decision, upheld: plan.upheld, withdrawMachine: plan.withdrawMachine },
    })
    const next = await claimFirstOf(tx, row.lane, input.actor, row.number)
    return { decision: input.decision, undoUntil: plan.undoUntil, effects: plan.effects, recorded, next }
  },
  { urgent: true },
)
