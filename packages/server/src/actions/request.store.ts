import type { Do } from '@lamplighter/api'
import { Do as DoShape } from '@lamplighter/api'
import type { ReadDb, Tx } from '../storage/index.ts'
import { enqueue, recordEnd } from './enqueue.store.ts'
import { actionData, familyOf } from './letters.ts'
import type { ActionMeans, ActionWish } from './wishes.ts'

/**
 * Asks the platform to do something, in the transaction of the decision: one row in `actions`, and one in the outbox for each connection
 * that carries this `do`. Nothing is sent before `wish.notBefore`.
 */
export async function requestAction(tx: Tx, wish: ActionWish, means: ActionMeans): Promise<{ action: string }> {
  const action = await insertAction(tx, wish)
  for (const connection of await carriersOf(tx, wish.do)) {
    await enqueue(tx, { ...letterOf(action, wish), connection, type: 'action.requested', withdraws: null }, means)
  }
  return { action }
}

export async function insertAction(tx: Tx, wish: ActionWish): Promise<string> {
  const id = tx.fresh.id('act')
  await tx.db
    .insertInto('actions')
    .values({
      id,
      decision: wish.decision,
      do: wish.do,
      what: wish.what ?? null,
      item_type: wish.item?.type ?? null,
      item_id: wish.item?.id ?? null,
      account: wish.account,
      undo_of: wish.undoOf ?? null,
      requested_at: tx.now,
      withdrawn_by: null,
    })
    .execute()
  return id
}

export function letterOf(action: string, wish: ActionWish) {
  return {
    data: actionData(action, wish, wish.recorded),
    recorded: wish.recorded,
    do: wish.do,
    account: wish.account,
    item: wish.item,
    action,
    notice: null,
    decision: wish.decision,
    family: familyOf(wish.do, wish.what ?? null, wish.item),
    notBefore: wish.notBefore,
  }
}

async function carriersOf(tx: Tx, act: Do): Promise<readonly string[]> {
  const rows = await tx.db.selectFrom('connections').select(['id', 'does']).orderBy('id').execute()
  return rows.filter((row) => doesOf(row.does).includes(act)).map((row) => row.id)
}

export const doesOf = (json: string): readonly Do[] => DoShape.array().parse(JSON.parse(json))

/** What the platform can carry out at all: a choice beyond it is shown as *not supported here* before a decision (decisions.md 23). */
export async function supports(from: Tx | ReadDb): Promise<Set<Do>> {
  const rows = await from.db.selectFrom('connections').select('does').execute()
  return new Set(rows.flatMap((row) => doesOf(row.does)))
}

/**
 * Undo inside the window: cancels every action of the decision that was never tried, each with its own record in the ledger.
 *
 * With `do` only the actions of this kind.
 * @returns how many rows were cancelled, and how many the platform may have heard of already
 */
export async function cancelUnsent(
  tx: Tx,
  { decision, do: act }: { decision: string; do?: Do },
  means: ActionMeans,
): Promise<{ cancelled: number; left: number }> {
  const rows = await tx.db
    .selectFrom('outbox')
    .select(['id', 'action', 'state', 'attempts'])
    .where('decision', '=', decision)
    .where('type', 'in', ['action.requested', 'action.withdrawn'])
    .where('state', '<>', 'cancelled')
    .$if(act !== undefined, (all) => all.where('action', 'in', actionsOf(tx, decision, act)))
    .execute()
  const unsent = rows.filter(isUntried)
  for (const row of unsent) await cancelRow(tx, row.id, { by: 'undo', why: 'undone in time' }, means)
  const tried = new Set(rows.filter((row) => !isUntried(row)).map((row) => row.action))
  const gone = [...new Set(unsent.map((row) => row.action))].filter((action) => action !== null && !tried.has(action))
  for (const action of gone) await markWithdrawn(tx, action, action)
  return { cancelled: unsent.length, left: rows.length - unsent.length }
}

/** Sends at once what a decision asked for later. Returns how many rows were brought forward. */
export async function bringForward(tx: Tx, { decision, do: act }: { decision: string; do: Do }): Promise<number> {
  const rows = await tx.db
    .updateTable('outbox')
    .set({ not_before: tx.now, next_at: tx.now })
    .where('decision', '=', decision)
    .where('action', 'in', actionsOf(tx, decision, act))
    .where('state', '=', 'waiting')
    .where('attempts', '=', 0)
    .where('not_before', '>', tx.now)
    .returning('id')
    .execute()
  tx.hint('outbox')
  return rows.length
}

const actionsOf = (tx: Tx, decision: string, act: Do | undefined) =>
  tx.db
    .selectFrom('actions')
    .select('id')
    .where('decision', '=', decision)
    .where('do', '=', act ?? 'release')

export const isUntried = (row: { state: string; attempts: number }): boolean =>
  row.attempts === 0 && (row.state === 'waiting' || row.state === 'parked')

export async function markWithdrawn(tx: Tx, action: string | null, by: string | null): Promise<void> {
  if (action === null) return
  await tx.db.updateTable('actions').set({ withdrawn_by: by }).where('id', '=', action).execute()
}

/** Gives up one row that is not under way. */
export async function cancelRow(
  tx: Tx,
  id: string,
  given: { by: string; why: string },
  means: Pick<ActionMeans, 'record'>,
): Promise<void> {
  const row = await tx.db
    .updateTable('outbox')
    .set({ state: 'cancelled', closed_at: tx.now, closed_by: given.by, why: given.why })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'parked'])
    .returning(['action', 'connection', 'attempts', 'restates'])
    .executeTakeFirst()
  tx.affect(row === undefined ? 0 : 1, 1)
  // A restatement that is not needed any more cancels no action.
  if (row?.restates === 0) await recordEnd(tx, { op: 'cancelled', ...row }, means)
}
