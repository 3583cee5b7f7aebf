import { EMPTY_EDGE, emptyRoot, encodeEdge } from '@lamplighter/ledger'
import { sql } from 'kysely'
import { defineErrors, defineQuery, defineWork } from '../storage/define.ts'
import type { ReadDb, Tx } from '../storage/seam.ts'
import { PLATFORM } from './acts.ts'
import { TransparencyError } from './errors.ts'
import { type RecordKeys, record } from './record.ts'
import { LOGS, type LogName } from './tables.ts'

export { destroyOld, destroyUnderKeys, keysEnded, keysToEnd, nameLateErased, recordsUnder } from './erasure-store.ts'
export { schema } from './tables.ts'

defineErrors(TransparencyError)

/** A key of the logs as it is stored: the public part plain, the private one wrapped. */
export interface StoredKey {
  readonly name: string
  readonly type: number
  readonly public: Uint8Array
  readonly wrapped: Uint8Array
}

/** Opens both logs at the first start; at later starts it only reads. The first act of a log is that it was opened. */
export const openLogs = defineWork(
  'transparency.openLogs',
  async (tx: Tx, input: { origins: Record<LogName, string>; stored: readonly StoredKey[]; keys: RecordKeys }) => {
    const known = await tx.db.selectFrom('ledger_heads').select('log').execute()
    if (known.length > 0) return { opened: false }
    const head = {
      size: 0,
      root: emptyRoot(),
      edge: encodeEdge(EMPTY_EDGE),
      period: 0,
      batches: 0,
      fence: 0,
      generation: 1,
      promises_late: 0,
    }
    const none = { halt: null, halted_at: null, restored_at: null, moved_to: null, software: null }
    const rows = LOGS.map((log) => ({ log, origin: input.origins[log], ...head, ...none }))
    await tx.db.insertInto('ledger_heads').values(rows).execute()
    const fields = { op: 'opened', origin: input.origins.actions, policy: 'quorum none' } as const
    const opened = await record(tx, { kind: 'ledger', affected: PLATFORM, fields }, input.keys)
    await addKeys(tx, input.stored, opened.record)
    return { opened: true }
  },
  { urgent: true },
)

async function addKeys(tx: Tx, stored: readonly StoredKey[], announcedBy: string): Promise<void> {
  const rows = stored.map((key) => ({ ...key, from_at: tx.now, to_at: null, record: announcedBy }))
  await tx.db.insertInto('ledger_keys').values(rows).execute()
}

/** Notes that another software started to serve; the same software again leaves nothing. */
export const softwareStarted = defineWork(
  'transparency.softwareStarted',
  async (tx: Tx, input: { version: string; digest: string; keys: RecordKeys }) => {
    const changed = await tx.db
      .updateTable('ledger_heads')
      .set({ software: input.digest })
      .where('log', '=', 'actions')
      .where((is) => is.or([is('software', 'is', null), is('software', '!=', input.digest)]))
      .executeTakeFirst()
    if (changed.numUpdatedRows === 0n) return
    const fields = { version: input.version, digest: input.digest, verifier: null, guard: null }
    await record(tx, { kind: 'software', affected: PLATFORM, fields }, input.keys)
  },
  // A server that starts on a full disk must still take reports.
  { urgent: true },
)

/** A head as the sequencer reads it. */
export interface HeadRow {
  readonly log: LogName
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly edge: Uint8Array
  readonly period: number
  readonly batches: number
  readonly halt: string | null
  readonly halted_at: number | null
  readonly restored_at: number | null
  readonly moved_to: string | null
  readonly generation: number
}

export const headOfLog = defineQuery('transparency.head', async ({ db }: ReadDb, log: LogName): Promise<HeadRow> => {
  const row = await db.selectFrom('ledger_heads').selectAll().where('log', '=', log).executeTakeFirst()
  if (row === undefined) throw new TransparencyError('log_closed', `the log ${log} was never opened`)
  return row
})

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

