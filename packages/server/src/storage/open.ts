import { join } from 'node:path'
import { type Blobs, openFolderBlobs } from './blobs.ts'
import { unsealed } from './chunk.ts'
import { type Jobs, makeJobs } from './jobs.ts'
import { endLeases, type Leases, makeLeases } from './leases.ts'
import { loadSchemas } from './load.ts'
import type { StorageConfig, StorageFacts } from './options.ts'
import { openPostgres } from './postgres/open.ts'
import { makeRetention, type Retention } from './retention.ts'
import type { Engine, Store } from './seam.ts'
import { openSqlite } from './sqlite/open.ts'
import { endWriterAhead } from './sqlite/thread.ts'
import { createPartitions, type EventStream, makeStream } from './stream.ts'
import { makeWakeup, type Wakeup } from './wakeup.ts'

/** All that storage offers, on one engine. */
export interface Storage {
  readonly engine: Engine
  readonly store: Store
  readonly stream: EventStream
  readonly jobs: Jobs
  readonly blobs: Blobs
  readonly leases: Leases
  readonly wakeup: Wakeup
  readonly retention: Retention
  /** Gives freed space back to the disk, after large removals. */
  compact(): Promise<void>
  /** Numbers for `doctor`, health and metrics. */
  facts(): Promise<StorageFacts>
  close(): Promise<void>
}

const PARTITIONS = 16

/**
 * Opens the database and brings it to this version's schema.
 *
 * @param modules URLs of all `store.ts` files, in the order in which their migrations run
 * @throws StorageError `already_running` · `schema_…` · `settings_refused` · `storage_unavailable`
 */
export async function openStore(config: StorageConfig, modules: readonly URL[]): Promise<Storage> {
  await using cleanup = new AsyncDisposableStack()
  const wakeup = makeWakeup()
  const now = config.now ?? Date.now
  const hrefs = modules.map((module) => module.href)
  const schemas = await loadSchemas(hrefs)
  const onHints = (topics: readonly string[]): void => {
    for (const topic of topics) wakeup.hint(topic)
  }
  const given = { schemas, modules: hrefs, now, onHints }
  if (config.kind !== 'sqlite') await endWriterAhead()
  const engine = config.kind === 'sqlite' ? await openSqlite(config, given) : await openPostgres(config, given)
  cleanup.defer(() => engine.close())
  const { store } = engine
  // The folder's lock says that we are alone: whoever held a lease on it is dead, and nobody has to wait for its end.
  if (store.engine === 'sqlite') await store.tx(endLeases, undefined)
  const partitions = await store.tx(createPartitions, config.partitions ?? PARTITIONS)
  const blobs = await openFolderBlobs(config.kind === 'sqlite' ? join(config.folder, 'blobs') : config.blobs, now)
  const open = cleanup.move()
  return {
    engine: store.engine,
    store,
    stream: makeStream(store, { partitions, now, seal: config.seal ?? unsealed, tend: () => engine.tendStream() }),
    jobs: makeJobs(store),
    blobs,
    leases: makeLeases(store),
    wakeup,
    retention: makeRetention(store, schemas),
    compact: () => engine.compact(),
    facts: () => engine.facts(),
    close: () => open.disposeAsync(),
  }
}
