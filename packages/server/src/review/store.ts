import type { Choice, Do, RecordedJson } from '@lamplighter/api'
import {
  type ActionMeans,
  type ActionWish,
  cancelNotice,
  cancelUnsent,
  createNotice,
  type NewAppeal,
  receiveAppeal,
  requestAction,
  tellAppealDecided,
  tellReportClosed,
  withdrawActions,
  withdrawNotice,
} from '../actions/index.ts'
import { sha256Hex } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import { whenAccessEnds, whenSignedOut } from '../people/hooks.ts'
import type { Policy } from '../policy/index.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import { instantOf, type LedgerAct, record } from '../transparency/index.ts'
import { addHistory, caseOfDecision, openCase } from './cases.ts'
import { assertClaim, CLAIM_MS, claim, isHeld } from './claim.ts'
import { type DecisionFacts, type ItemState, planOf } from './decide.ts'
import { noCase } from './errors.ts'
import { laneOf } from './lanes.ts'
import {
  type Actor,
  affectedOf,
  assertRevision,
  caseName,
  caseRow,
  claimFirstOf,
  claimState,
  closeCase,
  type DecidedRow,
  mayOpen,
  type OnCase,
  recordedColumns,
  saveCase,
} from './working.store.ts'

export { schema } from './tables.ts'
export { decideNoticeWork, endWithholdingWork } from './withheld.store.ts'
export { type Actor, affectedOf, caseName }

/** Claims of somebody who leaves or signs out go back to their lanes (security.md §3). */
async function giveBack(tx: Tx, staff: string): Promise<void> {
  await tx.db
    .updateTable('cases')
    .set((row) => ({ state: 'open', claimed_by: null, claim_until: 0, revision: row('revision', '+', 1) }))
    .where('claimed_by', '=', staff)
    .where('closed_at', 'is', null)
    .execute()
  tx.hint('lanes')
}
whenSignedOut(giveBack)
whenAccessEnds(giveBack)

/** Claims the case of a lane that is due first. */
export const claimNextWork = defineWork(
  'review.claim-next',
  async (tx: Tx, { lane, actor }: { lane: string; actor: Actor }): Promise<number | null> => {
    if (!laneOf(lane).roles.some((role) => actor.roles.includes(role))) throw noCase()
    return claimFirstOf(tx, lane, actor)
  },
  { urgent: true },
)

export const claimWork = defineWork(
  'review.claim',
  async (tx: Tx, { number, actor }: OnCase): Promise<{ until: number; revision: number }> => {
    const row = await caseRow(tx, number, actor)
    const state = await claimState(tx, row)
    const { claimedBy, claimUntil } = claim(state, actor.id, tx.now)
    if (row.claimed_by === actor.id && row.claim_until > tx.now) {
      // Keeping a claim alive is no change of the case: its revision stays, or one's own activity would make the page stale.
      await tx.db.updateTable('cases').set({ claim_until: claimUntil }).where('number', '=', number).execute()
      return { until: claimUntil, revision: row.revision }
    }
    await saveCase(tx, row, { state: 'claimed', claimed_by: claimedBy, claim_until: claimUntil })
    return { until: claimUntil, revision: row.revision + 1 }
  },
  { urgent: true },
)

/** Gives a case back. A draft is kept for its author, also when the claim ran out while they wrote (console 48). */
export const releaseWork = defineWork(
  'review.release',
  async (tx: Tx, input: OnCase & { draft: Uint8Array | null }): Promise<void> => {
    const row = await caseRow(tx, input.number, input.actor)
    const state = await claimState(tx, row)
    const isMine = isHeld(state, tx.now) && state.claimedBy === input.actor.id
    if (!isMine && (input.draft === null || state.state === 'decided')) assertClaim(state, input.actor.id, tx.now)
    if (input.draft !== null) await keepDraft(tx, input.number, input.actor.id, input.draft)
    if (isMine) await saveCase(tx, row, { state: 'open', claimed_by: null, claim_until: 0 })
  },
  { urgent: true },
)

