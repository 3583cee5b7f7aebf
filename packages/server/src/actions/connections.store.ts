import type { Do } from '@lamplighter/api'
import { defineErrors, defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { enqueue } from './enqueue.store.ts'
import { ActionsError } from './errors.ts'
import { secretPlace } from './places.ts'
import { cancelRow, doesOf } from './request.store.ts'
import { type ColumnKey, openText, sealText } from './sealing.ts'
import { webhookSecret } from './signature.ts'
import { isForgotten } from './sweep.store.ts'
import type { ConnectionsTable, OutboxTable } from './tables.ts'
import type { ActionMeans } from './wishes.ts'

defineErrors(ActionsError)

/** How long the replaced secret goes on signing beside the new one (security.md §9). */
export const overlapMs = 24 * 3_600_000

export interface NewConnection {
  readonly name: string
  readonly kind: 'webhook' | 'poll'
  readonly url: string | null
  readonly does: readonly Do[]
}

/**
 * Adds an endpoint; a polling platform has no secret. The secret comes back sealed (`openSecret`): results of works are kept for callers
 * who repeat, and no table holds a secret in the clear.
 */
export const addConnection = defineWork(
  'actions.addConnection',
  async (tx: Tx, { wish, means }: { wish: NewConnection; means: ActionMeans }) => {
    const known = await tx.db.selectFrom('connections').select('id').where('name', '=', wish.name).executeTakeFirst()
    if (known !== undefined)
      throw new ActionsError('conflict', 'a connection with this name exists; choose another name')
    const id = tx.fresh.id('con')
    const sealedSecret = newSecret(tx, wish.kind === 'webhook' ? id : null, means)
    await tx.db
      .insertInto('connections')
      .values({
        id,
        name: wish.name,
        kind: wish.kind,
        url: wish.url,
        does: JSON.stringify([...new Set(wish.does)]),
        state: 'active',
        paused_why: null,
        ...sealedSecret,
        old_secret: null,
        old_until: null,
        fails: 0,
        probe_at: 0,
        offers: 0,
        revision: 1,
        created_at: tx.now,
      })
      .execute()
    return { id, secret: sealedSecret.secret }
  },
)

/** Gives the endpoint a new secret; both sign for a day. */
export const rotateSecret = defineWork(
  'actions.rotateSecret',
  async (
    tx: Tx,
    { connection, means }: { connection: string; means: ActionMeans },
  ): Promise<{ secret: Uint8Array | null }> => {
    const row = await connectionOf(tx, connection)
    if (row.secret === null) throw new ActionsError('conflict', 'a polling connection has no secret')
    const old = openText(means.columns, secretPlace(row.id, 'secret'), row.secret)
    const sealedSecret = newSecret(tx, row.id, means)
    await tx.db
      .updateTable('connections')
      .set((eb) => ({
        ...sealedSecret,
        old_secret: sealText(means.columns, secretPlace(row.id, 'old_secret'), tx.fresh.bytes(12), old),
        old_until: tx.now + overlapMs,
        revision: eb('revision', '+', 1),
      }))
      .where('id', '=', row.id)
      .execute()
    return { secret: sealedSecret.secret }
  },
)

function newSecret(tx: Tx, connection: string | null, means: ActionMeans) {
  if (connection === null) return { secret: null, secret_last4: null, secret_set_at: null }
  const secret = webhookSecret(tx.fresh.bytes(32))
  return {
    secret: sealText(means.columns, secretPlace(connection, 'secret'), tx.fresh.bytes(12), secret),
    secret_last4: secret.replace(/=+$/, '').slice(-4),
    secret_set_at: tx.now,
  }
}

/** The secret that `addConnection` or `rotateSecret` gave, to be shown once. */
export function openSecret(key: ColumnKey, connection: string, sealed: Uint8Array | null): string | null {
  return sealed === null ? null : openText(key, secretPlace(connection, 'secret'), sealed)
}

export const pauseConnection = defineWork(
  'actions.pause',
  async (tx: Tx, { connection, reason }: { connection: string; reason: string }) => {
    const row = await connectionOf(tx, connection)
    await setState(tx, row.id, { state: 'paused', paused_why: reason })
  },
)

/** Goes on. Rows that were parked because the receiver said it was gone wait again; the person who resumes says it is back. */
export const resumeConnection = defineWork('actions.resume', async (tx: Tx, { connection }: { connection: string }) => {
  const row = await connectionOf(tx, connection)
  await setState(tx, row.id, { state: 'active', paused_why: null, fails: 0, probe_at: 0 })
  await tx.db
    .updateTable('outbox')
    .set({ state: 'waiting', fails: 0, next_at: tx.now, why: null })
    .where('connection', '=', row.id)
    .where('state', '=', 'parked')
    .where('why', '=', 'gone')
    .execute()
  tx.hint('outbox')
})

async function setState(tx: Tx, id: string, to: Partial<ConnectionsTable>): Promise<void> {
  await tx.db
    .updateTable('connections')
    .set((eb) => ({ ...to, revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .execute()
}

export const sendPing = defineWork(
  'actions.ping',
  async (tx: Tx, { connection, means }: { connection: string; means: ActionMeans }): Promise<{ delivery: string }> => {
    const row = await connectionOf(tx, connection)
    if (row.state === 'paused')
      throw new ActionsError('conflict', 'the connection is paused; resume it, then send a test')
    const letter = { connection: row.id, type: 'ping' as const, data: { connection: row.id, name: row.name } }
    const nobody = { recorded: null, do: null, account: null, item: null, action: null, notice: null, decision: null }
    const delivery = await enqueue(
      tx,
      { ...letter, ...nobody, family: null, withdraws: null, notBefore: tx.now },
      means,
    )
    return { delivery }
  },
)

/** Sends a row again, under the same webhook-id. */
export const replayDelivery = defineWork('actions.replay', async (tx: Tx, { delivery }: { delivery: string }) => {
  const row = await rowOf(tx, delivery)
  if (isForgotten(row)) throw new ActionsError('conflict', 'what this delivery said was deleted after 30 days')
  const changed = await tx.db
    .updateTable('outbox')
    .set({ state: 'waiting', fails: 0, next_at: tx.now, closed_at: null, why: null })
    .where('id', '=', row.id)
    .where('state', 'in', ['parked', 'delivered', 'waiting'])
    .executeTakeFirst()
  if (changed.numUpdatedRows !== 1n) {
    throw new ActionsError('conflict', `a delivery that is ${row.state} cannot be sent again`)
  }
  tx.hint('outbox')
})

export const cancelDelivery = defineWork(
  'actions.cancelDelivery',
  async (tx: Tx, input: { delivery: string; by: string; reason: string; means: ActionMeans }) => {
    const row = await rowOf(tx, input.delivery)
    if (row.state !== 'waiting' && row.state !== 'parked') {
      throw new ActionsError('conflict', `a delivery that is ${row.state} cannot be cancelled`)
    }
    await cancelRow(tx, row.id, { by: input.by, why: input.reason }, input.means)
  },
)

async function connectionOf(tx: Tx, id: string): Promise<ConnectionsTable> {
  const row = await tx.db.selectFrom('connections').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new ActionsError('not_found', 'there is no such connection')
  return row
}

async function rowOf(tx: Tx, id: string): Promise<OutboxTable> {
  const row = await tx.db.selectFrom('outbox').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new ActionsError('not_found', 'there is no such delivery')
  return row
}

export const listConnections = defineQuery('actions.connections', async ({ db }: ReadDb) => {
  const rows = await db.selectFrom('connections').selectAll().orderBy('id').execute()
  const counts = await db
    .selectFrom('outbox')
    .select((eb) => ['connection', 'state', eb.fn.countAll<number>().as('n'), eb.fn.min('created_at').as('oldest')])
    .where('state', 'in', ['waiting', 'sending', 'parked', 'unclear'])
    .groupBy(['connection', 'state'])
    .execute()
  return rows.map((row) => {
    const own = counts.filter((count) => count.connection === row.id)
    const waiting = own.filter((count) => count.state === 'waiting' || count.state === 'sending')
    const parked = own.filter((count) => count.state === 'parked' || count.state === 'unclear')
    return {
      id: row.id,
      name: row.name,
      kind: row.kind,
      url: row.url,
      state: row.state,
      pausedWhy: row.paused_why,
      does: [...doesOf(row.does)],
      secretLast4: row.secret_last4,
      secretSetAt: row.secret_set_at,
      waiting: sum(waiting),
      oldestAt: waiting.length === 0 ? null : Math.min(...waiting.map((count) => Number(count.oldest))),
      parked: sum(parked),
    }
  })
})

const sum = (counts: readonly { n: number }[]): number => counts.reduce((all, one) => all + Number(one.n), 0)

/** Account that a delivery is about, for the keys of the record that cancelling it writes. */
export const accountOfDelivery = defineQuery('actions.accountOfDelivery', async ({ db }: ReadDb, id: string) => {
  const row = await db
    .selectFrom('outbox')
    .leftJoin('actions', 'actions.id', 'outbox.action')
    .select(['actions.account'])
    .where('outbox.id', '=', id)
    .executeTakeFirst()
  return row?.account ?? null
})

export interface DeliveriesWish {
  readonly connection: string
  readonly state?: OutboxTable['state']
  readonly before?: string
  readonly limit: number
}

/** The last deliveries of one endpoint, newest first, each with its last 20 attempts. Answers come out sealed. */
export const listDeliveries = defineQuery('actions.deliveries', async ({ db }: ReadDb, wish: DeliveriesWish) => {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('connection', '=', wish.connection)
    .$if(wish.state !== undefined, (query) => query.where('state', '=', wish.state ?? 'waiting'))
    .$if(wish.before !== undefined, (query) => query.where('id', '<', wish.before ?? ''))
    .orderBy('id', 'desc')
    .limit(wish.limit)
    .execute()
  const deliveries = []
  for (const row of rows) {
    const attempts = await db
      .selectFrom('outbox_attempts')
      .select(['id', 'at', 'status', 'error', 'ms', 'answer'])
      .where('outbox', '=', row.id)
      .orderBy('id', 'desc')
      .limit(20)
      .execute()
    const { id, type, words, state } = row
    const nextAt = state === 'waiting' ? Math.max(row.next_at, row.not_before) : null
    deliveries.push({ id, webhookId: row.webhook_id, type, words, state, createdAt: row.created_at, nextAt, attempts })
  }
  return deliveries
})