/** Halts a log: nothing is signed or promised until a person ends it. The first reason stays. */
export const haltLog = defineWork(
  'transparency.halt',
  async (tx: Tx, input: { log: LogName; why: string }): Promise<void> => {
    await tx.db
      .updateTable('ledger_heads')
      .set({ halt: input.why, halted_at: tx.now })
      .where('log', '=', input.log)
      .where('halt', 'is', null)
      .execute()
    tx.hint('log')
  },
  { urgent: true },
)

/**
 * Ends a halt, or puts the reason that is left in its place. Only commands on the machine come here.
 *
 * @param input.host kept where a person confirmed that the installation moved there
 */
export const endHalt = defineWork(
  'transparency.endHalt',
  async (
    tx: Tx,
    input: { log: LogName; next: string | null; host: string | null; keys: RecordKeys },
  ): Promise<void> => {
    const halt = input.next === null ? { halt: null, halted_at: null } : { halt: input.next }
    const changed = await tx.db
      .updateTable('ledger_heads')
      .set({ ...halt, ...(input.host === null ? {} : { moved_to: input.host }) })
      .where('log', '=', input.log)
      .where('halt', 'is not', null)
      .returning(['origin', 'size'])
      .executeTakeFirst()
    tx.hint('log')
    if (changed === undefined || input.next !== null || input.log !== 'actions') return
    const fields = { op: 'resumed', origin: changed.origin, size: changed.size } as const
    await record(tx, { kind: 'ledger', affected: PLATFORM, fields }, input.keys)
  },
)

/**
 * Begins a log anew under another origin; its first entry says what it continues. Keys of the old one are retired, what it signed stays
 * served, and acts that still wait go into the new one.
 *
 * @param input.keys of the new origin
 */
export const reopenLog = defineWork(
  'transparency.reopen',
  async (
    tx: Tx,
    input: {
      log: LogName
      origin: string
      stored: readonly StoredKey[]
      old: { origin: string; size: number; root: Uint8Array }
      keys: RecordKeys
    },
  ): Promise<void> => {
    const { log, origin, old } = input
    const empty = { size: 0, root: emptyRoot(), edge: encodeEdge(EMPTY_EDGE) }
    const changed = await tx.db
      .updateTable('ledger_heads')
      .set({ origin, ...empty, halt: null, halted_at: null, restored_at: null })
      .set({ generation: sql<number>`generation + 1` })
      .where('log', '=', log)
      .where('origin', '=', old.origin)
      .where('halt', 'is not', null)
      .executeTakeFirst()
    if (changed.numUpdatedRows !== 1n) throw new TransparencyError('conflict', 'only a halted log is begun anew, once')
    const { size, root } = old
    const fields = { op: 'continues', origin: old.origin, size, root: Buffer.from(root).toString('base64') } as const
    const said = await record(tx, { kind: 'ledger', affected: PLATFORM, fields }, input.keys)
    await tx.db
      .updateTable('ledger_keys')
      .set({ to_at: tx.now })
      .where('name', 'in', [old.origin, `${old.origin}/promise`])
      .execute()
    await addKeys(tx, input.stored, said.record)
    tx.hint('log')
  },
)

/** Called by `restore`: what was restored signs nothing before a person or a witness vouched for it. */
export const markRestored = defineWork('transparency.markRestored', async (tx: Tx, _: null): Promise<void> => {
  await tx.db.updateTable('ledger_heads').set({ restored_at: tx.now }).execute()
})

export const storedKeys = defineQuery('transparency.keys', ({ db }: ReadDb, _: null) =>
  db.selectFrom('ledger_keys').selectAll().orderBy('from_at').orderBy('name').execute(),
)

/** The keys made for a blinded person, the newest last. */
export const personKeys = defineQuery('transparency.personKeys', ({ db }: ReadDb, subjects: readonly string[]) =>
  db
    .selectFrom('ledger_person_keys')
    .select(['key_id', 'subject', 'destroyed_at'])
    .where('subject', 'in', [...subjects, ''])
    .orderBy('made_at')
    .execute(),
)
