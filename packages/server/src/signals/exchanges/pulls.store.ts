import { AppError } from '../../http/errors.ts'
import { defineQuery, defineWork, parkedAmong, type ReadDb, type Tx } from '../../storage/index.ts'
import { noteUnmatched } from '../lists/coverage.store.ts'
import { type PullMove, whenKept } from '../lists/pulls.ts'
import type { Json } from './source.ts'
import type { ExchangesTable, PullRowsTable, PullsTable, Trouble } from './tables.ts'

export const PULL_QUEUE = 'exchanges.pull'
/** Twelve months, after which those who approved an exchange are asked again (matching.md §9.2). */
export const APPROVAL_MS = 365 * 86_400_000

export interface PullWithExchange {
  readonly pull: PullsTable
  readonly exchange: ExchangesTable
}

/** A pull that still runs, with its exchange; undefined where there is none. */
export const runningPull = defineQuery(
  'exchanges.running-pull',
  async ({ db }: ReadDb, id: string): Promise<PullWithExchange | undefined> => {
    const pull = await db
      .selectFrom('pulls')
      .selectAll()
      .where('id', '=', id)
      .where('state', '=', 'running')
      .executeTakeFirst()
    if (pull === undefined) return undefined
    const exchange = await db.selectFrom('exchanges').selectAll().where('id', '=', pull.exchange).executeTakeFirst()
    return exchange === undefined ? undefined : { pull, exchange }
  },
)

/**
 * Begins a pull, as a job with one row. A person who asks for one also takes the exchange out of its stop.
 *
 * @throws AppError `not_found` · `pull_running` · `conflict` it is off, or nobody has approved it
 */
export const beginPull = defineWork(
  'exchanges.begin-pull',
  async (tx: Tx, input: { exchange: string; by: string }): Promise<{ pull: string }> => {
    const row = await exchangeRow(tx, input.exchange)
    if (row.state === 'off') throw new AppError('conflict', 'This exchange is off; switch it on first.')
    if (!isApproved(row, tx.now)) {
      throw new AppError('conflict', 'Nobody has approved this exchange within the last 12 months; approve it first.')
    }
    const running = await tx.db
      .selectFrom('pulls')
      .select('id')
      .where('exchange', '=', row.id)
      .where('state', '=', 'running')
      .executeTakeFirst()
    if (running !== undefined)
      throw new AppError('pull_running', 'A pull of this exchange is running; wait for its end.')
    const id = tx.fresh.id('pull')
    await tx.db
      .insertInto('pulls')
      .values({
        ...{ id, exchange: row.id, by: input.by, state: 'running', is_full: 0, at: null, cursor: null, unchanged: 0 },
        ...{ page: 0, rows: 0, bad: 0, unmatched: '{}', lists: '{}', restarts: 0, waits: 0, why: null },
        ...{ started_at: tx.now, ended_at: null },
      })
      .execute()
    await changeExchange(tx, row.id, { state: 'on', why: null, next_at: tx.now + row.every_ms })
    await tx.jobs.enqueue({ queue: PULL_QUEUE, once: id, runAt: tx.now, payload: { id } })
    tx.hint('exchanges')
    return { pull: id }
  },
)

export const isApproved = (row: Pick<ExchangesTable, 'approved_at'>, now: number): boolean =>
  row.approved_at !== null && row.approved_at + APPROVAL_MS > now

/**
 * Whether the newest version of one of these lists was dropped before it ran: what it held is behind the cursor, and comes again only with
 * everything.
 */
export const wasDropped = defineQuery(
  'exchanges.was-dropped',
  async ({ db }: ReadDb, lists: readonly string[]): Promise<boolean> => {
    if (lists.length === 0) return false
    const row = await db
      .selectFrom('lists')
      .innerJoin('list_versions', (join) =>
        join.onRef('list_versions.list', '=', 'lists.id').onRef('list_versions.version', '=', 'lists.last_version'),
      )
      .select('lists.id')
      .where('lists.id', 'in', [...lists])
      .where('list_versions.state', '=', 'dropped')
      .executeTakeFirst()
    return row !== undefined
  },
)

