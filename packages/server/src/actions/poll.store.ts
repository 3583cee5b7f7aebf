import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { claimFor } from './claim.store.ts'
import { ActionsError } from './errors.ts'
import { type Outcome, settle } from './settle.store.ts'
import type { ConnectionsTable } from './tables.ts'
import type { ActionMeans } from './wishes.ts'

/** A platform that polls has so long to say that it carried a row out; then the row is offered again. */
export const pollLeaseMs = 5 * 60_000
const mostOffered = 100

/** A row as it is offered; its body is sealed. */
export interface Offered {
  readonly id: string
  readonly webhookId: string
  readonly body: Uint8Array
  readonly overtakes: readonly string[]
}

export interface OfferWish {
  readonly connection: string
  /** Number of the last batch that the platform has; what was offered in later ones is given again. */
  readonly after: number
  readonly now: number
  readonly chance: number
  readonly means: ActionMeans
}

/**
 * Offers what may be carried out now. Reading the same `after` again gives the same rows again, so a lost answer loses nothing; a row
 * that is not acknowledged in time counts as failed and comes back later.
 */
export const offerActions = defineWork(
  'actions.offer',
  async (tx: Tx, wish: OfferWish): Promise<{ items: readonly Offered[]; next: number }> => {
    const connection = await pollConnection(tx, wish.connection)
    await failUnacknowledged(tx, connection.id, wish)
    if (connection.state === 'paused') return { items: [], next: wish.after }
    const claimed = await claimFor(tx, connection, { now: wish.now, leaseMs: pollLeaseMs, most: mostOffered })
    const next = claimed.length === 0 ? connection.offers : connection.offers + 1
    if (claimed.length > 0) {
      await tx.db.updateTable('connections').set({ offers: next }).where('id', '=', connection.id).execute()
      const ids = claimed.map((row) => row.id)
      await tx.db.updateTable('outbox').set({ offer: next }).where('id', 'in', ids).execute()
    }
    return { items: await offeredAfter(tx, connection.id, wish.after), next }
  },
  { urgent: true },
)

async function failUnacknowledged(tx: Tx, connection: string, wish: OfferWish): Promise<void> {
  const lost = await tx.db
    .selectFrom('outbox')
    .select(['id', 'token'])
    .where('connection', '=', connection)
    .where('state', '=', 'sending')
    .where('lease_until', '<', wish.now)
    .limit(mostOffered)
    .execute()
  const attempt = { status: null, error: 'not acknowledged in time', ms: pollLeaseMs, answer: '' }
  const outcome = { type: 'failed', retryAfterMs: null } as const
  for (const row of lost) {
    await settle(
      tx,
      { row: row.id, token: row.token, now: wish.now, outcome, attempt, chance: wish.chance },
      wish.means,
    )
  }
}

async function offeredAfter(tx: Tx, connection: string, after: number): Promise<readonly Offered[]> {
  const rows = await tx.db
    .selectFrom('outbox')
    .select(['id', 'webhook_id', 'body', 'overtakes'])
    .where('connection', '=', connection)
    .where('state', '=', 'sending')
    .where('offer', '>', after)
    .orderBy('id')
    .limit(mostOffered)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    webhookId: row.webhook_id,
    body: row.body,
    overtakes: row.overtakes === null ? [] : JSON.parse(row.overtakes),
  }))
}

export interface AckWish {
  readonly connection: string
  readonly webhookId: string
  readonly outcome: Outcome
  /** What the platform said of a failure. */
  readonly answer: string
  readonly now: number
  readonly chance: number
  readonly means: ActionMeans
}

/** Takes the platform's word on a row that it was offered. The same word twice changes nothing. */
export const acknowledge = defineWork(
  'actions.acknowledge',
  async (tx: Tx, wish: AckWish): Promise<'delivered' | 'waiting' | 'cancelled'> => {
    const connection = await pollConnection(tx, wish.connection)
    const row = await tx.db
      .selectFrom('outbox')
      .select(['id', 'state', 'attempts'])
      .where('webhook_id', '=', wish.webhookId)
      .where('connection', '=', connection.id)
      .executeTakeFirst()
    if (row === undefined || row.attempts === 0)
      throw new ActionsError('not_found', 'no such action was offered to this connection')
    if (row.state === 'delivered' || row.state === 'cancelled') return row.state
    const isRefusal = wish.outcome.type === 'failed'
    const attempt = { status: null, error: isRefusal ? 'refused by the platform' : null, ms: 0, answer: wish.answer }
    const { outcome, now, chance } = wish
    await settle(tx, { row: row.id, token: null, now, outcome, attempt, chance }, wish.means)
    return wish.outcome.type === 'acknowledged' ? 'delivered' : 'waiting'
  },
  { urgent: true },
)

/** An endpoint is push or poll, not both. A key without a connection of its own name speaks for the only one that polls. */
async function pollConnection(from: Pick<Tx, 'db'>, name: string): Promise<ConnectionsTable> {
  const rows = await from.db.selectFrom('connections').selectAll().execute()
  const named = rows.find((row) => row.id === name || row.name === name)
  if (named?.kind === 'webhook')
    throw new ActionsError('conflict', 'this connection receives webhooks; it cannot poll as well')
  const polling = rows.filter((row) => row.kind === 'poll')
  const found = named ?? (polling.length === 1 ? polling[0] : undefined)
  if (found === undefined) {
    throw new ActionsError('conflict', 'no polling connection belongs to this key; add one in Settings → Connections')
  }
  return found
}

/** Account that a message is about, for the keys of the record that acknowledging it writes. */
export const accountOfMessage = defineQuery(
  'actions.accountOfMessage',
  async ({ db }: ReadDb, webhookId: string): Promise<readonly string[]> => {
    const rows = await db
      .selectFrom('outbox')
      .innerJoin('actions', 'actions.id', 'outbox.action')
      .select('actions.account')
      .where('outbox.webhook_id', '=', webhookId)
      .execute()
    return rows.flatMap((row) => (row.account === null ? [] : [row.account]))
  },
)
