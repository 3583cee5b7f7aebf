import type { DifferenceJson } from '@lamplighter/api'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import type { Difference } from './difference.ts'
import type { Part } from './result.ts'
import { asItStands, asTheyStand, BACKTEST, enqueueRun } from './runs.store.ts'
import type { BacktestsTable } from './tables.ts'
import { openUpload } from './uploads.store.ts'

type New = Pick<
  BacktestsTable,
  | 'name'
  | 'version'
  | 'hash'
  | 'against'
  | 'against_hash'
  | 'since'
  | 'until'
  | 'last'
  | 'by'
  | 'source'
  | 'percent'
  | 'seed'
>

/** Notes a backtest that is wanted, with the job that does it, or with a place for the archive that it reads. */
export const addBacktest = defineWork('replay.add', async (tx: Tx, wish: New): Promise<{ id: string }> => {
  const id = tx.fresh.id('bt')
  const waits = wish.source === 'upload'
  await tx.db
    .insertInto('backtests')
    .values({
      ...wish,
      // A sample can be drawn again by anybody who knows its seed.
      seed: wish.percent === null ? null : (wish.seed ?? id),
      ...{ id, state: waits ? 'collecting' : 'waiting', at: tx.now, ended_at: null, result: null },
    })
    .execute()
  if (waits) await openUpload(tx, id, null)
  else await enqueueRun(tx, id)
  return { id }
})

export const oneBacktest = defineQuery(
  'replay.one',
  async (from: ReadDb, id: string): Promise<BacktestsTable> =>
    asItStands(
      from,
      await from.db.selectFrom('backtests').selectAll().where('id', '=', id).executeTakeFirst(),
      BACKTEST,
    ),
)

export const backtestsOf = defineQuery(
  'replay.of-version',
  async (from: ReadDb, { name, version }: { name: string; version: number }): Promise<BacktestsTable[]> => {
    const own = from.db.selectFrom('backtests').selectAll().where('name', '=', name).where('version', '=', version)
    return asTheyStand(from, await own.orderBy('id', 'desc').execute())
  },
)

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
    const { state } = await oneBacktest.run(tx, input.id)
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

const PAGE = 50

/** One page of what the two versions see differently. */
export const differencesOf = defineQuery(
  'replay.differences',
  async (
    from: ReadDb,
    { id, rule, after }: { id: string; rule: string | undefined; after: number },
  ): Promise<{ items: DifferenceJson[]; next: number | null }> => {
    await oneBacktest.run(from, id)
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
