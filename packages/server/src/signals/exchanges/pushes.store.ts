import { AppError } from '../../http/errors.ts'
import { finalStateOf, isUndecided } from '../../review/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import { PLATFORM, type RecordKeys, record } from '../../transparency/index.ts'
import { termsOf } from '../lists/declaration.ts'
import type { EntryRow } from '../store.ts'
import { exchangeRow } from './pulls.store.ts'
import type { Opinion } from './source.ts'
import type { ExchangePushesTable, PushState } from './tables.ts'

export const PUSH_QUEUE = 'exchanges.push'

/** What somebody wants to tell, and of what. */
export interface TellWish {
  readonly exchange: string
  readonly list: string
  readonly n: number
  /** The decision; `caseKey` where there is none yet. */
  readonly decision: string
}

/** Stands for the decision of a case that has none yet. */
export const caseKey = (number: number): string => `case:${number}`
const caseIn = (decision: string): number | undefined =>
  decision.startsWith('case:') ? Number(decision.slice('case:'.length)) : undefined

/**
 * The entry, and what its decision says of it.
 *
 * @throws AppError `not_found` · `conflict` the exchange does not feed that list, its terms take no feedback, or the decision is not final
 */
export const tellable = defineQuery(
  'exchanges.tellable',
  async (from: ReadDb, wish: TellWish): Promise<{ entry: EntryRow; says: Opinion }> => assertTellable(from, wish),
)

async function assertTellable(
  from: Pick<Tx | ReadDb, 'db' | 'now'>,
  wish: TellWish,
): Promise<{ entry: EntryRow; says: Opinion }> {
  const { db } = from
  await exchangeRow(from, wish.exchange)
  const list = await db.selectFrom('lists').selectAll().where('id', '=', wish.list).executeTakeFirst()
  if (list?.exchange !== wish.exchange) throw new AppError('conflict', 'This exchange does not feed that list.')
  if (termsOf(list).feedback === 'none') throw new AppError('conflict', 'The terms of this list take no feedback.')
  const entry = await db
    .selectFrom('list_entries')
    .select(['n', 'fingerprint', 'body', 'sealed'])
    .where('list', '=', wish.list)
    .where('n', '=', wish.n)
    .executeTakeFirst()
  if (entry === undefined || entry.body.length === 0)
    throw new AppError('not_found', 'There is no such entry any more.')
  return { entry, says: await opinionOn(from, wish.decision) }
}

/** What may be said now. @throws AppError `not_found` · `conflict` */
async function opinionOn(from: Pick<Tx | ReadDb, 'db' | 'now'>, decision: string): Promise<Opinion> {
  const number = caseIn(decision)
  if (number !== undefined) {
    if (await isUndecided(from, number)) return 'waiting'
    throw new AppError('conflict', 'The case does not wait any more; tell what was decided.')
  }
  const state = await finalStateOf(from, decision)
  if (state === 'open')
    throw new AppError('conflict', 'The decision can still be undone; tell it when that time is over.')
  if (state === 'over') throw new AppError('conflict', 'The decision was undone or reversed.')
  return state === 'upheld' ? 'upheld' : 'rejected'
}

export interface NewPush extends TellWish {
  readonly id: string
  readonly act: 'say' | 'unsay'
  readonly body: Uint8Array
  /** SHA-256 of what is sent. */
  readonly digest: string
  readonly by: string
  /** `R-7`; null where nobody of the staff acts. */
  readonly number: string | null
  readonly keys: RecordKeys
}

/** Writes a push, its leaf in the log and its job. Said before, it is the one that was said; what was refused is sent anew. */
export const writePush = defineWork(
  'exchanges.write-push',
  async (tx: Tx, push: NewPush & { readonly says?: Opinion }): Promise<{ id: string; state: PushState }> => {
    const { exchange, list, n, decision, act } = push
    const known = await pushOf(tx, push)
    if (known !== undefined && known.state !== 'parked') return { id: known.id, state: known.state }
    if (act === 'say' && (await assertTellable(tx, push)).says !== push.says)
      throw new AppError('conflict', 'The decision has changed meanwhile; look again.')
    const written = { by: push.by, record: await noted(tx, push), created_at: tx.now }
    const row = { state: 'waiting', intent_at: null, fails: 0, why: null, closed_at: null } as const
    // What was refused is sealed under its own id, so a new row takes its place.
    if (known !== undefined) await tx.db.deleteFrom('exchange_pushes').where('id', '=', known.id).execute()
    await tx.db
      .insertInto('exchange_pushes')
      .values({ ...{ id: push.id, exchange, list, n, decision, act, body: push.body }, ...row, ...written })
      .execute()
    if (act === 'say' && push.says !== 'waiting') await overtake(tx, push)
    // What is said of one entry arrives in the order in which it was said.
    const order = { order: `push ${exchange} ${list} ${n}`, strict: true }
    await tx.jobs.enqueue({ queue: PUSH_QUEUE, once: push.id, ...order, runAt: tx.now, payload: { id: push.id } })
    tx.hint('exchanges')
    return { id: push.id, state: 'waiting' }
  },
)

