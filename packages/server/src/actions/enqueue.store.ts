import type { Do, RecordedJson } from '@lamplighter/api'
import type { Tx } from '../storage/index.ts'
import { type Affected, PLATFORM, record } from '../transparency/index.ts'
import { letterBody, wordsOf } from './letters.ts'
import { bodyPlace } from './places.ts'
import { sealText } from './sealing.ts'
import type { LetterType } from './tables.ts'
import type { ActionMeans, ItemRef } from './wishes.ts'

/** One message for one endpoint. */
export interface Letter {
  readonly connection: string
  readonly type: LetterType
  readonly data: object
  readonly recorded: RecordedJson | null
  readonly do: Do | null
  readonly account: string | null
  readonly item: ItemRef | null
  readonly action: string | null
  readonly notice: string | null
  readonly decision: string | null
  readonly family: string | null
  readonly withdraws: string | null
  readonly notBefore: number
}

/** Writes the row, its body frozen and sealed. Rows of one account at one endpoint are numbered in the order in which they commit. */
export async function enqueue(tx: Tx, letter: Letter, means: ActionMeans): Promise<string> {
  const body = letterBody(letter.type, tx.now, letter.data)
  const id = tx.fresh.id('out')
  const orderKey = orderKeyOf(letter, id)
  const no = await nextNumber(tx, orderKey)
  await tx.db
    .insertInto('outbox')
    .values({
      id,
      connection: letter.connection,
      type: letter.type,
      repeatable: 1,
      webhook_id: tx.fresh.id('msg'),
      body: sealText(means.columns, bodyPlace(id), tx.fresh.bytes(12), body),
      words: wordsOf(letter.type, letter.do, letter.item),
      action: letter.action,
      notice: letter.notice,
      decision: letter.decision,
      record: letter.recorded?.record ?? null,
      order_key: orderKey,
      order_no: no,
      state_no: no,
      family: letter.family,
      withdraws: letter.withdraws,
      restates: 0,
      overtakes: null,
      state: 'waiting',
      not_before: letter.notBefore,
      next_at: letter.notBefore,
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
  tx.hint('outbox')
  return id
}

/** The next number of an order key; its row makes two writers collide, so numbers follow the order of commits. */
export async function nextNumber(tx: Tx, orderKey: string): Promise<number> {
  const row = await tx.db
    .insertInto('outbox_orders')
    .values({ order_key: orderKey, last_no: 1 })
    .onConflict((on) => on.column('order_key').doUpdateSet((eb) => ({ last_no: eb('outbox_orders.last_no', '+', 1) })))
    .returning('last_no')
    .executeTakeFirstOrThrow()
  return row.last_no
}

// Where nobody is concerned (a ping) the row is alone in its order and waits for nobody.
function orderKeyOf(letter: Letter, id: string): string {
  if (letter.account !== null) return JSON.stringify([letter.connection, 'account', letter.account])
  if (letter.item !== null) return JSON.stringify([letter.connection, 'item', letter.item.type, letter.item.id])
  return JSON.stringify([letter.connection, 'row', id])
}

/** Notes in the ledger how an action ended at an endpoint. Rows without an action leave no such record. */
export async function recordEnd(
  tx: Tx,
  end: { op: 'delivered' | 'cancelled'; action: string | null; connection: string; attempts: number },
  means: Pick<ActionMeans, 'record'>,
): Promise<void> {
  if (end.action === null) return
  const action = await tx.db.selectFrom('actions').selectAll().where('id', '=', end.action).executeTakeFirstOrThrow()
  await record(
    tx,
    {
      kind: 'action',
      affected: affectedBy(action.account),
      fields: {
        op: end.op,
        action: action.id,
        do: action.do,
        item: action.item_id,
        account: action.account,
        decision: action.decision,
        attempts: end.attempts,
        endpoint: end.connection,
        undoes: action.undo_of,
      },
    },
    means.record,
  )
}

export function affectedBy(account: string | null): Affected {
  return account === null ? PLATFORM : { kind: 'account', id: account }
}
