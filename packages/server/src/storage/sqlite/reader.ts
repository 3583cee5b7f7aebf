import type { DatabaseSync } from 'node:sqlite'
import { setImmediate } from 'node:timers'
import { StorageError } from '../errors.ts'
import type { Query } from '../seam.ts'
import { openReader } from './database.ts'
import { kyselyOver, Statements } from './dialect.ts'
import { sqliteFailure } from './failures.ts'
import { settledInThisTurn } from './work-runner.ts'

const SLOW_MS = 50
/** For so long reads follow each other before all else in this thread has its turn. */
const TURN_MS = 10

/** Reads on a connection of their own in the calling thread, one after another, each on one snapshot. */
export class Reader {
  readonly #db: DatabaseSync
  readonly #statements: Statements
  readonly #onSlow: (name: string, ms: number) => void
  #last: Promise<unknown> = Promise.resolve()
  /** When the first read of this turn of the event loop began. */
  #turnBegan: number | undefined

  constructor(file: string, onSlow: (name: string, ms: number) => void) {
    this.#db = openReader(file)
    this.#statements = new Statements(this.#db)
    this.#onSlow = onSlow
  }

  read<I, O>(query: Query<I, O>, input: I, now: number): Promise<O> {
    const result = this.#last.then(() => {
      const others = this.#othersFirst()
      return others === undefined ? this.#read(query, input, now) : others.then(() => this.#read(query, input, now))
    })
    this.#last = result.catch(() => undefined)
    return result
  }

  async close(): Promise<void> {
    await this.#last
    this.#db.close()
  }

  /** A read is done before its caller goes on, so whoever reads in a loop would keep the thread to itself: nobody would be answered meanwhile. */
  #othersFirst(): Promise<void> | undefined {
    if (this.#turnBegan === undefined) {
      this.#turnBegan = performance.now()
      setImmediate(() => {
        this.#turnBegan = undefined
      })
      return undefined
    }
    if (performance.now() - this.#turnBegan < TURN_MS) return undefined
    return new Promise((resolve) => setImmediate(resolve))
  }

  async #read<I, O>(query: Query<I, O>, input: I, now: number): Promise<O> {
    const began = performance.now()
    let ended = false
    const db = kyselyOver((compiled) => {
      if (ended) throw new StorageError('tx_left_thread', `query "${query.name}" went on after its end`)
      return this.#statements.run(compiled)
    })
    this.#db.exec('begin')
    try {
      return await settledInThisTurn(query.name, query.run({ db, now, engine: 'sqlite' }, input))
    } catch (error) {
      throw sqliteFailure(error) ?? error
    } finally {
      ended = true
      this.#db.exec('commit')
      const ms = performance.now() - began
      if (ms > SLOW_MS) this.#onSlow(query.name, ms)
    }
  }
}
