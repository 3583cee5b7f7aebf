import { defineWork, type Tx } from '../storage/index.ts'
import { type ClaimedRow, claimFor, endLostClaims } from './claim.store.ts'
import { type Settlement, settle } from './settle.store.ts'
import type { ActionMeans } from './wishes.ts'

/** An attempt takes 15 s at most; a claim that is older belongs to a process that died. */
export const pushLeaseMs = 60_000

/** Where and with which secrets a claimed row goes. Secrets are sealed. */
export interface Target {
  readonly id: string
  readonly name: string
  readonly url: string | null
  readonly secret: Uint8Array | null
  readonly oldSecret: Uint8Array | null
  readonly oldUntil: number | null
}

export interface ClaimedBatch {
  readonly target: Target
  readonly rows: readonly ClaimedRow[]
}

/**
 * Ends the claims of pushed rows whose holder is gone, at the start of a process that is known to be the only one: nothing waits for the end
 * of a dead process's lease. What may not be repeated becomes *unclear*, as ever.
 */
export const endClaims = defineWork('actions.endClaims', async (tx: Tx): Promise<void> => {
  const pushed = tx.db.selectFrom('connections').select('id').where('kind', '=', 'webhook')
  await tx.db
    .updateTable('outbox')
    .set({ lease_until: 0 })
    .where('state', '=', 'sending')
    .where('connection', 'in', pushed)
    .execute()
})

/** Claims what may go to any webhook endpoint now. The claim is durable before the first byte leaves. */
export const claimDeliveries = defineWork(
  'actions.claim',
  async (tx: Tx, { now }: { now: number }): Promise<readonly ClaimedBatch[]> => {
    const connections = await tx.db
      .selectFrom('connections')
      .selectAll()
      .where('kind', '=', 'webhook')
      .where('state', '=', 'active')
      .orderBy('id')
      .execute()
    const batches: ClaimedBatch[] = []
    for (const connection of connections) {
      await endLostClaims(tx, connection.id, now)
      const rows = await claimFor(tx, connection, { now, leaseMs: pushLeaseMs, most: Number.MAX_SAFE_INTEGER })
      const { id, name, url, secret } = connection
      const target = { id, name, url, secret, oldSecret: connection.old_secret, oldUntil: connection.old_until }
      if (rows.length > 0) batches.push({ target, rows })
    }
    return batches
  },
)

/** Writes down how an attempt ended (see `settle`). */
export const settleDelivery = defineWork(
  'actions.settle',
  (tx: Tx, { settlement, means }: { settlement: Settlement; means: ActionMeans }) => settle(tx, settlement, means),
)
