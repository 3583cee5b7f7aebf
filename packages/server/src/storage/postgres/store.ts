import pg from 'pg'
import { carryOut, type Outcome } from '../carry-out.ts'
import type { Chunk } from '../chunk.ts'
import { StorageError } from '../errors.ts'
import { fromWire } from '../form.ts'
import type { Query, Store, TxOptions, Work } from '../seam.ts'
import { appendChunks } from './append.ts'
import { isCollision, isRolledBack, isUniqueViolation, postgresFailure } from './failures.ts'
import { Places } from './places.ts'
import type { Raised, SharedHints } from './shared-hints.ts'
import { typeParsers } from './types.ts'
import { watched } from './watch.ts'

export interface PostgresOptions {
  readonly url: string
  readonly schema: string | undefined
  readonly pool: number
  readonly queueWorks: number
  readonly poolWaitMs: number
  readonly now: () => number
  readonly onHints: (hints: readonly string[]) => void
  readonly sharedHints: SharedHints
  readonly onSlow: (name: string, ms: number) => void
}

const TRIES = 5
// A unique violation may be a collision that the server noticed early; if it comes twice, it is the caller's conflict.
const UNIQUE_TRIES = 2
const CONNECT_MS = 5_000
const COMMIT_MS = 10_000
const SLOW_MS = 1_000
const LIMITS = 'set local lock_timeout = 2000; set local idle_in_transaction_session_timeout = 10000'
const ISOLATION = { serial: 'serializable', hot: 'read committed' } as const

/** The store on a pool of PostgreSQL connections; works run in this process, statements over there. */
export class PostgresStore implements Store {
  readonly engine = 'postgres'
  readonly #options: PostgresOptions
  readonly #pool: pg.Pool
  readonly #places: Places
  readonly #path: string
  readonly #counted = { retries: 0, commitUnknown: 0, works: 0 }
  #closed = false

  constructor(options: PostgresOptions) {
    this.#options = options
    this.#path = options.schema === undefined ? '' : `; set local search_path = ${quoted(options.schema)}`
    this.#places = new Places({ places: options.pool, waitMs: options.poolWaitMs, most: options.queueWorks })
    this.#pool = new pg.Pool({
      connectionString: options.url,
      max: options.pool,
      connectionTimeoutMillis: CONNECT_MS,
      types: typeParsers,
    })
    // A connection that breaks while idle is replaced by the pool; whoever needs it next sees the error.
    this.#pool.on('error', () => undefined)
    // Without a listener a connection that breaks between two statements would end the process; the next statement fails and tells.
    this.#pool.on('connect', (client) => client.on('error', () => undefined))
  }

  async tx<I, O>(work: Work<I, O>, input: I, options: TxOptions = {}): Promise<O> {
    const call = { ...options, now: this.#options.now(), input: work.form.toBytes(input) }
    // The input has been copied: each try gets its own.
    const untyped = work as unknown as Work<unknown, unknown>
    let uniqueTries = 0
    for (let tries = 1; ; tries++) {
      const result = await this.#withPlace(work.urgent, (client) => this.#attempt(client, untyped, call))
      if (result.kind === 'done') {
        this.#counted.works += 1
        this.#options.sharedHints.own(result.raised)
        if (result.outcome.hints.length > 0) this.#options.onHints(result.outcome.hints)
        return fromWire(result.outcome.output) as O
      }
      if (result.kind === 'failed' && isUniqueViolation(result.error)) uniqueTries += 1
      const again =
        result.kind === 'unknown'
          ? options.once !== undefined && tries < TRIES
          : (isCollision(result.error) && tries < TRIES) ||
            (isUniqueViolation(result.error) && uniqueTries < UNIQUE_TRIES)
      if (!again) throw finalError(result)
      this.#counted.retries += 1
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 10 * 2 ** tries))
    }
  }

  read<I, O>(query: Query<I, O>, input: I): Promise<O> {
    // Nobody reads in bulk: a read belongs to a call, a page or a look at how things stand.
    return this.#withPlace(true, (client) => this.#readOn(client, query, input))
  }

  async #readOn<I, O>(client: pg.PoolClient, query: Query<I, O>, input: I): Promise<O> {
    const now = this.#options.now()
    const began = performance.now()
    try {
      await client.query(
        `begin isolation level repeatable read read only; set local statement_timeout = 30000; ${LIMITS}${this.#path}`,
      )
      const output = await watched(query.name, client, (db) => query.run({ db, now, engine: 'postgres' }, input))
      await client.query('commit')
      client.release()
      return output
    } catch (error) {
      await giveBack(client)
      throw postgresFailure(error) ?? error
    } finally {
      const ms = performance.now() - began
      if (ms > SLOW_MS) this.#options.onSlow(query.name, ms)
    }
  }

  facts(): Record<string, number> {
    const { totalCount, idleCount } = this.#pool
    return { ...this.#counted, poolTotal: totalCount, poolIdle: idleCount, poolWaiting: this.#places.waiting }
  }

  /** A connection outside transactions, for migrations and settings. */
  withClient<T>(use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    return this.#withPlace(true, async (client) => {
      try {
        return await use(client)
      } finally {
        await giveBack(client)
      }
    })
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#pool.end()
  }

  /** @param use gives the connection back to the pool, or destroys it */
  async #withPlace<T>(urgent: boolean, use: (client: pg.PoolClient) => Promise<T>): Promise<T> {
    if (this.#closed) throw new StorageError('storage_unavailable', 'the store is closed')
    const leave = await this.#places.enter(urgent)
    try {
      return await use(await this.#connect())
    } finally {
      leave()
    }
  }

  // There are as many places as connections, so the pool has one or opens one at once.
  async #connect(): Promise<pg.PoolClient> {
    if (this.#closed) throw new StorageError('storage_unavailable', 'the store is closed')
    try {
      return await this.#pool.connect()
    } catch (error) {
      throw postgresFailure(error) ?? error
    }
  }

  async #attempt(
    client: pg.PoolClient,
    work: Work<unknown, unknown>,
    call: Parameters<typeof carryOut>[1],
  ): Promise<Attempt> {
    const began = performance.now()
    try {
      await client.query(
        `begin isolation level ${ISOLATION[work.mode]}; set local statement_timeout = 5000; set local synchronous_commit = on; ${LIMITS}${this.#path}`,
      )
      const { outcome, raised } = await watched(work.name, client, async (db) => {
        const append = (chunks: readonly Chunk[]) => appendChunks(db, chunks, call.now)
        const outcome = await carryOut(work, call, { db, engine: 'postgres', append })
        return { outcome, raised: await this.#options.sharedHints.raise(db, outcome.hints) }
      })
      const committed = await commit(client)
      if (committed === 'unknown') this.#counted.commitUnknown += 1
      return committed === 'done' ? { kind: 'done', outcome, raised } : { kind: 'unknown' }
    } catch (error) {
      await giveBack(client)
      return { kind: 'failed', error }
    } finally {
      const ms = performance.now() - began
      if (ms > SLOW_MS) this.#options.onSlow(work.name, ms)
    }
  }
}

