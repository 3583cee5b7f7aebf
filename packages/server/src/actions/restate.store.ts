import type { Tx } from '../storage/index.ts'
import { nextNumber } from './enqueue.store.ts'
import { withData } from './letters.ts'
import { restatedAfter } from './order.ts'
import { bodyPlace } from './places.ts'
import { openText, sealText } from './sealing.ts'
import { isForgotten } from './sweep.store.ts'
import type { OutboxTable } from './tables.ts'
import type { ActionMeans } from './wishes.ts'

/** After a success that came late the newest states are told again, so that the last thing the platform hears is true. */
export async function restateAfter(tx: Tx, late: OutboxTable, means: ActionMeans): Promise<void> {
  const rows = await tx.db
    .selectFrom('outbox')
    .selectAll()
    .where('order_key', '=', late.order_key)
    .where('state_no', '>', late.state_no)
    // What was only not to go before its time passed nothing but its own kind: of the rest the platform has heard the newest already.
    .$if(late.fails === 0, (all) => all.where('family', '=', late.family))
    .execute()
  const stated = restatedAfter(statedOf(late), rows.map(statedOf))
  for (const { id } of stated) {
    const row = rows.find((one) => one.id === id)
    if (row !== undefined && !isForgotten(row)) await tellAgain(tx, row, row.state_no, means)
  }
}

const statedOf = (row: OutboxTable) => ({ id: row.id, stateNo: row.state_no, state: row.state, family: row.family })

/**
 * Tells once more what a row told, as a request: what holds now.
 *
 * @param stateNo place in the history of the account: that of the row itself, or a new one where it holds again after a withdrawal
 */
async function tellAgain(tx: Tx, row: OutboxTable, stateNo: number | null, means: ActionMeans): Promise<void> {
  const id = tx.fresh.id('out')
  const no = await nextNumber(tx, row.order_key)
  const letter = JSON.parse(openText(means.columns, bodyPlace(row.id), row.body))
  const body = withData(JSON.stringify({ ...letter, type: 'action.requested' }), { restates: true })
  await tx.db
    .insertInto('outbox')
    .values({
      ...row,
      id,
      type: 'action.requested',
      webhook_id: tx.fresh.id('msg'),
      body: sealText(means.columns, bodyPlace(id), tx.fresh.bytes(12), body),
      words: row.restates === 1 ? row.words : `${row.words} (told again)`,
      order_no: no,
      state_no: stateNo ?? no,
      withdraws: null,
      restates: 1,
      overtakes: null,
      state: 'waiting',
      not_before: tx.now,
      next_at: tx.now,
      lease_until: 0,
      token: null,
      attempts: 0,
      fails: 0,
      intent_at: null,
      offer: null,
      why: null,
      created_at: tx.now,
      delivered_at: null,
      closed_at: null,
      closed_by: null,
    })
    .execute()
}

/**
 * After a withdrawal: where another action of the same family still stands (two decisions asked for the same), it is told again behind
 * the withdrawal, so that lifting one does not lift the other.
 */
export async function restateStanding(tx: Tx, withdrawn: { row: string }, means: ActionMeans): Promise<void> {
  const from = await tx.db.selectFrom('outbox').selectAll().where('id', '=', withdrawn.row).executeTakeFirstOrThrow()
  const standing = await tx.db
    .selectFrom('outbox')
    .innerJoin('actions', 'actions.id', 'outbox.action')
    .selectAll('outbox')
    .where('outbox.order_key', '=', from.order_key)
    .where('outbox.family', '=', from.family)
    .where('outbox.state', '<>', 'cancelled')
    .where('actions.withdrawn_by', 'is', null)
    .where('actions.undo_of', 'is', null)
    .orderBy('outbox.state_no', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (standing === undefined || isForgotten(standing) || hasEnded(standing, tx.now, means)) return
  await tellAgain(tx, standing, null, means)
}

function hasEnded(row: OutboxTable, now: number, means: ActionMeans): boolean {
  const { data } = JSON.parse(openText(means.columns, bodyPlace(row.id), row.body))
  return typeof data.until === 'string' && Date.parse(data.until) <= now
}
