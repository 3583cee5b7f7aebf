import type { Tx } from '../storage/index.ts'
import { afterFailure, isDown } from './endpoint-health.ts'
import { recordEnd } from './enqueue.store.ts'
import { stepOutbox } from './outbox-state.ts'
import { answerPlace } from './places.ts'
import { restateAfter } from './restate.store.ts'
import { retryAt } from './retry.ts'
import { progressOf } from './rows.ts'
import { sealText } from './sealing.ts'
import type { OutboxTable } from './tables.ts'
import type { ActionMeans } from './wishes.ts'

/** How one attempt ended. `gone`: the receiver said 410. `unbuilt`: it could not be opened or signed, and nothing left the house. */
export type Outcome =
  | { readonly type: 'acknowledged' }
  | { readonly type: 'failed'; readonly retryAfterMs: number | null }
  | { readonly type: 'gone' }
  | { readonly type: 'unbuilt'; readonly why: string }

export interface Attempt {
  readonly status: number | null
  readonly error: string | null
  readonly ms: number
  /** First 200 characters of what came back. */
  readonly answer: string
}

export interface Settlement {
  readonly row: string
  /** Of the claim; null for a polling platform, whose late word still counts. */
  readonly token: string | null
  readonly now: number
  readonly outcome: Outcome
  readonly attempt: Attempt
  /** 0 to 1, for the jitter. */
  readonly chance: number
}

/**
 * Writes down how an attempt ended, with all that follows from it: the next try, the state of the endpoint, the record in the ledger, the
 * restatement after a late success. An attempt whose claim was lost meanwhile changes nothing.
 */
export async function settle(tx: Tx, settlement: Settlement, means: ActionMeans): Promise<'settled' | 'lost'> {
  const found = await tx.db.selectFrom('outbox').selectAll().where('id', '=', settlement.row).executeTakeFirst()
  const row = found === undefined ? undefined : rowOfClaim(found, settlement.token)
  if (row === undefined) return 'lost'
  await noteAttempt(tx, row, settlement, means)
  switch (settlement.outcome.type) {
    case 'acknowledged':
      await delivered(tx, row, settlement.now, means)
      break
    case 'failed':
      await failed(tx, row, settlement, settlement.outcome.retryAfterMs)
      break
    case 'gone':
      await parked(tx, row, 'gone')
      await pause(tx, row.connection, 'the receiver answered 410: it is gone')
      break
    case 'unbuilt':
      await parked(tx, row, settlement.outcome.why)
      break
  }
  tx.hint('outbox')
  return 'settled'
}

/** The row as it is under this claim; undefined where the claim was lost. */
function rowOfClaim(row: OutboxTable, token: string | null): OutboxTable | undefined {
  if (token !== null) return row.state === 'sending' && row.token === token ? row : undefined
  // A platform that polls may answer late: it had the row, so its word is the truth.
  const wasOffered = row.state === 'sending' || (row.state === 'waiting' && row.attempts > 0)
  return wasOffered ? { ...row, state: 'sending' } : undefined
}

async function noteAttempt(tx: Tx, row: OutboxTable, settlement: Settlement, means: ActionMeans): Promise<void> {
  const { status, error, ms, answer } = settlement.attempt
  const id = tx.fresh.id('att')
  await tx.db
    .insertInto('outbox_attempts')
    .values({
      id,
      outbox: row.id,
      connection: row.connection,
      at: settlement.now,
      status,
      error,
      ms: Math.round(ms),
      answer: answer === '' ? null : sealText(means.columns, answerPlace(id), tx.fresh.bytes(12), answer),
    })
    .execute()
}

async function delivered(tx: Tx, row: OutboxTable, now: number, means: ActionMeans): Promise<void> {
  const next = stepOutbox(progressOf(row), { type: 'delivered' })
  await tx.db
    .updateTable('outbox')
    .set({
      state: next.state,
      fails: next.fails,
      lease_until: 0,
      intent_at: null,
      token: null,
      why: null,
      delivered_at: row.delivered_at ?? now,
      closed_at: now,
    })
    .where('id', '=', row.id)
    .execute()
  // A replay of what was delivered before, or a restatement, is no second delivery of the action.
  if (row.delivered_at === null && row.restates === 0) await recordEnd(tx, { op: 'delivered', ...row }, means)
  await revive(tx, row.connection, now)
  await restateAfter(tx, row, means)
}

/** The first success after many failures releases what waits, oldest first. */
async function revive(tx: Tx, connection: string, now: number): Promise<void> {
  const before = await tx.db
    .selectFrom('connections')
    .select(['fails'])
    .where('id', '=', connection)
    .executeTakeFirstOrThrow()
  if (before.fails === 0) return
  await tx.db.updateTable('connections').set({ fails: 0, probe_at: 0 }).where('id', '=', connection).execute()
  if (!isDown({ fails: before.fails, probeAt: 0 })) return
  await tx.db
    .updateTable('outbox')
    .set({ next_at: now })
    .where('connection', '=', connection)
    .where('state', '=', 'waiting')
    .where('fails', '>', 0)
    .execute()
}

async function failed(tx: Tx, row: OutboxTable, settlement: Settlement, wishMs: number | null): Promise<void> {
  const at = retryAt(settlement.now, row.fails + 1, settlement.chance, wishMs)
  const next = stepOutbox(progressOf(row), { type: 'failed', retryAt: at })
  const { error, status } = settlement.attempt
  await tx.db
    .updateTable('outbox')
    .set({
      state: next.state,
      fails: next.fails,
      next_at: next.nextAt,
      lease_until: 0,
      intent_at: null,
      token: null,
      why: error ?? `status ${status}`,
    })
    .where('id', '=', row.id)
    .execute()
  const health = await tx.db
    .selectFrom('connections')
    .select(['fails', 'probe_at as probeAt'])
    .where('id', '=', row.connection)
    .executeTakeFirstOrThrow()
  const { fails, probeAt } = afterFailure(health, settlement.now, settlement.chance)
  await tx.db.updateTable('connections').set({ fails, probe_at: probeAt }).where('id', '=', row.connection).execute()
}

async function parked(tx: Tx, row: OutboxTable, why: string): Promise<void> {
  const next = stepOutbox(progressOf(row), { type: 'park' })
  await tx.db
    .updateTable('outbox')
    .set({ state: next.state, lease_until: 0, intent_at: null, token: null, why })
    .where('id', '=', row.id)
    .execute()
}

async function pause(tx: Tx, connection: string, why: string): Promise<void> {
  await tx.db
    .updateTable('connections')
    .set((eb) => ({ state: 'paused', paused_why: why, revision: eb('revision', '+', 1) }))
    .where('id', '=', connection)
    .execute()
}
