import type { DifferenceJson } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { type Claimed, defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import type { Difference } from './difference.ts'
import type { Part } from './result.ts'
import type { BacktestsTable } from './tables.ts'

export const BACKTEST_QUEUE = 'replay.backtest'

type New = Pick<
  BacktestsTable,
  'name' | 'version' | 'hash' | 'against' | 'against_hash' | 'since' | 'until' | 'last' | 'by'
>

/** Notes a backtest that is wanted, with the job that does it. */
export const addBacktest = defineWork('replay.add', async (tx: Tx, wish: New): Promise<{ id: string }> => {
  const id = tx.fresh.id('bt')
  await tx.db
    .insertInto('backtests')
    .values({ ...wish, id, state: 'waiting', at: tx.now, ended_at: null, result: null })
    .execute()
  await tx.jobs.enqueue({ queue: BACKTEST_QUEUE, once: id, runAt: tx.now, payload: { id } })
  return { id }
})

/** @throws AppError `not_found` */
async function rowOf({ db }: Pick<Tx | ReadDb, 'db'>, id: string): Promise<BacktestsTable> {
  const row = await db.selectFrom('backtests').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such backtest.')
  return row
}

export const oneBacktest = defineQuery(
  'replay.one',
  (from: ReadDb, id: string): Promise<BacktestsTable> => rowOf(from, id),
)

export const backtestsOf = defineQuery(
  'replay.of-version',
  async ({ db }: ReadDb, of: { name: string; version: number }): Promise<BacktestsTable[]> =>
    db
      .selectFrom('backtests')
      .selectAll()
      .where('name', '=', of.name)
      .where('version', '=', of.version)
      .orderBy('id', 'desc')
      .execute(),
)

/** Takes a backtest in hand, or goes on with it; false when nobody wants it any more. */
export const beginBacktest = defineWork('replay.begin', async (tx: Tx, id: string): Promise<boolean> => {
  const begun = await tx.db
    .updateTable('backtests')
    .set({ state: 'running' })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'running'])
    .executeTakeFirst()
  tx.hint('backtests')
  return begun.numUpdatedRows === 1n
})

/** Parts that are whole, by segment. */
export const partsOf = defineQuery(
  'replay.parts',
  async ({ db }: ReadDb, id: string): Promise<{ segment: string; lines: number; part: Part }[]> => {
    const rows = await db.selectFrom('backtest_parts').selectAll().where('backtest', '=', id).execute()
    return rows.map(({ segment, lines, part }) => ({ segment, lines, part: JSON.parse(part) as Part }))
  },
)

/** Notes what was found in a segment, all of it or nothing; the same again changes nothing. Nothing is noted for what was cancelled. */
export const keepPart = defineWork(
  'replay.keep',
  async (
    tx: Tx,
    input: { id: string; segment: string; lines: number; part: Part; differences: readonly Difference[] },
  ): Promise<void> => {
    const { state } = await rowOf(tx, input.id)
    if (state !== 'running') return
    const kept = await tx.db
      .insertInto('backtest_parts')
      .values({ backtest: input.id, segment: input.segment, lines: input.lines, part: JSON.stringify(input.part) })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst()
    if (kept.numInsertedOrUpdatedRows !== 1n) return
    const last = await tx.db
      .selectFrom('backtest_differences')
      .select('n')
      .where('backtest', '=', input.id)
      .orderBy('n', 'desc')
      .limit(1)
      .executeTakeFirst()
    const rows = input.differences.map((difference, place) => ({
      backtest: input.id,
      n: (last?.n ?? 0) + 1 + place,
      rule: difference.rule,
      body: JSON.stringify(difference),
    }))
    for (let from = 0; from < rows.length; from += ROWS)
      await tx.db
        .insertInto('backtest_differences')
        .values(rows.slice(from, from + ROWS))
        .execute()
  },
)

const ROWS = 200

/** Ends a backtest with what all parts say together, and its job with it. What was cancelled meanwhile stays so. */
export const endBacktest = defineWork(
  'replay.end',
  async (tx: Tx, input: { id: string; result: string | null; job: Claimed }): Promise<void> => {
    await tx.db
      .updateTable('backtests')
      .set({ state: input.result === null ? 'parked' : 'done', result: input.result, ended_at: tx.now })
      .where('id', '=', input.id)
      .where('state', '=', 'running')
      .execute()
    await tx.db.deleteFrom('backtest_parts').where('backtest', '=', input.id).execute()
    await tx.jobs.complete(input.job)
    tx.hint('backtests')
  },
)

/** Stops a backtest for good. @throws AppError `not_found` · `conflict` it has ended */
export const cancelBacktest = defineWork(
  'replay.cancel',
  async (tx: Tx, id: string): Promise<{ state: 'cancelled' }> => {
    const { state } = await rowOf(tx, id)
    if (state !== 'waiting' && state !== 'running')
      throw new AppError('conflict', `This work has ended (${state}); there is nothing to stop.`)
    await tx.db.updateTable('backtests').set({ state: 'cancelled', ended_at: tx.now }).where('id', '=', id).execute()
    await tx.db.deleteFrom('backtest_parts').where('backtest', '=', id).execute()
    await tx.db.deleteFrom('backtest_differences').where('backtest', '=', id).execute()
    tx.hint('backtests')
    return { state: 'cancelled' }
  },
)

const PAGE = 50

/** One page of what the two versions see differently. */
export const differencesOf = defineQuery(
  'replay.differences',
  async (
    from: ReadDb,
    { id, rule, after }: { id: string; rule: string | undefined; after: number },
  ): Promise<{ items: DifferenceJson[]; next: number | null }> => {
    await rowOf(from, id)
    const rows = await from.db
      .selectFrom('backtest_differences')
      .select(['n', 'body'])
      .where('backtest', '=', id)
      .where('n', '>', after)
      .$if(rule !== undefined, (query) => query.where('rule', '=', rule ?? ''))
      .orderBy('n')
      .limit(PAGE + 1)
      .execute()
    const items = rows.slice(0, PAGE).map(({ n, body }) => ({ ...(JSON.parse(body) as DifferenceJson), n }))
    return { items, next: rows.length > PAGE ? (items.at(-1)?.n ?? null) : null }
  },
)
