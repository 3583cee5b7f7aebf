import type { ScheduledTask } from '../jobs/index.ts'
import { days, defineWork, type Store, type Tx } from '../storage/index.ts'

/** Bodies of closed rows go before the rows themselves (platform.md §14); what was sent when stays known. */
export const bodyKeptMs = days(30)
const sliceRows = 500

const none = new Uint8Array(0)

/** True for a row whose body is gone: it cannot be sent or told again. */
export const isForgotten = (row: { body: Uint8Array }): boolean => row.body.length === 0

/** Empties the bodies of one slice of rows that were closed before `before`. @returns how many */
export const forgetBodies = defineWork('actions.forgetBodies', async (tx: Tx, before: number): Promise<number> => {
  const rows = await tx.db
    .selectFrom('outbox')
    .select('id')
    .where('closed_at', '<', before)
    .where('state', 'in', ['delivered', 'cancelled'])
    .where('body', '<>', none)
    .limit(sliceRows)
    .execute()
  const ids = rows.map((row) => row.id)
  if (ids.length > 0) await tx.db.updateTable('outbox').set({ body: none }).where('id', 'in', ids).execute()
  return rows.length
})

/** The hourly job that empties old bodies. */
export function bodySweep(store: Store, now: () => number): ScheduledTask {
  return {
    name: 'outbox-bodies',
    when: { every: 3_600_000 },
    missed: 'latest',
    async run() {
      const before = now() - bodyKeptMs
      let total = 0
      for (let count = -1; count !== 0; total += Math.max(0, count)) count = await store.tx(forgetBodies, before)
      return `${total} bodies`
    },
  }
}
