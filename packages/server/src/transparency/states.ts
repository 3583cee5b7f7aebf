import type { AnswerOf, getLog } from '@lamplighter/api'
import { parseCheckpoint } from '@lamplighter/ledger'
import { defineQuery } from '../storage/define.ts'
import type { ReadDb, Store } from '../storage/seam.ts'
import { unsignedBatches } from './batches.store.ts'
import type { Halt } from './sequencer.ts'
import type { LogName } from './tables.ts'

/** How both logs stand, as the console shows it, `actions` first. */
export interface LedgerStates {
  readonly logs: AnswerOf<typeof getLog>['items']
  /** Promises that were not kept in time, ever: leaves that came late, and records that still wait. */
  readonly promisesLate: number
  /** Those that still wait. */
  readonly overdue: number
}

/** Between its end and its signature a batch is in no checkpoint. So many of its newest records are looked at, whatever a log holds. */
const MOST_UNSIGNED = 10_000

const logRows = defineQuery('transparency.states', async (from: ReadDb, _: null) => {
  const { db, now } = from
  const heads = await db
    .selectFrom('ledger_heads')
    .select(['log', 'origin', 'root', 'halt', 'promises_late'])
    .orderBy('log')
    .execute()
  const rows = []
  for (const head of heads) {
    const signed = await db
      .selectFrom('ledger_checkpoints')
      .select(['text', 'size', 'signed_at'])
      .where('origin', '=', head.origin)
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst()
    const pending = await db
      .selectFrom('ledger_records')
      .select((of) => [of.fn.countAll<number>().as('count'), of.fn.min('id').as('oldest')])
      .where('log', '=', head.log)
      .where('batch', 'is', null)
      .executeTakeFirstOrThrow()
    const unsigned = await unsignedRecords(from, head, Number(pending.count))
    rows.push({
      ...{ head, signed },
      pending: Number(pending.count) + unsigned.length,
      oldest: unsigned.at(-1) ?? pending.oldest,
    })
  }
  const late = await db
    .selectFrom('ledger_records')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('batch', 'is', null)
    .where('due_at', '<', now)
    .executeTakeFirstOrThrow()
  return { rows, overdue: Number(late.count) }
})

/** Ids of records whose batch is made and not signed yet, newest first: no checkpoint holds them, so they wait like the others. */
async function unsignedRecords(
  from: ReadDb,
  { log, origin }: { readonly log: LogName; readonly origin: string },
  after: number,
): Promise<string[]> {
  const batches = await unsignedBatches.run(from, { log, origin })
  if (batches.length === 0) return []
  const newest = await from.db
    .selectFrom('ledger_records')
    .select(['id', 'batch'])
    .where('log', '=', log)
    .orderBy('id', 'desc')
    .limit(after + MOST_UNSIGNED)
    .execute()
  return newest.flatMap(({ id, batch }) => (batches.some(({ n }) => n === batch) ? [id] : []))
}

/** Whether a log signs, `actions` first. */
export interface LogStand {
  readonly log: LogName
  readonly halt: Halt | null
  /** It came out of a backup, and nobody has begun it anew since. */
  readonly restored: boolean
}

/** Which logs are halted: what an operator has to be told of. */
export const logStands = defineQuery(
  'transparency.log-stands',
  async ({ db }: ReadDb, _: null): Promise<LogStand[]> => {
    const heads = await db.selectFrom('ledger_heads').select(['log', 'halt', 'restored_at']).orderBy('log').execute()
    return heads.map(({ log, halt, restored_at }) => ({
      log,
      halt: halt as Halt | null,
      restored: restored_at !== null,
    }))
  },
)

export async function statesOf(store: Store, everyMs: number): Promise<LedgerStates> {
  const { rows, overdue } = await store.read(logRows, null)
  const logs = rows.map(({ head, signed, pending, oldest }) => ({
    log: head.log,
    origin: head.origin,
    size: signed?.size ?? 0,
    root: Buffer.from(signed === undefined ? head.root : parseCheckpoint(signed.text).head.root).toString('base64'),
    checkpointAt: signed?.signed_at ?? null,
    pending,
    oldestPendingAt: oldest === null ? null : timeOfId(oldest),
    halt: head.halt,
    everyMs,
    witnessed: false,
    checkpoint: head.log === 'actions' ? (signed?.text ?? null) : null,
  }))
  const late = rows.reduce((sum, { head }) => sum + head.promises_late, 0)
  return { logs, promisesLate: late + overdue, overdue }
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const RANDOM_BITS = 80n

/** Milliseconds since 1970 at which an id of ours was made (platform.md §4). */
export function timeOfId(id: string): number {
  let bits = 0n
  for (const character of id.slice(id.indexOf('_') + 1)) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(character))
  return Number(bits >> RANDOM_BITS)
}
