import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import {
  type CompiledQuery,
  type DatabaseConnection,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely'
import { SingleConnectionDriver } from '../single-connection.ts'
import type { Tables } from '../tables.ts'

/** Kysely over one statement runner. Everything is synchronous, so its promises settle without a turn of the event loop. */
export function kyselyOver(run: (query: CompiledQuery) => QueryResult<unknown>): Kysely<Tables> {
  const connection = new SyncConnection(run)
  return new Kysely<Tables>({
    dialect: {
      createAdapter: () => new SqliteAdapter(),
      createDriver: () => new SingleConnectionDriver(connection),
      createIntrospector: (db) => new SqliteIntrospector(db),
      createQueryCompiler: () => new SqliteQueryCompiler(),
    },
  })
}

class SyncConnection implements DatabaseConnection {
  readonly #run: (query: CompiledQuery) => QueryResult<unknown>

  constructor(run: (query: CompiledQuery) => QueryResult<unknown>) {
    this.#run = run
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    return this.#run(query) as QueryResult<R>
  }

  // biome-ignore lint/correctness/useYield: refused before the first row
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new TypeError('a work reads whole results; ask for slices with limit')
  }
}

/** What runs: a query of Kysely's, or SQL as it stands. */
export type Statement = Pick<CompiledQuery, 'sql' | 'parameters'> & Partial<Pick<CompiledQuery, 'query'>>

const CACHED_STATEMENTS = 400

interface Prepared {
  readonly statement: StatementSync
  readonly returnsRows: boolean
}

/** Runs statements on one connection and keeps the prepared ones. */
export class Statements {
  readonly #db: DatabaseSync
  readonly #prepared = new Map<string, Prepared>()

  constructor(db: DatabaseSync) {
    this.#db = db
  }

  run(query: Statement): QueryResult<unknown> {
    const { statement, returnsRows } = this.#prepare(query.sql)
    // The engine refuses what it cannot bind (booleans, undefined, objects), so the type is its business.
    const parameters = query.parameters as readonly SQLInputValue[]
    if (returnsRows) {
      // Plain objects, as on PostgreSQL: the engine's own rows have no prototype.
      const rows = statement.all(...parameters).map((row) => ({ ...row }))
      return isWrite(query) ? { rows, numAffectedRows: BigInt(rows.length) } : { rows }
    }
    const { changes } = statement.run(...parameters)
    return { rows: [], numAffectedRows: BigInt(changes) }
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, known)
      return known
    }
    const statement = this.#db.prepare(sql)
    const made = { statement, returnsRows: statement.columns().length > 0 }
    this.#prepared.set(sql, made)
    if (this.#prepared.size > CACHED_STATEMENTS) {
      const oldest = this.#prepared.keys().next()
      if (oldest.done !== true) this.#prepared.delete(oldest.value)
    }
    return made
  }
}

function isWrite({ query }: Statement): boolean {
  return query !== undefined && ['InsertQueryNode', 'UpdateQueryNode', 'DeleteQueryNode'].includes(query.kind)
}
