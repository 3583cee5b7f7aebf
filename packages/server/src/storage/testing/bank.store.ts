import { sql } from 'kysely'
import {
  appendOnly,
  type Chunk,
  type Claimed,
  days,
  defineErrors,
  defineQuery,
  defineSchema,
  defineWork,
  type ReadDb,
  type Tx,
  table,
} from '../index.ts'

declare module '../tables.ts' {
  interface Tables {
    bank_accounts: { id: string; balance: number; revision: number }
    bank_transfers: { id: string; at: number; amount: number; bytes: Uint8Array | null; held: number }
    bank_log: { id: string; at: number }
  }
}

// A small subject for the contract suite: accounts, transfers between them, an append-only log.
export const schema = defineSchema({
  subject: 'bank',
  steps: [
    {
      id: '0001-accounts',
      up: (engine) => [
        table(engine, 'bank_accounts', {
          id: 'text primary key',
          balance: 'bigint not null check (balance >= 0)',
          revision: 'bigint not null default 1',
        }),
      ],
    },
    {
      id: '0002-transfers',
      up: (engine) => [
        table(engine, 'bank_transfers', {
          id: 'text primary key',
          at: 'bigint not null',
          amount: 'bigint not null',
          bytes: 'bytes',
          held: 'smallint not null default 0',
        }),
        table(engine, 'bank_log', { id: 'text primary key', at: 'bigint not null' }),
        ...appendOnly(engine, 'bank_log'),
      ],
    },
  ],
  tables: {
    bank_accounts: { kept: { forever: 'balances' } },
    bank_transfers: { kept: { from: 'at', default: days(30), min: days(1), max: days(90), unless: 'held = 1' } },
    bank_log: { kept: { from: 'at', default: days(10), min: days(1), max: days(20) } },
  },
})

export class BankError extends Error {
  override name = 'BankError'
  readonly code: 'too_poor'
  constructor(code: 'too_poor') {
    super('not enough money')
    this.code = code
  }
}
defineErrors(BankError)

export const openAccounts = defineWork(
  'bank.open',
  async (tx: Tx, input: { ids: readonly string[]; balance: number }) => {
    for (const id of input.ids) {
      await tx.db.insertInto('bank_accounts').values({ id, balance: input.balance, revision: 1 }).execute()
    }
  },
)

export interface Transfer {
  readonly id: string
  readonly from: string
  readonly to: string
  readonly amount: number
}

/** Reads, decides, writes; throws after its writes when the balance does not allow it. */
export const transfer = defineWork('bank.transfer', async (tx: Tx, input: Transfer): Promise<{ left: number }> => {
  const from = await tx.db
    .selectFrom('bank_accounts')
    .selectAll()
    .where('id', '=', input.from)
    .executeTakeFirstOrThrow()
  await tx.db
    .insertInto('bank_transfers')
    .values({ id: input.id, at: tx.now, amount: input.amount, bytes: new Uint8Array([1, 2, 255]), held: 0 })
    .execute()
  await tx.db
    .updateTable('bank_accounts')
    .set((eb) => ({ balance: eb('balance', '+', input.amount), revision: eb('revision', '+', 1) }))
    .where('id', '=', input.to)
    .execute()
  if (from.balance < input.amount) throw new BankError('too_poor')
  const changed = await tx.db
    .updateTable('bank_accounts')
    .set((eb) => ({ balance: eb('balance', '-', input.amount), revision: eb('revision', '+', 1) }))
    .where('id', '=', input.from)
    .executeTakeFirst()
  tx.affect(changed.numUpdatedRows, 1)
  return { left: from.balance - input.amount }
})

/** Counts up one account, with a guard on its revision. */
export const decide = defineWork('bank.decide', async (tx: Tx, input: { id: string; revision: number; by: string }) => {
  const changed = await tx.db
    .updateTable('bank_accounts')
    .set((eb) => ({ revision: eb('revision', '+', 1), balance: eb('balance', '+', 1) }))
    .where('id', '=', input.id)
    .where('revision', '=', input.revision)
    .executeTakeFirst()
  tx.affect(changed.numUpdatedRows, 1)
  return input.by
})

/** Counts up one account, then opens another unless it is there: two places, one after the other, where it may meet somebody else. */
export const countAndOpen = defineWork(
  'bank.countAndOpen',
  async (tx: Tx, input: { count: string; open: string }): Promise<'found' | 'opened'> => {
    await tx.db
      .updateTable('bank_accounts')
      .set((eb) => ({ balance: eb('balance', '+', 1) }))
      .where('id', '=', input.count)
      .execute()
    const there = await tx.db.selectFrom('bank_accounts').select('id').where('id', '=', input.open).executeTakeFirst()
    if (there !== undefined) return 'found'
    await tx.db.insertInto('bank_accounts').values({ id: input.open, balance: 0, revision: 1 }).execute()
    return 'opened'
  },
)

/** Two reads and a write that depend on each other: under write skew both of a pair would pass. */
export const takeOneOfTwo = defineWork('bank.take', async (tx: Tx, input: { mine: string; other: string }) => {
  const rows = await tx.db
    .selectFrom('bank_accounts')
    .selectAll()
    .where('id', 'in', [input.mine, input.other])
    .execute()
  const sum = rows.reduce((all, row) => all + row.balance, 0)
  if (sum < 2) throw new BankError('too_poor')
  await tx.db
    .updateTable('bank_accounts')
    .set((eb) => ({ balance: eb('balance', '-', 1) }))
    .where('id', '=', input.mine)
    .execute()
})

/**
 * Completes a job together with its effect: the account takes its number, which must be higher than the one before. So the database
 * itself witnesses the order of effects, whatever order the answers arrive in.
 */