async function pushOf(
  tx: Tx,
  { exchange, list, n, decision, act }: NewPush,
): Promise<{ id: string; state: PushState } | undefined> {
  return tx.db
    .selectFrom('exchange_pushes')
    .select(['id', 'state'])
    .where('exchange', '=', exchange)
    .where('list', '=', list)
    .where('n', '=', n)
    .where('decision', '=', decision)
    .where('act', '=', act)
    .executeTakeFirst()
}

/** Its leaf. @returns the record's id */
async function noted(tx: Tx, push: NewPush): Promise<string> {
  const { list } = push
  const row = await tx.db.selectFrom('lists').select('version').where('id', '=', list).executeTakeFirstOrThrow()
  const recorded = await record(
    tx,
    {
      kind: 'list',
      affected: PLATFORM,
      fields: {
        ...{ op: 'told', list, version: `v${row.version}`, digest: push.digest, entries: 1, added: 0, removed: 0 },
        ...{ source: push.exchange, by: push.number, second: null, device: false },
      },
    },
    push.keys,
  )
  return recorded.record
}

/** That a match waits is not told any more once there is something better to say. */
async function overtake(tx: Tx, { exchange, list, n }: NewPush): Promise<void> {
  await tx.db
    .updateTable('exchange_pushes')
    .set({ state: 'cancelled', why: 'it is decided', body: new Uint8Array(), closed_at: tx.now })
    .where('exchange', '=', exchange)
    .where('list', '=', list)
    .where('n', '=', n)
    .where('decision', 'like', 'case:%')
    .where('state', 'in', ['waiting', 'parked'])
    .execute()
}

export const onePush = defineQuery(
  'exchanges.one-push',
  async ({ db }: ReadDb, id: string): Promise<ExchangePushesTable | undefined> =>
    db.selectFrom('exchange_pushes').selectAll().where('id', '=', id).executeTakeFirst(),
)

/** Notes that the first byte is about to leave (platform.md §13). False where somebody else has closed it. */
export const intendPush = defineWork('exchanges.intend-push', async (tx: Tx, id: string): Promise<boolean> => {
  const changed = await tx.db
    .updateTable('exchange_pushes')
    .set({ state: 'sending', intent_at: tx.now })
    .where('id', '=', id)
    .where('state', 'in', ['waiting', 'sending'])
    .executeTakeFirst()
  return changed.numUpdatedRows === 1n
})

/** How a try ended. What was cancelled keeps nothing of what was to be sent. */
export const settlePush = defineWork(
  'exchanges.settle-push',
  async (tx: Tx, input: { id: string; state: PushState; why: string | null }): Promise<{ fails: number }> => {
    const row = await tx.db
      .selectFrom('exchange_pushes')
      .select('fails')
      .where('id', '=', input.id)
      .executeTakeFirstOrThrow()
    const isClosed = input.state === 'delivered' || input.state === 'cancelled'
    const fails = input.state === 'delivered' ? row.fails : row.fails + 1
    await tx.db
      .updateTable('exchange_pushes')
      .set({
        ...{ state: input.state, why: input.why, fails },
        ...(isClosed && { closed_at: tx.now, ...(input.state === 'cancelled' && { body: new Uint8Array() }) }),
      })
      .where('id', '=', input.id)
      .execute()
    tx.hint('exchanges')
    return { fails }
  },
)

/** What was said, or is about to be, of decisions that hold no more, and was not taken back yet. */
export const overtakenPushes = defineQuery(
  'exchanges.overtaken',
  async (from: ReadDb): Promise<ExchangePushesTable[]> => {
    const said = await from.db
      .selectFrom('exchange_pushes as said')
      .selectAll('said')
      .where('said.act', '=', 'say')
      .where('said.state', 'in', ['waiting', 'delivered', 'unclear', 'parked'])
      .where((row) =>
        row.not(
          row.exists(
            row
              .selectFrom('exchange_pushes as unsaid')
              .select('unsaid.id')
              .where('unsaid.act', '=', 'unsay')
              .whereRef('unsaid.exchange', '=', 'said.exchange')
              .whereRef('unsaid.list', '=', 'said.list')
              .whereRef('unsaid.n', '=', 'said.n')
              .whereRef('unsaid.decision', '=', 'said.decision'),
          ),
        ),
      )
      .execute()
    const states = await Promise.all(said.map(({ decision }) => finalStateOf(from, decision).catch(() => 'gone')))
    return said.filter((_, index) => states[index] === 'over')
  },
)

/** How many pushes of each exchange stand in each state that is not closed. */
export const pushCounts = defineQuery(
  'exchanges.push-counts',
  async ({ db }: ReadDb): Promise<{ exchange: string; state: PushState; count: number }[]> => {
    const rows = await db
      .selectFrom('exchange_pushes')
      .select((at) => ['exchange', 'state', at.fn.countAll().as('count')])
      .where('state', 'in', ['waiting', 'sending', 'unclear', 'parked'])
      .groupBy(['exchange', 'state'])
      .execute()
    return rows.map((row) => ({ ...row, count: Number(row.count) }))
  },
)
