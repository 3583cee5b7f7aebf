import type { Kysely, QueryResult } from 'kysely'
import { type Call, carryOut, type Inside, type Outcome } from '../carry-out.ts'
import { StorageError } from '../errors.ts'
import type { Work } from '../seam.ts'
import type { Tables } from '../tables.ts'
import { appendRows } from './append.ts'
import { kyselyOver, type Statement } from './dialect.ts'
import { sqliteFailure } from './failures.ts'

const WAITING_FACTOR = 8

/**
 * Runs one work to its end without leaving the thread, and gives its outcome.
 *
 * @throws what the work threw; `tx_left_thread` when it waited for anything but the database; `statement_unplanned` when it took longer
 * than `workMs`; the failure of its first failed statement, even if the work caught it: PostgreSQL would have ended the transaction too
 */
export async function runWork(
  work: Work<unknown, unknown>,
  call: Call,
  engine: { run(query: Statement): QueryResult<unknown>; workMs: number },
): Promise<Outcome> {
  const clock = new WorkClock(engine.workMs)
  const state: { ended: boolean; doom: Error | undefined } = { ended: false, doom: undefined }
  const refuseLate = (): void => {
    if (state.doom !== undefined || !clock.isOver()) return
    state.doom = new StorageError(
      'statement_unplanned',
      `work "${work.name}" took over ${engine.workMs} ms; look at its statements' plans`,
    )
  }
  const run = (query: Statement): QueryResult<unknown> => {
    if (state.ended) throw leftThread(work.name)
    refuseLate()
    if (state.doom !== undefined) throw state.doom
    try {
      return engine.run(query)
    } catch (error) {
      state.doom = sqliteFailure(error) ?? (error instanceof Error ? error : new TypeError('a statement failed'))
      throw state.doom
    }
  }
  let db: Kysely<Tables> | undefined
  const inside: Inside = {
    engine: 'sqlite',
    // Made when a work asks for it: an append, which is most of what is written, has its own statements.
    get db() {
      db ??= kyselyOver(run)
      return db
    },
    append: async (chunks) => appendRows(run, chunks, call.now),
  }
  try {
    const outcome = await settledInThisTurn(work.name, carryOut(work, call, inside))
    refuseLate()
    if (state.doom !== undefined) throw state.doom
    return outcome
  } catch (error) {
    throw state.doom ?? error
  } finally {
    state.ended = true
  }
}

/**
 * The time of one work. On a machine that has too much to do a thread may stand still for long without any fault of its work: then only
 * the part counts in which it ran, up to a limit for works that wait for the disk.
 */
class WorkClock {
  readonly #limitMs: number
  readonly #began = performance.now()
  readonly #cpuBegan = cpuMs()

  constructor(limitMs: number) {
    this.#limitMs = limitMs
  }

  isOver(): boolean {
    const wallMs = performance.now() - this.#began
    if (wallMs <= this.#limitMs) return false
    return cpuMs() - this.#cpuBegan > this.#limitMs / 2 || wallMs > this.#limitMs * WAITING_FACTOR
  }
}

function cpuMs(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1_000
}

/** The promise, if it settles before the event loop turns. */
export async function settledInThisTurn<T>(name: string, promise: Promise<T>): Promise<T> {
  let turned: NodeJS.Immediate | undefined
  const left = new Promise<never>((_, reject) => {
    turned = setImmediate(() => reject(leftThread(name)))
  })
  try {
    return await Promise.race([promise, left])
  } finally {
    clearImmediate(turned)
  }
}

export function leftThread(name: string): StorageError {
  return new StorageError(
    'tx_left_thread',
    `work "${name}" waited for something else than its transaction; pass in what it needs`,
  )
}
