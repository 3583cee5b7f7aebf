import { EMPTY_EDGE, emptyRoot, encodeEdge } from '@lamplighter/ledger'
import { sql } from 'kysely'
import { defineQuery, defineWork } from '../storage/define.ts'
import type { ReadDb, Tx } from '../storage/seam.ts'
import { PLATFORM } from './acts.ts'
import { TransparencyError } from './errors.ts'
import { type RecordKeys, record } from './record.ts'
import { LOGS, type LogName } from './tables.ts'

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