async function keepDraft(tx: Tx, number: number, staff: string, sealed: Uint8Array): Promise<void> {
  await tx.db
    .insertInto('case_drafts')
    .values({ case_number: number, staff, at: tx.now, sealed })
    .onConflict((conflict) => conflict.columns(['case_number', 'staff']).doUpdateSet({ at: tx.now, sealed }))
    .execute()
}

export const skipWork = defineWork(
  'review.skip',
  async (
    tx: Tx,
    input: OnCase & { reason: string; note: { id: string; sealed: Uint8Array } | null },
  ): Promise<number | null> => {
    const row = await caseRow(tx, input.number, input.actor)
    assertClaim(await claimState(tx, row), input.actor.id, tx.now)
    await saveCase(tx, row, { state: 'open', claimed_by: null, claim_until: 0 })
    await addHistory(tx, row.number, input.actor.staff, `skipped: ${input.reason}`)
    if (input.note !== null) await insertNote(tx, row.number, input.actor, input.note.id, input.note.sealed)
    return claimFirstOf(tx, row.lane, input.actor, row.number)
  },
  { urgent: true },
)

export const handoffWork = defineWork(
  'review.handoff',
  async (
    tx: Tx,
    input: OnCase & { to: 'anyone' | 'lead'; reason: string; note: Uint8Array; noteId: string },
  ): Promise<number | null> => {
    const row = await caseRow(tx, input.number, input.actor)
    assertClaim(await claimState(tx, row), input.actor.id, tx.now)
    await saveCase(tx, row, { state: 'handed', claimed_by: null, claim_until: 0, handed_to: input.to })
    await addHistory(
      tx,
      row.number,
      input.actor.staff,
      input.to === 'lead' ? 'handed to a lead' : 'handed to whoever comes next',
    )
    await insertNote(tx, row.number, input.actor, input.noteId, input.note)
    return claimFirstOf(tx, row.lane, input.actor, row.number)
  },
  { urgent: true },
)

async function insertNote(tx: Tx, number: number, actor: Actor, id: string, sealed: Uint8Array): Promise<void> {
  await tx.db
    .insertInto('case_notes')
    .values({ id, case_number: number, at: tx.now, by: actor.staff, sealed })
    .execute()
}

export const noteWork = defineWork(
  'review.note',
  async (tx: Tx, input: OnCase & { id: string; sealed: Uint8Array }): Promise<void> => {
    const row = await caseRow(tx, input.number, input.actor)
    await insertNote(tx, row.number, input.actor, input.id, input.sealed)
    tx.hint(`case:${row.number}`)
  },
)

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
    await tx.db
      .insertInto('staff_decisions')
      .values({
        id: input.decision,
        case_number: row.number,
        at: tx.now,
        by: input.actor.id,
        account: row.account,
        item_key: row.kind === 'item' ? row.subject_key : null,
        policy: input.policy?.id ?? null,
        choice: input.choice,
        reason_code: input.reasonCode,
        sealed: input.sealed,
        undo_until: plan.undoUntil,
        ...recordedColumns(recorded),
        reverses: null,
        outcome: null,
      })
      .execute()
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
    await closeCase(tx, row, `decided: ${input.choice}`, input.actor)
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

async function openReports(tx: Tx, number: number): Promise<{ id: string }[]> {
  return tx.db
    .selectFrom('reports')
    .select('id')
    .where('case_number', '=', number)
    .where('state', '=', 'open')
    .execute()
}

async function decisionRow(tx: Tx, id: string) {
  const row = await tx.db.selectFrom('staff_decisions').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such decision.')
  const ending = await tx.db.selectFrom('decision_endings').selectAll().where('decision', '=', id).executeTakeFirst()
  return { row, ending }
}

async function endDecision(tx: Tx, decision: string, how: 'undone' | 'reversed', actor: Actor): Promise<void> {
  await tx.db.insertInto('decision_endings').values({ decision, how, at: tx.now, by: actor.id }).execute()
  await tx.db
    .updateTable('strikes')
    .set({ ended_at: tx.now })
    .where('decision', '=', decision)
    .where('ended_at', 'is', null)
    .execute()
}

