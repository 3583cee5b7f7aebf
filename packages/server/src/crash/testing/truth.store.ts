import { sql } from 'kysely'
import { type Line, unpackChunk } from '../../replay/line.ts'
import { defineQuery, type ReadDb } from '../../storage/index.ts'
import type { CounterName } from './platform.ts'

/** What the database holds in the end, as far as crash tests look at it. */
export interface Truth {
  /** What the engine says of its own files. */
  readonly integrity: string
  readonly seen: readonly string[]
  readonly verdicts: readonly { readonly id: string; readonly event: string }[]
  readonly reports: readonly { readonly id: string; readonly event: string }[]
  readonly decisions: readonly { readonly id: string; readonly case: number }[]
  readonly actions: readonly {
    readonly id: string
    readonly decision: string
    readonly do: string
    readonly undoes: boolean
    /** Taken back again, maybe before anybody heard of it. */
    readonly withdrawn: boolean
  }[]
  readonly notices: readonly { readonly id: string; readonly decision: string }[]
  /** Commitments of the ledger, in base64. */
  readonly commitments: readonly string[]
  /** Events in the replay log, under the names that it gives them, one for each line. */
  readonly logged: readonly string[]
  /** What each counter says of each room. */
  readonly counts: readonly Count[]
}

export interface Count {
  readonly counter: CounterName
  readonly room: string
  readonly low: number
  readonly high: number
}

export const findTruth = defineQuery('crash.truth', async ({ db, engine }: ReadDb): Promise<Omit<Truth, 'counts'>> => {
  const seen = await db.selectFrom('seen').select('event_key').execute()
  const actions = await db.selectFrom('actions').select(['id', 'decision', 'do', 'undo_of', 'withdrawn_by']).execute()
  const records = await db.selectFrom('ledger_records').select('commitment').execute()
  const chunks = await db.selectFrom('replay_chunks').select('body').orderBy('n').execute()
  return {
    integrity: engine === 'sqlite' ? await integrityOf(db) : 'ok',
    seen: seen.map((row) => row.event_key),
    verdicts: await db.selectFrom('verdicts').select(['id', 'event_key as event']).execute(),
    reports: await db.selectFrom('reports').select(['id', 'event_key as event']).execute(),
    decisions: await db.selectFrom('staff_decisions').select(['id', 'case_number as case']).execute(),
    actions: actions.map(({ undo_of, withdrawn_by, ...row }) => ({
      ...row,
      undoes: undo_of !== null,
      withdrawn: withdrawn_by !== null,
    })),
    notices: await db.selectFrom('notices').select(['id', 'decision']).execute(),
    logged: chunks.flatMap(({ body }) => unpackChunk(body).lines.map((line) => (JSON.parse(line) as Line).e.id)),
    commitments: records.map((row) => Buffer.from(row.commitment).toString('base64')),
  }
})

// PostgreSQL is not killed with us, and looks after its own files.
async function integrityOf(db: ReadDb['db']): Promise<string> {
  const check = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(db)
  return check.rows.map((row) => row.integrity_check).join('; ')
}

/** Messages that are to be delivered, and records that wait for their place in the log. */
export const waiting = defineQuery('crash.waiting', async ({ db, now }: ReadDb) => {
  const open = await db
    .selectFrom('outbox')
    .select(['state', 'fails', 'attempts', 'why', 'not_before', 'next_at', 'lease_until'])
    .where('closed_at', 'is', null)
    .where('delivered_at', 'is', null)
    .execute()
  const records = await db
    .selectFrom('ledger_records')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('batch', 'is', null)
    .executeTakeFirstOrThrow()
  // What it waits for, for whoever reads that it has waited too long.
  const oldest = open.slice(0, 3).map(({ not_before, next_at, lease_until, ...row }) => ({
    ...row,
    inMs: Math.max(not_before, next_at, lease_until) - now,
  }))
  return { messages: open.length, records: records.count, oldest }
})