export const completeInOrder = defineWork(
  'bank.completeInOrder',
  async (tx: Tx, input: { job: Claimed; account: string; n: number }) => {
    await tx.jobs.complete(input.job)
    const changed = await tx.db
      .updateTable('bank_accounts')
      .set((eb) => ({ balance: input.n, revision: eb('revision', '+', 1) }))
      .where('id', '=', input.account)
      .where('balance', '<', input.n)
      .executeTakeFirst()
    tx.affect(changed.numUpdatedRows, 1)
  },
)

/** Notes the epoch under which it commits, which must not be lower than the one before. */
export const witnessEpoch = defineWork('bank.witness', async (tx: Tx, input: { id: string; epoch: number }) => {
  const changed = await tx.db
    .updateTable('bank_accounts')
    .set({ balance: input.epoch })
    .where('id', '=', input.id)
    .where('balance', '<=', input.epoch)
    .executeTakeFirst()
  tx.affect(changed.numUpdatedRows, 1)
})

export const enqueueOrFail = defineWork(
  'bank.enqueue',
  async (tx: Tx, input: { fail: boolean; queue: string; chunks: readonly Chunk[] }) => {
    const id = await tx.jobs.enqueue({ queue: input.queue, runAt: tx.now, payload: { fail: input.fail } })
    tx.stream.append(input.chunks)
    if (input.fail) throw new BankError('too_poor')
    return id
  },
)

export const addTransfers = defineWork(
  'bank.addTransfers',
  async (tx: Tx, input: { prefix: string; count: number; at: number; held: number }) => {
    for (let n = 0; n < input.count; n++) {
      const row = { id: `${input.prefix}${n}`, at: input.at, amount: 1, bytes: null, held: input.held }
      await tx.db.insertInto('bank_transfers').values(row).execute()
    }
  },
)

export const note = defineWork('bank.note', async (tx: Tx, input: { id: string; at?: number }) => {
  await tx.db
    .insertInto('bank_log')
    .values({ id: input.id, at: input.at ?? tx.now })
    .execute()
})

export const rewriteNote = defineWork('bank.rewrite', async (tx: Tx, input: { id: string }) => {
  await tx.db.updateTable('bank_log').set({ at: 0 }).where('id', '=', input.id).execute()
})

export const eraseNote = defineWork('bank.erase', async (tx: Tx, input: { id: string }) => {
  await tx.db.deleteFrom('bank_log').where('id', '=', input.id).execute()
})

export const waitForTimer = defineWork('bank.timer', async (tx: Tx, input: { id: string }) => {
  await tx.db.insertInto('bank_accounts').values({ id: input.id, balance: 0, revision: 1 }).execute()
  await new Promise((resolve) => setTimeout(resolve, 5))
  await tx.db.updateTable('bank_accounts').set({ balance: 7 }).where('id', '=', input.id).execute()
})

export const callOut = defineWork('bank.fetch', async (_: Tx, input: { url: string }) => {
  await fetch(input.url)
})

/** Swallows the failure of its last statement and ends as if all were well. */
export const swallowFailure = defineWork('bank.swallow', async (tx: Tx, input: { id: string }) => {
  await tx.db.insertInto('bank_accounts').values({ id: input.id, balance: 1, revision: 1 }).execute()
  await tx.db
    .insertInto('bank_accounts')
    .values({ id: `${input.id}-2`, balance: -1, revision: 1 })
    .execute()
    .catch(() => undefined)
})

export const catchFailure = defineWork('bank.catch', async (tx: Tx, input: { id: string }) => {
  try {
    await tx.db.insertInto('bank_accounts').values({ id: input.id, balance: -1, revision: 1 }).execute()
  } catch {
    await tx.db.insertInto('bank_accounts').values({ id: input.id, balance: 1, revision: 1 }).execute()
  }
})

/** Keeps the thread busy for so much time of its own, whatever else the machine does. */
export const ponder = defineWork('bank.ponder', async (tx: Tx, input: { ms: number; id: string }) => {
  const spent = (): number => {
    const { user, system } = process.threadCpuUsage()
    return (user + system) / 1_000
  }
  const until = spent() + input.ms
  await tx.db.insertInto('bank_accounts').values({ id: input.id, balance: 0, revision: 1 }).execute()
  while (spent() < until);
  await tx.db.selectFrom('bank_accounts').select('id').limit(1).execute()
})

/** PostgreSQL only. */
export const sleepInSql = defineWork('bank.sleep', async (tx: Tx, input: { seconds: number; id: string }) => {
  await tx.db.insertInto('bank_accounts').values({ id: input.id, balance: 0, revision: 1 }).execute()
  await sql`select pg_sleep(${input.seconds})`.execute(tx.db)
})

export const echo = defineWork('bank.echo', async (_: Tx, input: unknown): Promise<unknown> => input)

export const sumUp = defineQuery('bank.sum', async ({ db }: ReadDb) => {
  const accounts = await db.selectFrom('bank_accounts').selectAll().orderBy('id').execute()
  const transfers = await db.selectFrom('bank_transfers').selectAll().orderBy('id').execute()
  const log = await db.selectFrom('bank_log').selectAll().orderBy('id').execute()
  return { accounts, transfers, log }
})

export const account = defineQuery('bank.account', ({ db }: ReadDb, id: string) =>
  db.selectFrom('bank_accounts').selectAll().where('id', '=', id).executeTakeFirst(),
)

export const total = defineQuery('bank.total', async ({ db }: ReadDb) => {
  const row = await db
    .selectFrom('bank_accounts')
    .select((eb) => [eb.fn.sum<number>('balance').as('total'), sql<number>`count(*)`.as('count')])
    .executeTakeFirstOrThrow()
  return row
})