/** Exchanges whose time has come, without a pull under way. */
export const dueExchanges = defineQuery('exchanges.due', async ({ db, now }: ReadDb): Promise<string[]> => {
  const rows = await db
    .selectFrom('exchanges')
    .select(['id', 'approved_at'])
    .where('state', '=', 'on')
    .where('next_at', '<=', now)
    .where('id', 'not in', db.selectFrom('pulls').select('exchange').where('state', '=', 'running'))
    .orderBy('next_at')
    .execute()
  return rows.filter((row) => isApproved(row, now)).map(({ id }) => id)
})

/** Notes where a pull begins: its window stands from here on, whatever happens. */
export const openWindow = defineWork(
  'exchanges.open-window',
  async (tx: Tx, input: { pull: string; at: Json; full: boolean }): Promise<void> => {
    const changed = await tx.db
      .updateTable('pulls')
      .set({ at: JSON.stringify(input.at), is_full: input.full ? 1 : 0 })
      .where('id', '=', input.pull)
      .where('state', '=', 'running')
      .where('at', 'is', null)
      .where('cursor', 'is', null)
      .executeTakeFirst()
    tx.affect(changed.numUpdatedRows, 1)
  },
)

export interface PageSlice {
  readonly pull: string
  /** Number of the page, from 0; the pull must have come so far. */
  readonly page: number
  readonly rows: readonly Omit<PullRowsTable, 'pull' | 'page'>[]
  readonly bad: readonly { readonly n: number; readonly why: string; readonly raw: Uint8Array }[]
  /** On the first slice what an earlier try has left of this page goes; the last one turns the page. */
  readonly isFirst: boolean
  readonly turn?: {
    readonly rows: number
    readonly bad: number
    readonly unmatched: Readonly<Record<string, number>>
    readonly next: { readonly at: Json } | { readonly cursor: Json; readonly unchanged?: true }
  }
}

/** Keeps a page, or a slice of a large one. Rows count from when the page is turned, in the transaction that moves the pull's place. */
export const stagePage = defineWork('exchanges.stage-page', async (tx: Tx, slice: PageSlice): Promise<void> => {
  const { pull: id, page, turn } = slice
  const pull = await pullAt(tx, id, page)
  if (slice.isFirst) {
    for (const name of ['pull_rows', 'pull_bad'] as const)
      await tx.db.deleteFrom(name).where('pull', '=', id).where('page', '>=', page).execute()
  }
  if (slice.rows.length > 0)
    await tx.db
      .insertInto('pull_rows')
      .values(slice.rows.map((row) => ({ ...row, pull: id, page })))
      .execute()
  if (slice.bad.length > 0)
    await tx.db
      .insertInto('pull_bad')
      .values(slice.bad.map((row) => ({ ...row, pull: id, page, at: tx.now })))
      .execute()
  if (turn === undefined) return
  const isLast = 'cursor' in turn.next
  await tx.db
    .updateTable('pulls')
    .set({
      page: page + 1,
      rows: pull.rows + turn.rows,
      bad: pull.bad + turn.bad,
      unmatched: JSON.stringify(summed(JSON.parse(pull.unmatched), turn.unmatched)),
      at: 'at' in turn.next ? JSON.stringify(turn.next.at) : null,
      cursor: 'cursor' in turn.next ? JSON.stringify(turn.next.cursor) : null,
      unchanged: isLast && 'unchanged' in turn.next && turn.next.unchanged ? 1 : 0,
      ...{ waits: 0, why: null },
    })
    .where('id', '=', id)
    .execute()
  tx.hint('exchanges')
})

