import type { RecordedJson } from '@lamplighter/api'
import type { Tx } from '../storage/index.ts'
import { enqueue } from './enqueue.store.ts'
import { oppositeOf } from './letters.ts'
import { cancelRow, insertAction, isUntried, letterOf, markWithdrawn } from './request.store.ts'
import { restateStanding } from './restate.store.ts'
import type { ActionMeans, ActionWish } from './wishes.ts'

export interface Withdrawal {
  /** Whose actions are withdrawn. */
  readonly decision: string
  /** The decision that withdraws them; the same one where absent. */
  readonly byDecision?: string
  readonly by: 'person' | 'rule'
  readonly reason: { readonly code: string; readonly text: string } | null
  readonly policy?: { readonly id: string; readonly name: string } | null
  readonly notBefore: number
  readonly recorded: RecordedJson
}

/**
 * Withdraws what a decision asked for. Where an endpoint was never asked, the asking is cancelled and it hears nothing; elsewhere an
 * `action.withdrawn` queues behind what it withdraws. A warning or an offer that was heard cannot be unsaid.
 *
 * @returns the ids of the actions that withdraw others
 */
export async function withdrawActions(tx: Tx, withdrawal: Withdrawal, means: ActionMeans): Promise<string[]> {
  const actions = await tx.db
    .selectFrom('actions')
    .selectAll()
    .where('decision', '=', withdrawal.decision)
    .where('undo_of', 'is', null)
    .where('withdrawn_by', 'is', null)
    .orderBy('id')
    .execute()
  const made: string[] = []
  for (const action of actions) {
    const tried = await cancelUntried(tx, action.id, means)
    const opposite = oppositeOf(action.do)
    if (tried.length === 0 || opposite === undefined) {
      await markWithdrawn(tx, action.id, action.id)
      continue
    }
    const wish: ActionWish = {
      do: opposite,
      ...(action.what === null ? {} : { what: action.what }),
      item:
        action.item_type === null || action.item_id === null ? null : { type: action.item_type, id: action.item_id },
      account: action.account,
      policy: withdrawal.policy ?? null,
      by: withdrawal.by,
      reason: withdrawal.reason,
      until: null,
      undoOf: action.id,
      decision: withdrawal.byDecision ?? withdrawal.decision,
      notBefore: withdrawal.notBefore,
      recorded: withdrawal.recorded,
    }
    const undoing = await insertAction(tx, wish)
    await markWithdrawn(tx, action.id, undoing)
    for (const row of tried) {
      const letter = { ...letterOf(undoing, wish), connection: row.connection, type: 'action.withdrawn' as const }
      await enqueue(tx, { ...letter, withdraws: row.id }, means)
      await restateStanding(tx, { row: row.id }, means)
    }
    made.push(undoing)
  }
  return made
}

/** Cancels the rows that nobody outside can know of and gives the others: one for each endpoint, its first. */
async function cancelUntried(
  tx: Tx,
  action: string,
  means: ActionMeans,
): Promise<readonly { id: string; connection: string }[]> {
  const rows = await tx.db
    .selectFrom('outbox')
    .select(['id', 'connection', 'state', 'attempts', 'restates'])
    .where('action', '=', action)
    .orderBy('id')
    .execute()
  for (const row of rows.filter(isUntried))
    await cancelRow(tx, row.id, { by: 'withdrawal', why: 'withdrawn in time' }, means)
  return rows.filter((row) => row.attempts > 0 && row.restates === 0)
}
