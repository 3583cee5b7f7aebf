import type { PoolClient } from 'pg'
import { type Applied, MIGRATIONS_TABLE, type MigrationTarget } from '../migrate.ts'
import { isLockTimeout } from './failures.ts'
import { quoted } from './store.ts'

// One lock per database for all that migrate, held to the end of each step's transaction.
const MIGRATE_LOCK = 0x4c414d50
const LOCK_WAIT_MS = 600_000

/** Migrations over one connection. Several processes may start at once: each step is looked up again under the lock. */
export function migrationTarget(
  use: <T>(run: (client: PoolClient) => Promise<T>) => Promise<T>,
  options: { schema: string | undefined; by: string },
): MigrationTarget {
  const begin = `begin; set local lock_timeout = 2000; set local statement_timeout = 0`
  const path = options.schema === undefined ? '' : `; set local search_path = ${quoted(options.schema)}`
  return {
    engine: 'postgres',
    applied: () =>
      use(async (client) => {
        await client.query(`${begin}; set local lock_timeout = 0; select pg_advisory_xact_lock(${MIGRATE_LOCK})`)
        if (options.schema !== undefined)
          await client.query(`create schema if not exists ${quoted(options.schema)}${path}`)
        await client.query(MIGRATIONS_TABLE.postgres)
        const { rows } = await client.query<Applied>('select id, sha256 from migrations order by id')
        await client.query('commit')
        return rows
      }),
    apply: (step) =>
      untilLocked(() =>
        use(async (client) => {
          const startedAt = Date.now()
          await client.query(
            `${begin}${path}; set local lock_timeout = 0; select pg_advisory_xact_lock(${MIGRATE_LOCK}); set local lock_timeout = 2000`,
          )
          const done = await client.query('select 1 from migrations where id = $1', [step.id])
          if (done.rowCount === 0) {
            for (const statement of step.statements) await client.query(statement)
            await client.query(
              'insert into migrations (id, sha256, started_at, finished_at, by) values ($1, $2, $3, $4, $5)',
              [step.id, step.sha256, startedAt, Date.now(), options.by],
            )
          }
          await client.query('commit')
        }),
      ),
  }
}

/** DDL waits 2 s for a lock, so that it does not hold up everybody behind it, and comes back for up to 10 minutes. */
async function untilLocked(run: () => Promise<void>): Promise<void> {
  const until = performance.now() + LOCK_WAIT_MS
  for (;;) {
    try {
      return await run()
    } catch (error) {
      if (!isLockTimeout(error) || performance.now() > until) throw error
      await new Promise((resolve) => setTimeout(resolve, 500 + Math.random() * 1_000))
    }
  }
}