/** Undoes one's own decision inside its window: nothing has left, and the case is one's own again. */
export const undoWork = defineWork(
  'review.undo',
  async (
    tx: Tx,
    input: { decision: string; actor: Actor; means: ActionMeans },
  ): Promise<{ number: number; recorded: RecordedJson }> => {
    const { row, ending } = await decisionRow(tx, input.decision)
    if (row.by !== input.actor.id)
      throw new AppError('not_yours', 'Only the person who decided can undo; ask a lead to reverse it.')
    if (ending !== undefined) throw new AppError('conflict', `This decision was ${ending.how} already.`)
    if (tx.now >= row.undo_until) {
      throw new AppError('window_closed', 'The ten seconds for undoing are over; reverse the decision instead.')
    }
    if (row.outcome !== null || row.reverses !== null)
      throw new AppError('conflict', 'An appeal or a reversal cannot be undone; decide again.')
    const recorded = await record(tx, endedAct('undone', row, input.actor, null), input.means.record)
    await cancelUnsent(tx, { decision: row.id }, input.means)
    await cancelNotice(tx, { decision: row.id }, input.means)
    await endDecision(tx, row.id, 'undone', input.actor)
    const number = row.case_number
    const held = await tx.db.selectFrom('cases').selectAll().where('number', '=', number).executeTakeFirstOrThrow()
    // What came in meanwhile has a case of its own, which later reports join; then there are two.
    const other = await tx.db
      .selectFrom('cases')
      .select('number')
      .where('open_key', '=', held.subject_key)
      .executeTakeFirst()
    await saveCase(tx, held, {
      state: 'claimed',
      open_key: other === undefined ? held.subject_key : null,
      claimed_by: input.actor.id,
      claim_until: tx.now + CLAIM_MS,
      closed_at: null,
    })
    await addHistory(tx, number, input.actor.staff, 'decision undone')
    return { number, recorded }
  },
  { urgent: true },
)

function endedAct(
  op: 'undone' | 'reversed',
  row: { id: string; case_number: number; account: string | null; policy: string | null; record: string },
  actor: Actor,
  reason: string | null,
): LedgerAct {
  return {
    kind: 'decision',
    affected: affectedOf(row.account),
    fields: {
      op,
      case: caseName(row.case_number),
      item: null,
      account: row.account,
      policy: row.policy,
      effects: [],
      reason,
      statement: null,
      source: 'own',
      automated: 'no',
      by: actor.staff,
      second: null,
      solo: false,
      until: null,
      about: row.record,
    },
  }
}

/** Reverses a decision after its window. A new decision with its own record; the first one stays in the log for ever. */
export const reverseWork = defineWork(
  'review.reverse',
  async (
    tx: Tx,
    input: { of: string; decision: string; actor: Actor; reason: string; sealed: Uint8Array; means: ActionMeans },
  ): Promise<DecidedRow> => {
    const { row, ending } = await decisionRow(tx, input.of)
    await caseRow(tx, row.case_number, input.actor)
    if (row.by !== input.actor.id && !input.actor.roles.some((role) => role === 'lead' || role === 'child-safety')) {
      throw new AppError('forbidden', 'Reversing somebody else’s decision needs the role lead or child-safety.')
    }
    if (ending !== undefined) throw new AppError('already_decided', `This decision was ${ending.how} already.`)
    if (row.outcome !== null || row.choice === 'none') {
      throw new AppError('conflict', 'There is no measure to take back: this was an appeal, a reversal, or no measure.')
    }
    if (tx.now < row.undo_until) throw new AppError('conflict', 'The decision can still be undone; undo it instead.')
    const recorded = await record(tx, endedAct('reversed', row, input.actor, 'reversed'), input.means.record)
    await endDecision(tx, row.id, 'reversed', input.actor)
    await withdrawNotice(tx, { decision: row.id })
    await withdrawActions(
      tx,
      { decision: row.id, by: 'person', notBefore: tx.now, recorded, reason: { code: 'reversed', text: input.reason } },
      input.means,
    )
    await withdrawMachine(tx, { row, by: input.decision, code: 'reversed', recorded }, input.means)
    await tx.db
      .insertInto('staff_decisions')
      .values({
        id: input.decision,
        case_number: row.case_number,
        at: tx.now,
        by: input.actor.id,
        account: row.account,
        item_key: row.item_key,
        policy: row.policy,
        choice: 'reverse',
        reason_code: 'reversed',
        sealed: input.sealed,
        undo_until: tx.now,
        ...recordedColumns(recorded),
        reverses: row.id,
        outcome: 'reversed',
      })
      .execute()
    await addHistory(tx, row.case_number, input.actor.staff, 'decision reversed')
    tx.hint(`case:${row.case_number}`)
    return {
      decision: input.decision,
      undoUntil: tx.now,
      effects: ['the measures are withdrawn', 'the strike is taken back'],
      recorded,
      next: null,
    }
  },
  { urgent: true },
)