/** The pull, if it still runs and stands before this page: else somebody else has it in hand. */
async function pullAt(tx: Tx, id: string, page: number): Promise<PullsTable> {
  const pull = await tx.db
    .selectFrom('pulls')
    .selectAll()
    .where('id', '=', id)
    .where('state', '=', 'running')
    .where('page', '=', page)
    .where('cursor', 'is', null)
    .executeTakeFirst()
  if (pull === undefined) throw new AppError('conflict', 'This page was taken by another process.')
  return pull
}

function summed(
  a: Readonly<Record<string, number>>,
  b: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> {
  const sums = new Map(Object.entries(a))
  for (const [name, n] of Object.entries(b)) sums.set(name, (sums.get(name) ?? 0) + n)
  return Object.fromEntries(sums)
}

/** Begins the window of a pull anew; with `everything` also the cursor of earlier pulls is given up. What was staged goes with the first page. */
export const restartPull = defineWork(
  'exchanges.restart',
  async (tx: Tx, input: { pull: string; everything: boolean }): Promise<{ restarts: number }> => {
    const pull = await tx.db
      .selectFrom('pulls')
      .selectAll()
      .where('id', '=', input.pull)
      .where('state', '=', 'running')
      .executeTakeFirstOrThrow()
    if (input.everything) await changeExchange(tx, pull.exchange, { cursor: null })
    const restarts = pull.restarts + 1
    await tx.db
      .updateTable('pulls')
      .set({ ...{ at: null, cursor: null, page: 0, rows: 0, bad: 0, unmatched: '{}', unchanged: 0 }, restarts })
      .where('id', '=', pull.id)
      .execute()
    return { restarts }
  },
)

/** Notes that a pull was told to wait. @returns how often in a row */
export const noteWait = defineWork(
  'exchanges.wait',
  async (tx: Tx, input: { pull: string; why: string }): Promise<{ waits: number }> => {
    const pull = await tx.db.selectFrom('pulls').select('waits').where('id', '=', input.pull).executeTakeFirst()
    const waits = (pull?.waits ?? 0) + 1
    await tx.db.updateTable('pulls').set({ waits, why: input.why }).where('id', '=', input.pull).execute()
    tx.hint('exchanges')
    return { waits }
  },
)

/** Ends a pull without anything of it, and stops its exchange until a person has looked. */
export const failPull = defineWork(
  'exchanges.fail',
  async (tx: Tx, input: { pull: string; trouble: Trouble }): Promise<void> => {
    const why = JSON.stringify(input.trouble)
    const pull = await tx.db
      .updateTable('pulls')
      .set({ state: 'failed', at: null, why: input.trouble.words, ended_at: tx.now })
      .where('id', '=', input.pull)
      .where('state', '=', 'running')
      .returning('exchange')
      .executeTakeFirst()
    if (pull !== undefined) await changeExchange(tx, pull.exchange, { state: 'stopped', why })
    tx.hint('exchanges')
  },
)

/** What one list has made of a pull, in the transaction that made it: once every list has, the cursor moves (matching.md §10.1.3). */
export interface KeptPlace {
  readonly list: string
  /** Lists that have to take what was pulled before the cursor moves. */
  readonly lists: readonly string[]
  readonly cursor: Json
}

/**
 * Called within the transaction that makes the new version of a list. The cursor of the exchange moves with the last of its lists, and the pull
 * ends there.
 */
export async function movePullCursor(tx: Tx, move: PullMove): Promise<void> {
  const { list, lists, cursor } = placeOf(move.cursor)
  const pull = await tx.db
    .selectFrom('pulls')
    .selectAll()
    .where('id', '=', move.pull)
    .where('state', '=', 'running')
    .executeTakeFirst()
  if (pull === undefined) throw new AppError('conflict', 'This pull has ended.')
  const taken: Record<string, number> = { ...JSON.parse(pull.lists), [list]: tx.now }
  const isDone = lists.every((one) => one in taken)
  await tx.db
    .updateTable('pulls')
    .set({ lists: JSON.stringify(taken), ...(isDone && { state: 'done' as const, ended_at: tx.now, why: null }) })
    .where('id', '=', pull.id)
    .execute()
  if (isDone) {
    await changeExchange(tx, move.exchange, { cursor: JSON.stringify(cursor), pulled_at: tx.now, why: null })
    // What is unchanged names nothing, and so counts nothing.
    if (pull.unchanged === 0)
      await noteUnmatched(tx, {
        ...{ exchange: move.exchange, unmatched: JSON.parse(pull.unmatched), everything: pull.is_full === 1 },
      })
  }
  tx.hint('exchanges')
}
whenKept(movePullCursor)

/** The lists know the place as something that is ours; here it is read as what `engine.ts` made. */
function placeOf(value: unknown): KeptPlace {
  if (typeof value === 'object' && value !== null && 'list' in value && 'lists' in value && 'cursor' in value)
    return value as KeptPlace
  throw new TypeError('a pull is kept with its place')
}

/** Changes of a pull in the order of contents, then of stamps, then as they came; without bodies of pages that are not whole. */
export const stagedRows = defineQuery(
  'exchanges.staged-rows',
  async (
    { db }: ReadDb,
    input: { pull: string; after: Pick<PullRowsTable, 'source_key' | 'stamp' | 'page' | 'n'> | undefined; max: number },
  ): Promise<PullRowsTable[]> => {
    const { after } = input
    return db
      .selectFrom('pull_rows')
      .selectAll()
      .where('pull', '=', input.pull)
      .$if(after !== undefined, (query) =>
        query.where((row) =>
          row(
            row.refTuple('source_key', 'stamp', 'page', 'n'),
            '>',
            row.tuple(after?.source_key ?? '', after?.stamp ?? 0, after?.page ?? 0, after?.n ?? 0),
          ),
        ),
      )
      .orderBy('source_key')
      .orderBy('stamp')
      .orderBy('page')
      .orderBy('n')
      .limit(input.max)
      .execute()
  },
)

/** Removes staged rows of pulls that have ended. @returns how many; a full slice means that more may be left */
export const sweepStaged = defineWork('exchanges.sweep-staged', async (tx: Tx, max: number): Promise<number> => {
  const left = await tx.db
    .selectFrom('pull_rows')
    .select(['pull', 'page', 'n'])
    .where('pull', 'not in', tx.db.selectFrom('pulls').select('id').where('state', '=', 'running'))
    .limit(max)
    .execute()
  const [first] = left
  if (first === undefined) return 0
  const own = left.filter(({ pull, page }) => pull === first.pull && page === first.page)
  await tx.db
    .deleteFrom('pull_rows')
    .where('pull', '=', first.pull)
    .where('page', '=', first.page)
    .where(
      'n',
      'in',
      own.map(({ n }) => n),
    )
    .execute()
  return own.length
})

/** Pulls that the machine has given up fail; one whose job was lost, as with a restored database, gets another. @returns how many failed */
export const strayPulls = defineWork('exchanges.stray', async (tx: Tx): Promise<number> => {
  const running = await tx.db.selectFrom('pulls').select('id').where('state', '=', 'running').execute()
  const parked = await parkedAmong(tx, PULL_QUEUE)
  for (const { id } of running) {
    if (!parked.has(id)) await tx.jobs.enqueue({ queue: PULL_QUEUE, once: id, runAt: tx.now, payload: { id } })
    else await failPull.run(tx, { pull: id, trouble: { code: 'fault', words: 'the machine gave the pull up' } })
  }
  return parked.size
})

/** @throws AppError `not_found` */
export async function exchangeRow({ db }: Pick<Tx, 'db'>, id: string): Promise<ExchangesTable> {
  const row = await db.selectFrom('exchanges').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no exchange of this name; see GET /v1/exchanges.')
  return row
}

export async function changeExchange(tx: Tx, id: string, to: Partial<ExchangesTable>): Promise<void> {
  await tx.db.updateTable('exchanges').set(to).where('id', '=', id).execute()
}
