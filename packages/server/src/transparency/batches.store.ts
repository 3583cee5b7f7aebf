import { sql } from 'kysely'
import { defineQuery, defineWork } from '../storage/define.ts'
import type { ReadDb, Tx } from '../storage/seam.ts'
import { TransparencyError } from './errors.ts'
import type { LogName } from './tables.ts'

/** The most records that one batch takes, so that its transaction stays short; a backlog fills several in a row. */
export const BATCH_RECORDS = 4_096

export interface PendingRow {
  readonly id: string
  readonly class: number
  readonly kind: number | null
  readonly commitment: Uint8Array
  readonly sealed: Uint8Array | null
}

export const pendingRecords = defineQuery(
  'transparency.pending',
  ({ db }: ReadDb, log: LogName): Promise<PendingRow[]> =>
    db
      .selectFrom('ledger_records')
      .select(['id', 'class', 'kind', 'commitment', 'sealed'])
      .where('log', '=', log)
      .where('batch', 'is', null)
      .orderBy('id')
      .limit(BATCH_RECORDS)
      .execute(),
)

/** A batch as step S3 commits it. */
export interface NewBatch {
  readonly log: LogName
  readonly n: number
  readonly origin: string
  readonly from: number
  readonly size: number
  readonly leaves: Uint8Array
  readonly oldEdge: Uint8Array
  readonly edge: Uint8Array
  readonly root: Uint8Array
  readonly period: number
  readonly padKey: Uint8Array
  readonly anchorKey: Uint8Array | null
  readonly sealedText: string | null
  readonly fence: number
  readonly places: readonly { readonly id: string; readonly index: number }[]
  readonly openings: readonly { readonly index: number; readonly opening: string }[]
}

/**
 * S3: the batch, the index of each record and the new head, or nothing.
 *
 * @throws TransparencyError `batch_raced` somebody else went on, or the log was halted: throw the batch away
 */
export const commitBatch = defineWork('transparency.commitBatch', async (tx: Tx, batch: NewBatch): Promise<void> => {
  const head = { size: batch.size, root: batch.root, edge: batch.edge, period: batch.period }
  const moved = await tx.db
    .updateTable('ledger_heads')
    .set({ ...head, batches: batch.n, fence: batch.fence })
    .where('log', '=', batch.log)
    .where('origin', '=', batch.origin)
    .where('size', '=', batch.from)
    .where('fence', '<=', batch.fence)
    .where('halt', 'is', null)
    .executeTakeFirst()
  if (moved.numUpdatedRows !== 1n) throw raced(batch)
  await tx.db.insertInto('ledger_batches').values(rowOfBatch(batch, tx.now)).execute()
  let late = 0
  for (const part of chunks(batch.places)) late += await placeRecords(tx, batch, part)
  if (late > 0) {
    const sum = sql<number>`promises_late + ${late}`
    await tx.db.updateTable('ledger_heads').set({ promises_late: sum }).where('log', '=', batch.log).execute()
  }
  for (const part of chunks(batch.openings)) {
    const rows = part.map(({ index, opening }) => ({
      leaf_index: index,
      opening,
      log: batch.log,
      origin: batch.origin,
    }))
    await tx.db.insertInto('ledger_open_entries').values(rows).execute()
  }
  tx.hint('log')
})

function rowOfBatch(batch: NewBatch, now: number) {
  const { log, n, origin, leaves, period, root, fence } = batch
  return {
    ...{ log, n, origin, leaves, period, root, fence },
    from_size: batch.from,
    to_size: batch.size,
    edge: batch.oldEdge,
    pad_key: batch.padKey,
    anchor_key: batch.anchorKey,
    sealed_text: batch.sealedText,
    closed_at: now,
  }
}

