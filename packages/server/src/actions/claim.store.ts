import type { Tx } from '../storage/index.ts'
import { isDown, roomFor } from './endpoint-health.ts'
import { overtakenBy, passAfter, type Queued } from './order.ts'
import { stepOutbox } from './outbox-state.ts'
import { progressOf } from './rows.ts'
import type { ConnectionsTable, OutboxTable } from './tables.ts'

/** A row that may be sent now, by whoever holds its token. */
export interface ClaimedRow {
  readonly id: string
  readonly token: string
  readonly webhookId: string
  readonly type: OutboxTable['type']
  readonly body: Uint8Array
  readonly overtakes: readonly string[]
  readonly restates: boolean
  readonly account: string | null
  readonly attempts: number
  readonly fails: number
  readonly offer: number | null
}

/** How many waiting rows are looked at for one endpoint in one go. */
const lookedAt = 64

/** Ends claims whose holder died. What may not be repeated becomes *unclear* and waits for a person. */
export async function endLostClaims(tx: Tx, connection: string, now: number): Promise<void> {
  const lost = await tx.db
    .selectFrom('outbox')
    .selectAll()
    .where('connection', '=', connection)
    .where('state', '=', 'sending')
    .where('lease_until', '<', now)
    .limit(lookedAt)
    .execute()
  for (const row of lost) {
    const { state, nextAt, leaseUntil } = stepOutbox(progressOf(row), { type: 'lease_ran_out', now })
    await tx.db
      .updateTable('outbox')
      .set({ state, next_at: nextAt, lease_until: leaseUntil, token: null, why: 'lease_ran_out' })
      .where('id', '=', row.id)
      .execute()
  }
}

/** Claims what may go to an endpoint now, oldest first. For a polling platform all that fits in one answer. */
export async function claimFor(
  tx: Tx,
  connection: ConnectionsTable,
  when: { now: number; leaseMs: number; most: number },
): Promise<ClaimedRow[]> {
  const inFlight = await countSending(tx, connection.id)
  const health = { fails: connection.fails, probeAt: connection.probe_at }
  const isPush = connection.kind === 'webhook'
  const room = isPush ? Math.min(when.most, roomFor(health, inFlight, when.now)) : when.most
  if (room <= 0) return []
  // A probe takes the oldest row, whatever its own next try: who answers it answers for all.
  const candidates = await candidatesOf(tx, connection.id, { ...when, probe: isPush && isDown(health) })
  const claimed: ClaimedRow[] = []
  for (const row of candidates) {
    if (claimed.length >= room) break
    const overtakes = overtakenBy(queuedOf(row), await openQueue(tx, row, when.now), when.now)
    if (overtakes !== undefined) claimed.push(await claimRow(tx, row, { ...when, overtakes }))
  }
  return claimed
}

async function countSending(tx: Tx, connection: string): Promise<number> {
  const { n } = await tx.db
    .selectFrom('outbox')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('connection', '=', connection)
    .where('state', '=', 'sending')
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** Due rows that nothing certainly holds up; `overtakenBy` has the last word on each. */
function candidatesOf(tx: Tx, connection: string, when: { now: number; probe: boolean }): Promise<OutboxTable[]> {
  return tx.db
    .selectFrom('outbox as row')
    .selectAll()
    .where('row.connection', '=', connection)
    .where('row.state', '=', 'waiting')
    .where('row.not_before', '<=', when.now)
    .$if(!when.probe, (query) => query.where('row.next_at', '<=', when.now))
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('outbox as earlier')
            .select('earlier.id')
            .whereRef('earlier.order_key', '=', 'row.order_key')
            .whereRef('earlier.order_no', '<', 'row.order_no')
            .where('earlier.state', 'in', ['waiting', 'sending'])
            .where('earlier.not_before', '<=', when.now)
            .where('earlier.fails', '<', passAfter)
            .where('earlier.withdraws', 'is', null),
        ),
      ),
    )
    .orderBy('row.id')
    .limit(lookedAt)
    .execute()
}

/**
 * The open rows of the same account. What may not go yet (a release that is timed, a notice that is withheld, a decision that can be
 * undone) holds up nothing but its own withdrawal: else a withheld notice would keep a suspension waiting for weeks. Sent later, it is
 * followed by a restatement of what passed it.
 */
async function openQueue(tx: Tx, row: OutboxTable, now: number): Promise<readonly Queued[]> {
  const rows = await tx.db
    .selectFrom('outbox')
    .selectAll()
    .where('order_key', '=', row.order_key)
    .where((eb) => eb.or([eb('not_before', '<=', now), eb('id', '=', row.withdraws ?? '')]))
    .where('state', 'not in', ['delivered', 'cancelled'])
    .orderBy('order_no')
    .limit(1_000)
    .execute()
  return rows.map(queuedOf)
}

function queuedOf(row: OutboxTable): Queued {
  const { id, state, fails, action, withdraws } = row
  return { id, no: row.order_no, state, fails, nextAt: row.next_at, action, withdraws }
}

async function claimRow(
  tx: Tx,
  row: OutboxTable,
  claim: { now: number; leaseMs: number; overtakes: readonly string[] },
): Promise<ClaimedRow> {
  const next = stepOutbox(progressOf(row), { type: 'claim', now: claim.now, leaseUntil: claim.now + claim.leaseMs })
  const token = tx.fresh.id('clm')
  // Fixed at the first attempt, so that each retry has the same bytes.
  const overtakes = row.overtakes ?? JSON.stringify(claim.overtakes)
  const changed = await tx.db
    .updateTable('outbox')
    .set({
      state: next.state,
      attempts: next.attempts,
      lease_until: next.leaseUntil,
      intent_at: next.intentAt,
      token,
      overtakes,
    })
    .where('id', '=', row.id)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  tx.affect(changed.numUpdatedRows, 1)
  return {
    id: row.id,
    token,
    webhookId: row.webhook_id,
    type: row.type,
    body: row.body,
    overtakes: JSON.parse(overtakes),
    restates: row.restates === 1,
    account: await accountOf(tx, row),
    attempts: next.attempts,
    fails: row.fails,
    offer: row.offer,
  }
}

async function accountOf(tx: Tx, row: OutboxTable): Promise<string | null> {
  if (row.action === null) return null
  const action = await tx.db.selectFrom('actions').select('account').where('id', '=', row.action).executeTakeFirst()
  return action?.account ?? null
}
