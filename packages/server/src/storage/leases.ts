import { sql } from 'kysely'
import { defineQuery, defineWork } from './define.ts'
import { StorageError } from './errors.ts'
import type { Engine, Fence, ReadDb, Store, Tx } from './seam.ts'

declare module './tables.ts' {
  interface Tables {
    leases: LeasesTable
  }
}

interface LeasesTable {
  name: string
  epoch: number
  address: string
  until_ms: number
}

export interface Holder {
  readonly name: string
  readonly epoch: number
  readonly address: string
  readonly untilMs: number
}

export interface Leases {
  /** The lease with a new, higher epoch; undefined while somebody else's still holds. */
  acquire(name: string, ttlMs: number, address?: string): Promise<Fence | undefined>
  /** @throws StorageError `lease_lost` */
  renew(fence: Fence, ttlMs: number): Promise<Fence>
  /** Frees it at once for others; silently nothing when it is lost already. */
  release(fence: Fence): Promise<void>
  /** Who holds leases whose name begins with `prefix` now. */
  holders(prefix: string): Promise<Holder[]>
}

// Leases alone use the database's clock: several hosts must agree on when one ends.
const CLOCK = {
  sqlite: sql<number>`cast(unixepoch('subsec') * 1000 as integer)`,
  postgres: sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
} satisfies Record<Engine, unknown>

const acquire = defineWork(
  'storage.leases.acquire',
  async (tx: Tx, input: { name: string; ttlMs: number; address: string }): Promise<Fence | undefined> => {
    const clock = CLOCK[tx.engine]
    const row = await tx.db
      .insertInto('leases')
      .values({ name: input.name, epoch: 1, address: input.address, until_ms: sql`${clock} + ${ttl(input.ttlMs)}` })
      .onConflict((conflict) =>
        conflict
          .column('name')
          .doUpdateSet((row) => ({
            epoch: sql`leases.epoch + 1`,
            address: row.ref('excluded.address'),
            until_ms: row.ref('excluded.until_ms'),
          }))
          .where('leases.until_ms', '<=', clock),
      )
      .returning(['epoch', 'until_ms'])
      .executeTakeFirst()
    return row && { name: input.name, epoch: row.epoch, untilMs: row.until_ms }
  },
  { mode: 'hot', urgent: true },
)

const renew = defineWork(
  'storage.leases.renew',
  async (tx: Tx, input: { fence: Fence; ttlMs: number }): Promise<Fence> => {
    const row = await tx.db
      .updateTable('leases')
      .set({ until_ms: sql`${CLOCK[tx.engine]} + ${ttl(input.ttlMs)}` })
      .where('name', '=', input.fence.name)
      .where('epoch', '=', input.fence.epoch)
      // A released lease has until_ms 0 and the same epoch: it must be acquired again.
      .where('until_ms', '>', 0)
      .returning('until_ms')
      .executeTakeFirst()
    if (row === undefined) throw lost(input.fence)
    return { ...input.fence, untilMs: row.until_ms }
  },
  { mode: 'hot', urgent: true },
)

const release = defineWork(
  'storage.leases.release',
  async (tx: Tx, fence: Fence): Promise<void> => {
    await tx.db
      .updateTable('leases')
      .set({ until_ms: 0 })
      .where('name', '=', fence.name)
      .where('epoch', '=', fence.epoch)
      .execute()
    tx.hint('leases')
  },
  { mode: 'hot', urgent: true },
)

/** Ends all leases. Only where no other process can hold one: their holder died without a word. Epochs go on, so its fences stay invalid. */
export const endLeases = defineWork(
  'storage.leases.end',
  async (tx: Tx): Promise<void> => {
    await tx.db.updateTable('leases').set({ until_ms: 0 }).where('until_ms', '>', 0).execute()
  },
  { urgent: true },
)

const holders = defineQuery(
  'storage.leases.holders',
  async ({ db, engine }: ReadDb, prefix: string): Promise<Holder[]> => {
    const rows = await db
      .selectFrom('leases')
      .selectAll()
      .where('name', '>=', prefix)
      .where('name', '<', `${prefix}\u{10ffff}`)
      .where('until_ms', '>', CLOCK[engine])
      .orderBy('name')
      .execute()
    return rows.map((row) => ({ name: row.name, epoch: row.epoch, address: row.address, untilMs: row.until_ms }))
  },
)

/**
 * Demands that these leases are still ours. The rows stay share-locked to the end of the transaction, so nobody else's epoch can
 * commit before it.
 *
 * @throws StorageError `lease_lost`
 */
export async function checkFences(tx: Pick<Tx, 'db' | 'engine'>, fences: readonly Fence[]): Promise<void> {
  for (const fence of [...fences].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    let query = tx.db.selectFrom('leases').select('epoch').where('name', '=', fence.name).where('until_ms', '>', 0)
    if (tx.engine === 'postgres') query = query.forShare()
    const row = await query.executeTakeFirst()
    if (row?.epoch !== fence.epoch) throw lost(fence)
  }
}

export function makeLeases(store: Store): Leases {
  return {
    acquire: (name, ttlMs, address = '') => store.tx(acquire, { name, ttlMs, address }),
    renew: (fence, ttlMs) => store.tx(renew, { fence, ttlMs }),
    release: (fence) => store.tx(release, fence),
    holders: (prefix) => store.read(holders, prefix),
  }
}

function ttl(ms: number) {
  return sql`cast(${Math.trunc(ms)} as bigint)`
}

function lost(fence: Fence): StorageError {
  return new StorageError(
    'lease_lost',
    `lease "${fence.name}" has another owner than epoch ${fence.epoch}; drop the result and stop`,
  )
}
