import type { RecordedJson } from '@lamplighter/api'
import {
  type ActionMeans,
  type NewAppeal,
  receiveAppeal,
  tellAppealDecided,
  withdrawActions,
  withdrawNotice,
} from '../actions/index.ts'
import { AppError } from '../http/errors.ts'
import { defineWork, type Tx } from '../storage/index.ts'
import { caseOfDecision, openCase } from './cases.ts'
import { assertClaim } from './claim.ts'
import { endDecision, withdrawMachine } from './endings.store.ts'
import { laneOf } from './lanes.ts'
import {
  type Actor,
  assertRevision,
  claimFirstOf,
  claimState,
  closeCase,
  type DecidedRow,
  keepDecision,
  mayOpen,
} from './working.store.ts'

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
    await keepDecision(tx, input, recorded, {
      case_number: row.number,
      account: row.account,
      choice: 'appeal',
      reason_code: input.outcome,
      reverses: input.outcome === 'upheld' ? null : input.of,
      outcome: input.outcome,
    })
    await closeCase(tx, row, { did: 'answered', outcome: input.outcome }, input.actor)
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
