import { sql } from 'kysely'
import { StorageError } from './errors.ts'
import { newId } from './ids.ts'
import type { Tx } from './seam.ts'

declare module './tables.ts' {
  interface Tables {
    jobs: JobsTable
    job_orders: { order_key: string; last_no: number }
  }
}

export interface JobsTable {
  id: string
  queue: string
  once_key: string | null
  order_key: string | null
  order_no: number
  strict: number
  state: JobState
  run_at: number
  lease_until: number
  token: string | null
  attempts: number
  payload: string
  why: string | null
  closed_by: string | null
  closed_reason: string | null
  created_at: number
  closed_at: number | null
}

export type JobState = 'open' | 'parked' | 'cancelled'
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json | undefined }

export interface NewJob {
  readonly queue: string
  /** At most one open or parked job per queue has this key; a second `enqueue` gives the first's id. */
  readonly once?: string
  /** Jobs with one order key run one after another, in the order their transactions committed. */
  readonly order?: string
  /** A strict job waits for the earlier ones of its order key however often those failed. */
  readonly strict?: boolean
  readonly runAt: number
  readonly payload: Json
}

/** A job in our hands until `leaseUntil`. */
export interface Claimed {
  readonly id: string
  readonly queue: string
  readonly token: string
  /** This try included. */
  readonly attempts: number
  readonly order: string | undefined
  readonly payload: Json
  readonly leaseUntil: number
}

type Base = Pick<Tx, 'db' | 'now' | 'engine' | 'hint' | 'affect'>

/** Jobs inside a transaction. */
export class JobsTx {
  readonly #tx: Base

  constructor(tx: Base) {
    this.#tx = tx
  }

  /** The job exists exactly if this transaction commits. */
  async enqueue(job: NewJob): Promise<string> {
    const { db, now } = this.#tx
    const earlier = job.once === undefined ? undefined : await this.#openWith(job.queue, job.once)
    if (earlier !== undefined) return earlier
    const id = newId('job', now)
    await db
      .insertInto('jobs')
      .values({
        ...BLANK,
        id,
        queue: job.queue,
        once_key: job.once ?? null,
        order_key: job.order ?? null,
        order_no: job.order === undefined ? 0 : await this.#nextOrder(job.order),
        strict: job.strict === true ? 1 : 0,
        run_at: job.runAt,
        payload: JSON.stringify(job.payload),
        created_at: now,
      })
      .execute()
    this.#tx.hint(`jobs:${job.queue}`)
    return id
  }

  /**
   * Ends a job together with its results.
   * @throws StorageError `lease_lost`
   */
  async complete(job: Claimed): Promise<void> {
    const gone = await this.#tx.db
      .deleteFrom('jobs')
      .where('id', '=', job.id)
      .where('token', '=', job.token)
      .where('state', '=', 'open')
      .executeTakeFirst()
    if (gone.numDeletedRows !== 1n) throw lost(job.id)
    if (job.order !== undefined) this.#tx.hint(`jobs:${job.queue}`)
  }

  async #openWith(queue: string, once: string): Promise<string | undefined> {
    const row = await this.#tx.db
      .selectFrom('jobs')
      .select('id')
      .where('queue', '=', queue)
      .where('once_key', '=', once)
      .where('state', 'in', ['open', 'parked'])
      .executeTakeFirst()
    return row?.id
  }

  // A counter row, not a clock or an identity column: its lock makes the numbers follow the order of commits.
  async #nextOrder(order: string): Promise<number> {
    const row = await this.#tx.db
      .insertInto('job_orders')
      .values({ order_key: order, last_no: 1 })
      .onConflict((conflict) => conflict.column('order_key').doUpdateSet({ last_no: sql`job_orders.last_no + 1` }))
      .returning('last_no')
      .executeTakeFirstOrThrow()
    return row.last_no
  }
}

const BLANK = {
  state: 'open',
  lease_until: 0,
  token: null,
  attempts: 0,
  why: null,
  closed_by: null,
  closed_reason: null,
  closed_at: null,
} as const

/** The claim is in other hands, or the job is closed. */
export function lost(id: string): StorageError {
  return new StorageError('lease_lost', `job ${id} is in other hands or closed; drop the result`)
}
