import { migrate } from '../migrate.ts'
import { type Given, LIMITS, type OpenEngine, type PostgresConfig } from '../options.ts'
import { notConnected } from './failures.ts'
import { migrationTarget } from './migration-target.ts'
import { partitionsAhead, tendPartitions } from './partitions.ts'
import { checkedSettings, measureClock, readSettings } from './settings.ts'
import { SharedHints } from './shared-hints.ts'
import { PostgresStore } from './store.ts'

const POOL = 10

/** Connects, checks the server's settings and migrates. */
export async function openPostgres(config: PostgresConfig, given: Given): Promise<OpenEngine> {
  await using cleanup = new AsyncDisposableStack()
  const sharedHints = new SharedHints(config.sharedHints ?? [], given.onHints)
  const store = new PostgresStore({
    url: config.url,
    schema: config.schema,
    pool: config.pool ?? POOL,
    queueWorks: config.limits?.queueWorks ?? LIMITS.queueWorks,
    poolWaitMs: config.limits?.poolWaitMs ?? LIMITS.poolWaitMs,
    now: given.now,
    onHints: given.onHints,
    sharedHints,
    onSlow: config.onSlow ?? (() => undefined),
  })
  cleanup.defer(() => store.close())
  cleanup.defer(() => sharedHints.close())
  const found = await store.withClient(readSettings).catch((error: unknown) => {
    throw notConnected(error, config.url)
  })
  const settings = checkedSettings(found)
  const options = { schema: config.schema, by: config.by ?? 'development' }
  const target = migrationTarget((run) => store.withClient(run), options)
  const migrated = await migrate(target, given.schemas)
  const tendStream = async (): Promise<void> => {
    await store.tx(tendPartitions, undefined)
  }
  await tendStream()
  await sharedHints.listen(store)
  const open = cleanup.move()
  return {
    store,
    tendStream,
    // The tables' own space is given back by autovacuum.
    compact: tendStream,
    facts: async () => ({
      engine: 'postgres',
      settings,
      numbers: {
        migrated,
        clockOffMs: await store.withClient((client) => measureClock(client, given.now)),
        partitionsAhead: await store.read(partitionsAhead, undefined),
        ...store.facts(),
      },
    }),
    close: () => open.disposeAsync(),
  }
}
