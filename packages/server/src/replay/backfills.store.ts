import type { BackfillResultJson } from '@lamplighter/api'
import { LIVE, lowerSince, type Standing } from '../counters/index.ts'
import { type Claimed, defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { asItStands, asTheyStand, BACKFILL, enqueueRun } from './runs.store.ts'
import type { BackfillsTable } from './tables.ts'

type New = Pick<BackfillsTable, 'name' | 'version' | 'hash' | 'counters' | 'by'>

/** Notes a backfill that is wanted, with the job that does it. */
export const addBackfill = defineWork('replay.add-backfill', async (tx: Tx, wish: New): Promise<{ id: string }> => {
  const id = tx.fresh.id('bf')
  await tx.db
    .insertInto('backfills')
    .values({ ...wish, id, state: 'waiting', at: tx.now, ended_at: null, result: null })
    .execute()
  await enqueueRun(tx, id)
  return { id }
})

export const oneBackfill = defineQuery(
  'replay.one-backfill',
  async (from: ReadDb, id: string): Promise<BackfillsTable> =>
    asItStands(
      from,
      await from.db.selectFrom('backfills').selectAll().where('id', '=', id).executeTakeFirst(),
      BACKFILL,
    ),
)

export const backfillsOf = defineQuery(
  'replay.backfills-of-version',
  async (from: ReadDb, { name, version }: { name: string; version: number }): Promise<BackfillsTable[]> => {
    const own = from.db.selectFrom('backfills').selectAll().where('name', '=', name).where('version', '=', version)
    return asTheyStand(from, await own.orderBy('id', 'desc').execute())
  },
)

/** What a backfill has found out about one counter. */
export interface Reached {
  readonly name: string
  readonly over: number
  readonly of: Standing
  readonly since: number
  readonly limit: Exclude<BackfillResultJson['counters'][number]['limit'], 'gone'>
  readonly what: string | null
}

/**
 * Ends a backfill: only now do its counters say that they have seen more, all of them at once with the note that it is done. One that was
 * stopped meanwhile changes nothing.
 */
export const endBackfill = defineWork(
  'replay.end-backfill',
  async (tx: Tx, input: { id: string; events: number; reached: readonly Reached[]; job: Claimed }): Promise<void> => {
    const { state } = await oneBackfill.run(tx, input.id)
    if (state === 'running') {
      const lowered = await lowerSince(tx, LIVE, input.reached)
      const result: BackfillResultJson = {
        events: input.events,
        counters: input.reached.map(({ name, over, of, limit, what }) => ({
          ...{ counter: name, over, from: of.since, what },
          since: lowered.get(of.id) ?? null,
          limit: lowered.has(of.id) ? limit : 'gone',
        })),
      }
      await tx.db
        .updateTable('backfills')
        .set({ state: 'done', result: JSON.stringify(result), ended_at: tx.now })
        .where('id', '=', input.id)
        .execute()
    }
    await tx.jobs.complete(input.job)
    tx.hint('backtests')
    tx.hint('rulesets')
  },
)