/** @returns how many of them come after the time that was promised */
async function placeRecords(tx: Tx, batch: NewBatch, places: NewBatch['places']): Promise<number> {
  const rows = places.map(({ id, index }) => sql`(cast(${id} as text), cast(${index} as bigint))`)
  const placed = await sql<{ due_at: number | null }>`with placed (id, leaf_index) as (values ${sql.join(rows)})
    update ledger_records set leaf_index = placed.leaf_index, batch = ${batch.n}
    from placed where ledger_records.id = placed.id and ledger_records.batch is null
    returning ledger_records.due_at`.execute(tx.db)
  if (placed.rows.length !== places.length) throw raced(batch)
  return placed.rows.filter((row) => row.due_at !== null && row.due_at < tx.now).length
}

function raced(batch: NewBatch): TransparencyError {
  return new TransparencyError('batch_raced', `the log ${batch.log} is no longer at size ${batch.from} under our lease`)
}

// Both engines take well over 1,000 parameters in one statement.
function chunks<T>(all: readonly T[], length = 500): T[][] {
  return Array.from({ length: Math.ceil(all.length / length) }, (_, i) => all.slice(i * length, (i + 1) * length))
}

/** A batch from which tiles can be written again. */
export interface BatchRow {
  readonly n: number
  readonly from_size: number
  readonly to_size: number
  readonly root: Uint8Array
  readonly leaves: Uint8Array | null
  readonly edge: Uint8Array | null
}

/** Batches of a log that are committed but not signed, oldest first. */
export const unsignedBatches = defineQuery(
  'transparency.unsigned',
  async ({ db }: ReadDb, at: { log: LogName; origin: string }): Promise<BatchRow[]> =>
    db
      .selectFrom('ledger_batches')
      .select(['n', 'from_size', 'to_size', 'root', 'leaves', 'edge'])
      .where('log', '=', at.log)
      .where('origin', '=', at.origin)
      .where('to_size', '>', (of) =>
        of
          .selectFrom('ledger_checkpoints')
          .select((row) => row.fn.coalesce(row.fn.max('size'), sql<number>`0`).as('size'))
          .where('origin', '=', at.origin),
      )
      .orderBy('n')
      .execute(),
)

export const lastBatch = defineQuery(
  'transparency.lastBatch',
  ({ db }: ReadDb, at: { log: LogName; origin: string }): Promise<BatchRow | undefined> =>
    db
      .selectFrom('ledger_batches')
      .select(['n', 'from_size', 'to_size', 'root', 'leaves', 'edge'])
      .where('log', '=', at.log)
      .where('origin', '=', at.origin)
      .orderBy('n', 'desc')
      .limit(1)
      .executeTakeFirst(),
)

export interface Checkpoint {
  readonly size: number
  readonly text: string
  readonly signed_at: number
}

/** The checkpoint of the largest signed size. Nothing beyond it is served. */
export const latestCheckpoint = defineQuery(
  'transparency.checkpoint',
  ({ db }: ReadDb, origin: string): Promise<Checkpoint | undefined> =>
    db
      .selectFrom('ledger_checkpoints')
      .select(['size', 'text', 'signed_at'])
      .where('origin', '=', origin)
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst(),
)

/** S6, second half. A second signature of the same tree is not stored. */
export const storeCheckpoint = defineWork(
  'transparency.storeCheckpoint',
  async (tx: Tx, signed: { log: LogName; origin: string; size: number; text: string }): Promise<void> => {
    await tx.db
      .insertInto('ledger_checkpoints')
      .values({ ...signed, signed_at: tx.now })
      .onConflict((same) => same.doNothing())
      .execute()
    tx.hint('log')
  },
)

/** S9: leaf bytes older than two batches leave their rows. */
export const dropOldLeaves = defineWork(
  'transparency.dropOldLeaves',
  async (tx: Tx, below: { log: LogName; n: number }): Promise<void> => {
    await tx.db
      .updateTable('ledger_batches')
      .set({ leaves: null, edge: null })
      .where('log', '=', below.log)
      .where('n', '<=', below.n - 2)
      .where('leaves', 'is not', null)
      .execute()
  },
)
