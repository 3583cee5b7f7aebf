import type { RecordedJson } from '@lamplighter/api'
import { type ActionMeans, cancelNotice, cancelUnsent, withdrawActions, withdrawNotice } from '../actions/index.ts'
import { AppError } from '../http/errors.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import { type LedgerAct, record } from '../transparency/index.ts'
import { addHistory } from './cases.ts'
import { CLAIM_MS } from './claim.ts'
import { type Actor, affectedOf, caseName, caseRow, type DecidedRow, keepDecision, saveCase } from './working.store.ts'

export async function decisionRow(tx: Tx, id: string) {
  const row = await tx.db.selectFrom('staff_decisions').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such decision.')
  const ending = await tx.db.selectFrom('decision_endings').selectAll().where('decision', '=', id).executeTakeFirst()
  return { row, ending }
}

export async function endDecision(tx: Tx, decision: string, how: 'undone' | 'reversed', actor: Actor): Promise<void> {
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
    await addHistory(tx, number, input.actor.staff, { did: 'undone' })
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
    await keepDecision(tx, input, recorded, {
      case_number: row.case_number,
      account: row.account,
      item_key: row.item_key,
      policy: row.policy,
      choice: 'reverse',
      reason_code: 'reversed',
      reverses: row.id,
      outcome: 'reversed',
    })
    await addHistory(tx, row.case_number, input.actor.staff, { did: 'reversed' })
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

/** Takes back what the machine did in the matter of a decision: a hold that waited for a person may not outlive that person's answer. */
export async function withdrawMachine(
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
