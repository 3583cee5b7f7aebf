import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
} from 'kysely'
import type { PoolClient } from 'pg'
import { SingleConnectionDriver } from '../single-connection.ts'
import type { Tables } from '../tables.ts'

/** Kysely over one statement runner. */
export function kyselyOver(run: (query: CompiledQuery) => Promise<QueryResult<unknown>>): Kysely<Tables> {
  const connection = new RunnerConnection(run)
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new PostgresAdapter(),
      createDriver: () => new SingleConnectionDriver(connection),
      createIntrospector: (db) => new PostgresIntrospector(db),
      createQueryCompiler: () => new PostgresQueryCompiler(),
    },
  })
}

/** One unnamed statement, so that a connection pool in between may give every transaction another server connection. */
export async function runStatement(client: PoolClient, query: CompiledQuery): Promise<QueryResult<unknown>> {
  const result = await client.query(query.sql, [...query.parameters])
  const writes = ['INSERT', 'UPDATE', 'DELETE'].includes(result.command)
  return writes ? { rows: result.rows, numAffectedRows: BigInt(result.rowCount ?? 0) } : { rows: result.rows }
}

class RunnerConnection implements DatabaseConnection {
  readonly #run: (query: CompiledQuery) => Promise<QueryResult<unknown>>

  constructor(run: (query: CompiledQuery) => Promise<QueryResult<unknown>>) {
    this.#run = run
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return (await this.#run(query)) as QueryResult<R>
  }

  // biome-ignore lint/correctness/useYield: refused before the first row
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('a work reads whole results; ask for slices with limit')
  }
}
