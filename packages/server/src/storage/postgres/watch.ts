import type { CompiledQuery, Kysely, QueryResult } from 'kysely'
import type { PoolClient } from 'pg'
import { StorageError } from '../errors.ts'
import type { Tables } from '../tables.ts'
import { kyselyOver, runStatement } from './dialect.ts'

/**
 * Runs `inside` on the client and refuses what the writer thread of SQLite would refuse: a work that waits for anything but its
 * statements, that goes on after its end, or that swallows a failed statement.
 *
 * @throws what failed first; the driver's errors as they are
 */
export async function watched<T>(
  name: string,
  client: PoolClient,
  inside: (db: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  const state: { ended: boolean; running: number; doom: unknown } = { ended: false, running: 0, doom: undefined }
  let leave: (error: StorageError) => void = () => undefined
  const left = new Promise<never>((_, reject) => {
    leave = reject
  })
  // When the event loop turns while no statement is on its way, the work waits for something else.
  const look = (): void => {
    setImmediate(() => {
      if (!state.ended && state.running === 0) leave(leftTransaction(name))
    })
  }
  const run = async (query: CompiledQuery): Promise<QueryResult<unknown>> => {
    if (state.ended) throw leftTransaction(name)
    if (state.doom !== undefined) throw state.doom
    state.running += 1
    try {
      return await runStatement(client, query)
    } catch (error) {
      state.doom ??= error
      throw error
    } finally {
      state.running -= 1
      look()
    }
  }
  look()
  try {
    const result = await Promise.race([inside(kyselyOver(run)), left])
    if (state.doom !== undefined) throw state.doom
    return result
  } catch (error) {
    throw state.doom ?? error
  } finally {
    state.ended = true
  }
}

function leftTransaction(name: string): StorageError {
  return new StorageError(
    'tx_left_thread',
    `work "${name}" waited for something else than its transaction; pass in what it needs`,
  )
}
