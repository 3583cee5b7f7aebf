import { migrate } from '../migrate.ts'
import { type Given, LIMITS, type OpenEngine, type PostgresConfig } from '../options.ts'
import { migrationTarget } from './migration-target.ts'
import { checkedSettings } from './settings.ts'
import { PostgresStore } from './store.ts'

const POOL = 10

/** Connects, checks the server's settings and migrates. */
export async function openPostgres(config: PostgresConfig, given: Given): Promise<OpenEngine> {
  await using cleanup = new AsyncDisposableStack()
  const store = new PostgresStore({
    url: config.url,
    schema: config.schema,
    pool: config.pool ?? POOL,
    queueWorks: config.limits?.queueWorks ?? LIMITS.queueWorks,
    now: given.now,
    onHints: given.onHints,
    onSlow: config.onSlow ?? (() => undefined),
  })
  cleanup.defer(() => store.close())
  const settings = await store.withClient(checkedSettings)
  const options = { schema: config.schema, by: config.by ?? 'development' }
  const target = migrationTarget((run) => store.withClient(run), options)
  const migrated = await migrate(target, given.schemas)
  const open = cleanup.move()
  return {
    store,
    // Freed space is given back by autovacuum and by dropping partitions.
    compact: async () => undefined,
    facts: async () => ({ engine: 'postgres', settings, numbers: { migrated, ...store.facts() } }),
    close: () => open.disposeAsync(),
  }
}
