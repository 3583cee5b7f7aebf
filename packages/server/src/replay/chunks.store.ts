import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { type Line, packChunk, unpackChunk } from './line.ts'
import { linesOf, type Trace, type Tray, unloggedIn } from './pen.ts'
import type { ChunksTable } from './tables.ts'

/**
 * Adds what was settled just now to the log, in the transaction that settles it: a line is there exactly if what follows from its event
 * is.
 */
export async function appendTraces(tx: Tx, tray: Tray, traces: readonly Trace[]): Promise<void> {
  if (traces.length === 0) return
  const lines = linesOf(traces)
  const times = traces.map(({ at }) => at)
  const last = await tx.db.selectFrom('replay_chunks').select('n').orderBy('n', 'desc').limit(1).executeTakeFirst()
  await tx.db
    .insertInto('replay_chunks')
    .values({
      n: (last?.n ?? 0) + 1,
      segment: tray.segment,
      at: tx.now,
      since: times.reduce((first, at) => Math.min(first, at)),
      until: times.reduce((latest, at) => Math.max(latest, at)),
      lines: lines.length,
      body: packChunk({ ...tray.head, unlogged: unloggedIn(traces) }, lines),
    })
    .execute()
}

/** The same with nothing else to write. */
export const keepTraces = defineWork(
  'replay.keep-traces',
  (tx: Tx, { tray, traces }: { tray: Tray; traces: readonly Trace[] }): Promise<void> => appendTraces(tx, tray, traces),
)

/** Chunks of one transaction: each has to be unpacked and packed again. */
const ERASE_SLICE = 20

/** Takes the lines out that name somebody, in some chunks of a segment after `after`. Gives the last chunk looked at; undefined at the end. */
export const eraseLines = defineWork(
  'replay.erase',
  async (tx: Tx, input: { segment: string; sealed: string; after: number }): Promise<number | undefined> => {
    const rows = await tx.db
      .selectFrom('replay_chunks')
      .selectAll()
      .where('segment', '=', input.segment)
      .where('n', '>', input.after)
      .orderBy('n')
      .limit(ERASE_SLICE)
      .execute()
    for (const { n, body } of rows) {
      const { head, lines } = unpackChunk(body)
      const left = lines.filter((line) => !line.includes(`"${input.sealed}"`))
      if (left.length === lines.length) continue
      // That they came is still known, and of which kind: a counter that is filled must not take them for events that never were.
      const unlogged = { ...head.unlogged }
      for (const line of lines) {
        if (left.includes(line)) continue
        const { kind } = (JSON.parse(line) as Line).e
        unlogged[kind] = (unlogged[kind] ?? 0) + 1
      }
      await tx.db
        .updateTable('replay_chunks')
        .set({ lines: left.length, body: packChunk({ ...head, unlogged }, left) })
        .where('n', '=', n)
        .execute()
    }
    return rows.length < ERASE_SLICE ? undefined : rows.at(-1)?.n
  },
)

/** Forgets of which events a retro made these cases. Part of the caller's transaction. */
export async function eraseFindings(tx: Tx, cases: readonly number[]): Promise<void> {
  await tx.db.deleteFrom('retro_findings').where('case_number', 'in', cases).execute()
}

const REMOVE_SLICE = 500

/** Removes some of the chunks that were written before this; gives how many. */
export const removeChunks = defineWork('replay.remove', async (tx: Tx, input: { before: number }): Promise<number> => {
  const old = tx.db
    .selectFrom('replay_chunks')
    .select('n')
    .where('at', '<', input.before)
    .orderBy('at')
    .limit(REMOVE_SLICE)
  const gone = await tx.db.deleteFrom('replay_chunks').where('n', 'in', old).executeTakeFirst()
  return Number(gone.numDeletedRows)
})

/** A stretch of the log: what was received between two instants, up to one chunk. */
export interface Stretch {
  readonly since: number
  readonly until: number
  /** The last chunk that was there when somebody asked first. */
  readonly last: number
}

/** The last chunk that there is; 0 for none. */
export const lastChunk = defineQuery('replay.last', async ({ db }: ReadDb): Promise<number> => {
  const row = await db.selectFrom('replay_chunks').select('n').orderBy('n', 'desc').limit(1).executeTakeFirst()
  return row?.n ?? 0
})

/** The first chunk of a segment, and when the first of its events was received; undefined while nothing of it is there. */
export const firstOf = defineQuery(
  'replay.first',
  async ({ db }: ReadDb, segment: string): Promise<Pick<ChunksTable, 'n' | 'since'> | undefined> =>
    db
      .selectFrom('replay_chunks')
      .select(['n', 'since'])
      .where('segment', '=', segment)
      .orderBy('n')
      .limit(1)
      .executeTakeFirst(),
)

/** The segments of a stretch in their order, with how many lines each has there. */
export const segmentsIn = defineQuery(
  'replay.segments',
  async ({ db }: ReadDb, { since, until, last }: Stretch): Promise<{ segment: string; lines: number }[]> => {
    const rows = await db
      .selectFrom('replay_chunks')
      .select(({ fn }) => ['segment', fn.sum<number>('lines').as('lines'), fn.min('n').as('first')])
      .where('n', '<=', last)
      .where('until', '>=', since)
      .where('since', '<=', until)
      .groupBy('segment')
      .orderBy('first')
      .execute()
    return rows.map(({ segment, lines }) => ({ segment, lines: Number(lines) }))
  },
)

/** Some chunks of a stretch, after `after`, in their order: those of one segment, or all. */
export const chunksIn = defineQuery(
  'replay.chunks',
  async (
    { db }: ReadDb,
    input: Stretch & { readonly segment?: string; readonly after: number; readonly most: number },
  ): Promise<ChunksTable[]> =>
    db
      .selectFrom('replay_chunks')
      .selectAll()
      .$if(input.segment !== undefined, (query) => query.where('segment', '=', input.segment ?? ''))
      .where('n', '>', input.after)
      .where('n', '<=', input.last)
      .where('until', '>=', input.since)
      .where('since', '<=', input.until)
      .orderBy('n')
      .limit(input.most)
      .execute(),
)