export interface DecideAppealInput {
  readonly appeal: string
  readonly decision: string
  readonly actor: Actor
  readonly revision: number
  readonly outcome: 'upheld' | 'partly' | 'reversed'
  readonly reasons: string
  readonly sealed: Uint8Array
  readonly means: ActionMeans
  /** The decision or verdict in question, read from the appeal. */
  readonly of: string
}

/** Decides an appeal. What it reverses, the strike and the answer are one transaction (console 17). */
export const decideAppealWork = defineWork(
  'review.decide-appeal',
  async (tx: Tx, input: DecideAppealInput): Promise<DecidedRow> => {
    const row = await tx.db
      .selectFrom('cases')
      .selectAll()
      .where('kind', '=', 'appeal')
      .where('ref', '=', input.appeal)
      .executeTakeFirst()
    if (row === undefined || !mayOpen(row, input.actor))
      throw new AppError('not_found', 'There is no such appeal, or it is not in your lanes.')
    assertClaim(await claimState(tx, row), input.actor.id, tx.now)
    assertRevision(row, input.revision)
    const { recorded } = await tellAppealDecided(
      tx,
      {
        appeal: input.appeal,
        outcome: input.outcome,
        reasons: { language: 'en', text: input.reasons },
        by: input.actor.staff,
        notBefore: tx.now,
      },
      input.means,
    )
    if (input.outcome !== 'upheld') await takeBack(tx, input, recorded)
    await tx.db
      .insertInto('staff_decisions')
      .values({
        id: input.decision,
        case_number: row.number,
        at: tx.now,
        by: input.actor.id,
        account: row.account,
        item_key: null,
        policy: null,
        choice: 'appeal',
        reason_code: input.outcome,
        sealed: input.sealed,
        undo_until: tx.now,
        ...recordedColumns(recorded),
        reverses: input.outcome === 'upheld' ? null : input.of,
        outcome: input.outcome,
      })
      .execute()
    await closeCase(tx, row, `appeal: ${input.outcome}`, input.actor)
    const next = await claimFirstOf(tx, row.lane, input.actor, row.number)
    const effects =
      input.outcome === 'upheld' ? ['the decision stands'] : ['the measures are withdrawn', 'the strike is taken back']
    return { decision: input.decision, undoUntil: tx.now, effects: [...effects, 'the person is told'], recorded, next }
  },
  { urgent: true },
)

async function takeBack(tx: Tx, input: DecideAppealInput, recorded: RecordedJson): Promise<void> {
  const ended = await tx.db
    .selectFrom('decision_endings')
    .select('decision')
    .where('decision', '=', input.of)
    .executeTakeFirst()
  await withdrawNotice(tx, { decision: input.of })
  if (ended === undefined) await endDecision(tx, input.of, 'reversed', input.actor)
  await withdrawActions(
    tx,
    {
      decision: input.of,
      by: 'person',
      notBefore: tx.now,
      recorded,
      reason: { code: 'appeal', text: input.reasons },
    },
    input.means,
  )
  const row = await tx.db.selectFrom('staff_decisions').selectAll().where('id', '=', input.of).executeTakeFirst()
  if (row !== undefined) await withdrawMachine(tx, { row, by: input.decision, code: 'appeal', recorded }, input.means)
}

