import { AppError } from '../http/errors.ts'
import { type Claimed, defineQuery, defineWork, parkedAmong, type ReadDb, type Tx } from '../storage/index.ts'
import type { BackfillsTable, BacktestsTable, RetrosTable, RunState } from './tables.ts'
import { collectingRun, forgetUpload } from './uploads.store.ts'

// What runs over the past: backtests, retros and backfills. Each kind has a table of its own for what it asks, and all of them live in one way.

/** What is the same in all of them. */
export type Run = Pick<
  BacktestsTable | RetrosTable | BackfillsTable,
  'id' | 'name' | 'version' | 'hash' | 'state' | 'by' | 'at' | 'result'
>

interface Kind {
  readonly table: 'backtests' | 'retros' | 'backfills'
  readonly queue: string
  readonly word: string
}

export const BACKTEST: Kind = { table: 'backtests', queue: 'replay.backtest', word: 'backtest' }
export const RETRO: Kind = { table: 'retros', queue: 'replay.retro', word: 'retro' }
export const BACKFILL: Kind = { table: 'backfills', queue: 'replay.backfill', word: 'backfill' }

/** The kind of a run: its id says what it is. */
export const kindOf = (id: string): Kind => (id.startsWith('rt_') ? RETRO : id.startsWith('bf_') ? BACKFILL : BACKTEST)

/** Puts the job of a run in its queue; they are named alike, so that there is one. */
export const enqueueRun = ({ jobs, now }: Tx, id: string): Promise<string> =>
  jobs.enqueue({ queue: kindOf(id).queue, once: id, runAt: now, payload: { id } })

/** Whether somebody may still wait for it. */
export const isOpen = ({ state }: { readonly state: RunState }): boolean => OPEN.includes(state)
const OPEN: readonly RunState[] = ['proposed', 'collecting', 'waiting', 'running']

/** Runs as they stand. One whose job the machine has given up is not under way, whatever it noted itself when it began. */
export async function asTheyStand<R extends Run>(from: Pick<ReadDb, 'db'>, rows: readonly R[]): Promise<R[]> {
  const [first] = rows
  if (first === undefined) return []
  const given = await parkedAmong(from, kindOf(first.id).queue)
  return rows.map((row) => (isOpen(row) && given.has(row.id) ? { ...row, state: 'parked' } : row))
}

/** One run as it stands. @throws AppError `not_found` */
export async function asItStands<R extends Run>(
  from: Pick<ReadDb, 'db'>,
  row: R | undefined,
  { word }: Kind,
): Promise<R> {
  const [found] = row === undefined ? [] : await asTheyStand(from, [row])
  if (found === undefined) throw new AppError('not_found', `There is no such ${word}.`)
  return found
}

/** Takes a run in hand, or goes on with it; false when nobody wants it any more. */
export const beginRun = defineWork('replay.begin', async (tx: Tx, id: string): Promise<boolean> => {
  const begun = await tx.db
    .updateTable(kindOf(id).table)
    .set({ state: 'running' })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirst()
  tx.hint('backtests')
  return begun.numUpdatedRows === 1n
})

/**
 * Begins a run whose archive is handed in.
 *
 * @param events how many whoever handed them in says they are
 * @throws AppError `not_found` · `conflict` it takes no events, or another number of them was taken
 */
export const finishUpload = defineWork(
  'replay.finish-upload',
  async (tx: Tx, { run, events }: { run: string; events: number }): Promise<{ state: 'waiting' }> => {
    const { taken } = await collectingRun.run(tx, run)
    if (taken !== events)
      throw new AppError(
        'conflict',
        `${taken} events are taken, not ${events}; hand in what is missing with after=${taken}, or finish with ${taken}.`,
      )
    await tx.db.updateTable(kindOf(run).table).set({ state: 'waiting' }).where('id', '=', run).execute()
    await enqueueRun(tx, run)
    tx.hint('backtests')
    return { state: 'waiting' }
  },
)

/** How a run stands, as it noted itself; undefined where there is none. */
export const stateOfRun = defineQuery(
  'replay.state',
  async ({ db }: ReadDb, id: string): Promise<RunState | undefined> => {
    const row = await db.selectFrom(kindOf(id).table).select('state').where('id', '=', id).executeTakeFirst()
    return row?.state
  },
)

/** Ends a run with what it found, and its job with it. What was cancelled meanwhile stays so. @param result null: it could not be done */
export const endRun = defineWork(
  'replay.end',
  async (tx: Tx, input: { id: string; result: string | null; job: Claimed }): Promise<void> => {
    await tx.db
      .updateTable(kindOf(input.id).table)
      .set({ state: input.result === null ? 'parked' : 'done', result: input.result, ended_at: tx.now })
      .where('id', '=', input.id)
      .where('state', '=', 'running')
      .execute()
    await forgetParts(tx, input.id)
    await forgetUpload(tx, input.id)
    await tx.jobs.complete(input.job)
    tx.hint('backtests')
  },
)

/** Stops a run for good. What a backtest has found goes; cases of a retro stay; counters of a backfill go on warming. @throws AppError `not_found` · `conflict` it has ended */
export const cancelRun = defineWork('replay.cancel', async (tx: Tx, id: string): Promise<{ state: 'cancelled' }> => {
  const { table, word } = kindOf(id)
  const row = await tx.db.selectFrom(table).select(['id', 'state']).where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', `There is no such ${word}.`)
  const given = await parkedAmong(tx, kindOf(id).queue)
  const state = given.has(id) ? 'parked' : row.state
  if (!isOpen({ state })) throw new AppError('conflict', `This work has ended (${state}); there is nothing to stop.`)
  await tx.db.updateTable(table).set({ state: 'cancelled', ended_at: tx.now }).where('id', '=', id).execute()
  await forgetParts(tx, id)
  await forgetUpload(tx, id)
  await tx.db.deleteFrom('backtest_differences').where('backtest', '=', id).execute()
  tx.hint('backtests')
  return { state: 'cancelled' }
})

/** Parts are of a backtest that goes on; once it has ended they say nothing that its result does not say. */
async function forgetParts({ db }: Tx, id: string): Promise<void> {
  await db.deleteFrom('backtest_parts').where('backtest', '=', id).execute()
}
