import type { AnswerOf, getLog } from '@lamplighter/api'
import { parseCheckpoint } from '@lamplighter/ledger'
import { defineQuery } from '../storage/define.ts'
import type { ReadDb, Store } from '../storage/seam.ts'

/** How both logs stand, as the console shows it; and how many promises were broken so far, `actions` first. */
export interface LedgerStates {
  readonly logs: AnswerOf<typeof getLog>['items']
  readonly promisesLate: number
}

const logRows = defineQuery('transparency.states', async ({ db, now }: ReadDb, _: null) => {
  const heads = await db.selectFrom('ledger_heads').select(['log', 'origin', 'root', 'halt']).orderBy('log').execute()
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
    rows.push({ head, signed, pending })
  }
  const late = await db
    .selectFrom('ledger_records')
    .select((of) => of.fn.countAll<number>().as('count'))
    .where('batch', 'is', null)
    .where('due_at', '<', now)
    .executeTakeFirstOrThrow()
  return { rows, late: Number(late.count) }
})

export async function statesOf(store: Store, everyMs: number): Promise<LedgerStates> {
  const { rows, late } = await store.read(logRows, null)
  const logs = rows.map(({ head, signed, pending }) => ({
    log: head.log,
    origin: head.origin,
    size: signed?.size ?? 0,
    root: Buffer.from(signed === undefined ? head.root : parseCheckpoint(signed.text).head.root).toString('base64'),
    checkpointAt: signed?.signed_at ?? null,
    pending: Number(pending.count),
    oldestPendingAt: pending.oldest === null ? null : timeOfId(pending.oldest),
    halt: head.halt,
    everyMs,
    witnessed: false,
  }))
  return { logs, promisesLate: late }
}

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'
const RANDOM_BITS = 80n

/** Milliseconds since 1970 at which an id of ours was made (platform.md §4). */
export function timeOfId(id: string): number {
  let bits = 0n
  for (const character of id.slice(id.indexOf('_') + 1)) bits = (bits << 5n) | BigInt(ALPHABET.indexOf(character))
  return Number(bits >> RANDOM_BITS)
}

/** Gauges and counters of the ledger, by name (ledger.md §18), as lines of the text format of Prometheus. */
export function metricsOf(states: LedgerStates, now: number): string {
  const lines = states.logs.flatMap(({ log, pending, oldestPendingAt, halt }) => {
    const age = oldestPendingAt === null ? 0 : Math.max(0, (now - oldestPendingAt) / 1000)
    // The sealed log's numbers would say how many orders there are.
    if (log === 'sealed') return [`lamplighter_ledger_halted{log="sealed"} ${halt === null ? 0 : 1}`]
    return [
      `lamplighter_ledger_pending{log="${log}"} ${pending}`,
      `lamplighter_ledger_oldest_pending_seconds{log="${log}"} ${age}`,
      `lamplighter_ledger_halted{log="${log}"} ${halt === null ? 0 : 1}`,
    ]
  })
  return [...lines, `lamplighter_ledger_promises_late_total ${states.promisesLate}`, ''].join('\n')
}