export interface SettleDecision {
  readonly decision: string
  readonly upheld: boolean
  readonly withdrawMachine: boolean
  /** The reports of the case, with the platform's id of who sent each. */
  readonly reporters: readonly { readonly report: string; readonly reporter: string }[]
  readonly means: ActionMeans
}

/**
 * The end of the undo window: reporters hear how it ended, and the machine's own measures end where a person saw nothing wrong. Undone
 * meanwhile: nothing happens. A second run changes nothing.
 */
export const settleWork = defineWork('review.settle', async (tx: Tx, input: SettleDecision): Promise<void> => {
  const { row, ending } = await decisionRow(tx, input.decision)
  if (ending?.how === 'undone') return
  const open = new Set((await openReports(tx, row.case_number)).map(({ id }) => id))
  for (const { report, reporter } of input.reporters) {
    if (open.has(report))
      await closeReport(tx, { report, reporter, upheld: input.upheld, number: row.case_number }, input.means)
  }
  if (!input.withdrawMachine) return
  const recorded = { record: row.record, commitment: row.commitment, promise: row.promise }
  await withdrawMachine(tx, { row, by: row.id, code: row.reason_code, recorded }, input.means)
})

/** Takes back what the machine did in the matter of a decision: a hold that waited for a person may not outlive that person's answer. */
async function withdrawMachine(
  tx: Tx,
  ended: { row: { case_number: number }; by: string; code: string; recorded: RecordedJson },
  means: ActionMeans,
): Promise<void> {
  const verdicts = await tx.db
    .selectFrom('case_links')
    .select('ref')
    .where('case_number', '=', ended.row.case_number)
    .orderBy('ref')
    .execute()
  for (const { ref } of verdicts) {
    await withdrawNotice(tx, { decision: ref })
    const { recorded } = ended
    const reason = { code: ended.code, text: '' }
    await withdrawActions(
      tx,
      { decision: ref, byDecision: ended.by, by: 'person', notBefore: tx.now, recorded, reason },
      means,
    )
  }
}

async function closeReport(
  tx: Tx,
  closed: { report: string; reporter: string; upheld: boolean; number: number },
  means: ActionMeans,
): Promise<void> {
  const outcome = closed.upheld ? 'upheld' : 'not_upheld'
  await tx.db
    .updateTable('reports')
    .set({ state: outcome, closed_at: tx.now })
    .where('id', '=', closed.report)
    .execute()
  const recorded = await record(
    tx,
    {
      kind: 'report',
      affected: { kind: 'reporter', id: closed.reporter },
      fields: {
        op: 'closed',
        report: closed.report,
        item: null,
        reason: null,
        outcome,
        case: caseName(closed.number),
        proof: null,
        code: null,
      },
    },
    means.record,
  )
  await tellReportClosed(
    tx,
    { report: closed.report, reporter: closed.reporter, outcome, recorded, notBefore: tx.now },
    means,
  )
}

/**
 * Takes an appeal: the case about it is opened in the same transaction, for somebody who took no part. An appeal in a child-safety matter
 * stays in its lane, because whoever decides it must see what it is about.
 */
export const receiveAppealWork = defineWork(
  'review.receive-appeal',
  (tx: Tx, input: { readonly appeal: NewAppeal; readonly means: ActionMeans }) =>
    receiveAppeal(tx, input.appeal, {
      means: input.means,
      async openCase(within, { decision, ...seed }) {
        const origin = await caseOfDecision(within, decision)
        return openCase(
          within,
          origin !== undefined && laneOf(origin.lane).childSafety ? { ...seed, lane: origin.lane } : seed,
        )
      },
    }),
  { urgent: true },
)
