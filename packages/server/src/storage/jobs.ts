import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { defineQuery, defineWork } from './define.ts'
import { StorageError } from './errors.ts'
import { type Claimed, type JobState, type JobsTable, lost, type NewJob } from './jobs-tx.ts'
import type { ReadDb, Store, Tx } from './seam.ts'

export interface JobRow {
  readonly id: string
  readonly queue: string
  readonly state: JobState
  readonly runAt: number
  readonly attempts: number
  readonly why: string | undefined
  readonly createdAt: number
  readonly closedBy: string | undefined
  readonly closedReason: string | undefined
}

export interface Jobs {
  /** A job by itself, in a transaction of its own. In a work: `tx.jobs.enqueue`. */
  enqueue(job: NewJob): Promise<string>
  /** Due jobs, earliest first, at most `max`, ours for `leaseMs`. `passAfter`: failures of an earlier job after which later ones of its order key go on. */
  claim(queue: string, max: number, leaseMs: number, options?: { passAfter?: number }): Promise<Claimed[]>
  /** The job with a new end of lease; undefined when it is lost. */
  extend(job: Claimed, leaseMs: number): Promise<Claimed | undefined>
  /** Done, with nothing else to write. With results: `tx.jobs.complete`. */
  complete(job: Claimed): Promise<void>
  retry(job: Claimed, why: string, runAt: number): Promise<void>
  /** Given up by the machine; it waits for a person and no machine deletes it. */
  park(job: Claimed, why: string): Promise<void>
  replay(id: string, by: string): Promise<void>
  cancel(id: string, by: string, reason: string): Promise<void>
  list(filter: { queue?: string; state: JobState; limit?: number; after?: string }): Promise<JobRow[]>
  /** Forgets the counters of order keys without jobs; returns how many. */
  forgetOrders(): Promise<number>
  counts(): Promise<{ queue: string; state: JobState; count: number; oldestRunAt: number }[]>
}

const NEVER_PASS = 2 ** 31

const enqueue = defineWork('storage.jobs.enqueue', (tx: Tx, job: NewJob) => tx.jobs.enqueue(job), { urgent: true })

const claim = defineWork(
  'storage.jobs.claim',
  async (tx: Tx, input: { queue: string; max: number; leaseMs: number; passAfter: number }): Promise<Claimed[]> => {
    const due = tx.db
      .selectFrom('jobs as j')
      .select('j.id')
      .where('j.queue', '=', input.queue)
      .where('j.state', '=', 'open')
      .where('j.run_at', '<=', tx.now)
      .where('j.lease_until', '<', tx.now)
      .where(({ or, eb, not, exists, selectFrom }) =>
        or([
          eb('j.order_key', 'is', null),
          not(
            exists(
              selectFrom('jobs as p')
                .select('p.id')
                .whereRef('p.order_key', '=', 'j.order_key')
                .where('p.state', '=', 'open')
                .whereRef('p.order_no', '<', 'j.order_no')
                .where(({ or, eb }) => or([eb('p.attempts', '<', input.passAfter), eb('j.strict', '=', 1)])),
            ),
          ),
        ]),
      )
      .orderBy('j.run_at')
      .orderBy('j.id')
      .limit(input.max)
      .$if(tx.engine === 'postgres', (query) => query.forUpdate().skipLocked())
    const rows = await tx.db
      .updateTable('jobs')
      .set({
        token: randomBytes(9).toString('base64url'),
        lease_until: tx.now + input.leaseMs,
        attempts: sql`attempts + 1`,
      })
      .where('id', 'in', due)
      .returningAll()
      .execute()
    return rows.sort(byDue).map(claimedFrom)
  },
  { mode: 'hot' },
)

const extend = defineWork(
  'storage.jobs.extend',
  async (tx: Tx, input: { job: Claimed; leaseMs: number }): Promise<Claimed | undefined> => {
    const leaseUntil = tx.now + input.leaseMs
    const held = await owned(tx, input.job, { lease_until: leaseUntil })
    return held ? { ...input.job, leaseUntil } : undefined
  },
  { urgent: true },
)

const complete = defineWork('storage.jobs.complete', (tx: Tx, job: Claimed) => tx.jobs.complete(job), { urgent: true })

const retry = defineWork(
  'storage.jobs.retry',
  async (tx: Tx, input: { job: Claimed; why: string; runAt: number }): Promise<void> => {
    const freed = { token: null, lease_until: 0, why: input.why, run_at: input.runAt }
    if (!(await owned(tx, input.job, freed))) throw lost(input.job.id)
    tx.hint(`jobs:${input.job.queue}`)
  },
  { urgent: true },
)

const park = defineWork(
  'storage.jobs.park',
  async (tx: Tx, input: { job: Claimed; why: string }): Promise<void> => {
    const parked = { token: null, lease_until: 0, why: input.why, state: 'parked' } as const
    if (!(await owned(tx, input.job, parked))) throw lost(input.job.id)
    tx.hint(`jobs:${input.job.queue}`)
  },
  { urgent: true },
)