type Attempt =
  | { kind: 'done'; outcome: Outcome; raised: Raised }
  | { kind: 'unknown' }
  | { kind: 'failed'; error: unknown }

/**
 * Commits and gives the connection back.
 * @throws the server's error when it surely rolled back
 */
async function commit(client: pg.PoolClient): Promise<'done' | 'unknown'> {
  // A statement time-out while waiting for the standby would end in a warning and a commit that only one machine has.
  let unreplicated = false
  const onNotice = (notice: { message: string | undefined }): void => {
    if (notice.message?.includes('synchronous replication') === true) unreplicated = true
  }
  client.on('notice', onNotice)
  try {
    const answered = client.query('set local statement_timeout = 0; commit')
    const results: unknown = await withDeadline(answered, COMMIT_MS)
    const last = Array.isArray(results) ? results.at(-1) : results
    if (last?.command !== 'COMMIT')
      throw new StorageError('storage_unavailable', 'the server rolled back; nothing was written')
    client.release()
    return unreplicated ? 'unknown' : 'done'
  } catch (error) {
    if (isRolledBack(error) || error instanceof StorageError) throw error
    client.release(true)
    return 'unknown'
  } finally {
    client.off('notice', onNotice)
  }
}

async function withDeadline<T>(promise: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('no answer to COMMIT in time')), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Rolls back and returns the connection to the pool, or destroys it when it does not answer. */
async function giveBack(client: pg.PoolClient): Promise<void> {
  try {
    await client.query('rollback')
    client.release()
  } catch {
    // Its transaction ends with it; the pool opens another.
    client.release(true)
  }
}

function finalError(result: Exclude<Attempt, { kind: 'done' }>): unknown {
  if (result.kind === 'unknown') {
    return new StorageError('commit_unknown', 'the connection was lost while committing: ask again with the same key')
  }
  return postgresFailure(result.error) ?? result.error
}

export function quoted(identifier: string): string {
  if (!/^[a-z_][a-z0-9_]*$/.test(identifier))
    throw new TypeError(`schema name "${identifier}": expected a-z, 0-9 and _`)
  return `"${identifier}"`
}