const replay = defineWork(
  'storage.jobs.replay',
  async (tx: Tx, input: { id: string; by: string }): Promise<void> => {
    const opened = await tx.db
      .updateTable('jobs')
      .set({ state: 'open', attempts: 0, run_at: tx.now, closed_by: input.by })
      .where('id', '=', input.id)
      .where('state', '=', 'parked')
      .returning('queue')
      .executeTakeFirst()
    if (opened === undefined) throw notParked(input.id)
    tx.hint(`jobs:${opened.queue}`)
  },
  { urgent: true },
)

const cancel = defineWork(
  'storage.jobs.cancel',
  async (tx: Tx, input: { id: string; by: string; reason: string }): Promise<void> => {
    const closed = await tx.db
      .updateTable('jobs')
      .set({ state: 'cancelled', closed_by: input.by, closed_reason: input.reason, closed_at: tx.now, token: null })
      .where('id', '=', input.id)
      .where('state', 'in', ['open', 'parked'])
      .where('lease_until', '<', tx.now)
      .executeTakeFirst()
    if (closed.numUpdatedRows !== 1n) throw notParked(input.id)
  },
  { urgent: true },
)

const FORGET_SLICE = 1_000

const forgetOrders = defineWork('storage.jobs.forgetOrders', async (tx: Tx): Promise<number> => {
  const idle = tx.db
    .selectFrom('job_orders as o')
    .select('o.order_key')
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('jobs as j')
            .select('j.id')
            .whereRef('j.order_key', '=', 'o.order_key')
            .where('j.state', '=', 'open'),
        ),
      ),
    )
    .limit(FORGET_SLICE)
  const gone = await tx.db.deleteFrom('job_orders').where('order_key', 'in', idle).executeTakeFirst()
  return Number(gone.numDeletedRows)
})

const list = defineQuery(
  'storage.jobs.list',
  async (
    { db }: ReadDb,
    filter: { queue?: string; state: JobState; limit: number; after: string },
  ): Promise<JobRow[]> => {
    const rows = await db
      .selectFrom('jobs')
      .selectAll()
      .where('state', '=', filter.state)
      .where('id', '>', filter.after)
      .$if(filter.queue !== undefined, (query) => query.where('queue', '=', filter.queue ?? ''))
      .orderBy('id')
      .limit(filter.limit)
      .execute()
    return rows.map((row) => ({
      id: row.id,
      queue: row.queue,
      state: row.state,
      runAt: row.run_at,
      attempts: row.attempts,
      why: row.why ?? undefined,
      createdAt: row.created_at,
      closedBy: row.closed_by ?? undefined,
      closedReason: row.closed_reason ?? undefined,
    }))
  },
)

const counts = defineQuery('storage.jobs.counts', ({ db }: ReadDb) =>
  db
    .selectFrom('jobs')
    .select((eb) => ['queue', 'state', eb.fn.countAll<number>().as('count'), eb.fn.min('run_at').as('oldestRunAt')])
    .groupBy(['queue', 'state'])
    .orderBy('queue')
    .orderBy('state')
    .execute(),
)

/** Of the jobs of a queue that the machine has given up, the keys under which they are there once. */
export async function parkedAmong({ db }: Pick<ReadDb, 'db'>, queue: string): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('jobs')
    .select('once_key')
    .where('queue', '=', queue)
    .where('state', '=', 'parked')
    .execute()
  return new Set(rows.flatMap(({ once_key }) => once_key ?? []))
}

export function makeJobs(store: Store): Jobs {
  return {
    enqueue: (job) => store.tx(enqueue, job),
    claim: (queue, max, leaseMs, options) =>
      store.tx(claim, { queue, max, leaseMs, passAfter: options?.passAfter ?? NEVER_PASS }),
    extend: (job, leaseMs) => store.tx(extend, { job, leaseMs }),
    complete: (job) => store.tx(complete, job),
    retry: (job, why, runAt) => store.tx(retry, { job, why, runAt }),
    park: (job, why) => store.tx(park, { job, why }),
    replay: (id, by) => store.tx(replay, { id, by }),
    cancel: (id, by, reason) => store.tx(cancel, { id, by, reason }),
    list: (filter) => store.read(list, { limit: 100, after: '', ...filter }),
    counts: () => store.read(counts, undefined),
    forgetOrders: () => store.tx(forgetOrders, undefined),
  }
}

async function owned(tx: Tx, job: Claimed, change: Partial<JobsTable>): Promise<boolean> {
  const done = await tx.db
    .updateTable('jobs')
    .set(change)
    .where('id', '=', job.id)
    .where('token', '=', job.token)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return done.numUpdatedRows === 1n
}

function byDue(a: JobsTable, b: JobsTable): number {
  return a.run_at - b.run_at || (a.id < b.id ? -1 : 1)
}

function claimedFrom(row: JobsTable): Claimed {
  return {
    id: row.id,
    queue: row.queue,
    token: row.token ?? '',
    attempts: row.attempts,
    order: row.order_key ?? undefined,
    payload: JSON.parse(row.payload),
    leaseUntil: row.lease_until,
  }
}

function notParked(id: string): StorageError {
  return new StorageError(
    'conflict',
    `job ${id} is not waiting for a person (running, done or closed); reload the list`,
  )
}
