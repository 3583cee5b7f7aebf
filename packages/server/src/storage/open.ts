import { mkdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { type Blobs, openFolderBlobs } from './blobs.ts'
import { type Jobs, makeJobs } from './jobs.ts'
import { type Leases, makeLeases } from './leases.ts'
import { loadSchemas } from './load.ts'
import { openPostgres } from './postgres/open.ts'
import { makeRetention, type Retention } from './retention.ts'
import type { Schema } from './schema.ts'
import type { Engine, Store } from './seam.ts'
import { type DiskRoom, type QueueLimits, SqliteStore } from './sqlite/client.ts'
import { lockFolder } from './sqlite/lock.ts'
import type { Fault, WriterLimits } from './sqlite/messages.ts'
import { createPartitions, type EventStream, makeStream } from './stream.ts'
import { makeWakeup, type Wakeup } from './wakeup.ts'

export interface StorageOptions {
  /** The server's clock, milliseconds since 1970. */
  readonly now?: () => number
  /** Partitions of the event stream, 1 to 256; counts only when the database is new. */
  readonly partitions?: number
  /** Name of this version, for the record of migrations. */
  readonly by?: string
  readonly limits?: Partial<WriterLimits & QueueLimits>
  /** Free bytes below which bulk works are refused; default 1 GiB or 5 % of the disk, whichever is less. */
  readonly diskFloorBytes?: number
  readonly onSlow?: (name: string, ms: number) => void
  /** The state on disk is unknown. Default: exit with 70 within a second. */
  readonly onFatal?: (why: string) => void
  /** Errors raised at chosen statements; tests only. */
  readonly faults?: readonly Fault[]
}

export interface SqliteConfig extends StorageOptions {
  readonly kind: 'sqlite'
  /** LAMPLIGHTER_DATA: database, lock file, blobs. */
  readonly folder: string
}

export interface PostgresConfig extends StorageOptions {
  readonly kind: 'postgres'
  readonly url: string
  /** Schema of all tables; default: the role's own search path. */
  readonly schema?: string
  /** Folder of the blobs. */
  readonly blobs: string
  /** Connections of this process (`platform.md` §4). */
  readonly pool?: number
}

export type StorageConfig = SqliteConfig | PostgresConfig

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

export interface StorageFacts {
  readonly engine: Engine
  /** Settings as the engine reports them. */
  readonly settings: Readonly<Record<string, string | number>>
  readonly numbers: Readonly<Record<string, number>>
}

const LIMITS: WriterLimits & QueueLimits = {
  groupWorks: 256,
  groupMs: 8,
  groupBytes: 4 * 2 ** 20,
  workMs: 250,
  queueWorks: 4_096,
  queueBytes: 64 * 2 ** 20,
}
const LEAST_ROOM_BYTES = 256 * 2 ** 20
const GIB = 2 ** 30
const EXIT_UNKNOWN = 70
const POOL = 10

/**
 * Opens the database and brings it to this version's schema.
 *
 * @param modules URLs of all `store.ts` files, in the order in which their migrations run
 * @throws StorageError `already_running` · `schema_…` · `settings_refused` · `storage_unavailable`
 */
export async function openStore(config: StorageConfig, modules: readonly URL[]): Promise<Storage> {
  const hrefs = modules.map((module) => module.href)
  const schemas = await loadSchemas(hrefs)
  return config.kind === 'sqlite' ? openEmbedded(config, schemas, hrefs) : openServer(config, schemas)
}

async function openServer(config: PostgresConfig, schemas: readonly Schema[]): Promise<Storage> {
  const wakeup = makeWakeup()
  const now = config.now ?? Date.now
  const { store, settings, migrated } = await openPostgres({
    url: config.url,
    schema: config.schema,
    pool: config.pool ?? POOL,
    queueWorks: config.limits?.queueWorks ?? LIMITS.queueWorks,
    by: config.by ?? 'development',
    schemas,
    now,
    onHints: (hints) => wakeAll(wakeup, hints),
    onSlow: config.onSlow ?? (() => undefined),
  })
  return {
    ...(await parts(store, { config, schemas, blobs: config.blobs, wakeup, now })),
    // Freed space is given back by autovacuum and by dropping partitions.
    compact: async () => undefined,
    facts: async () => ({ engine: 'postgres', settings, numbers: { migrated, ...store.facts() } }),
    close: () => store.close(),
  }
}

async function openEmbedded(
  config: SqliteConfig,
  schemas: readonly Schema[],
  modules: readonly string[],
): Promise<Storage> {
  mkdirSync(config.folder, { recursive: true, mode: 0o700 })
  const lock = lockFolder(config.folder)
  const wakeup = makeWakeup()
  const now = config.now ?? Date.now
  try {
    const store = await SqliteStore.open({
      file: join(config.folder, 'lamplighter.db'),
      modules,
      limits: { ...LIMITS, ...config.limits },
      by: config.by ?? 'development',
      now,
      ...(config.faults === undefined ? {} : { faults: config.faults }),
      onHints: (hints) => wakeAll(wakeup, hints),
      onSlow: config.onSlow ?? (() => undefined),
      onFatal: config.onFatal ?? exitSoon,
    })
    const watch = watchDisk(config, (room) => store.setRoom(room))
    return {
      ...(await parts(store, { config, schemas, blobs: join(config.folder, 'blobs'), wakeup, now })),
      async compact() {
        await store.checkpoint(true)
      },
      async facts() {
        const { settings, slowWorks, ...numbers } = await store.facts()
        const queued = { queuedWorks: store.queued.works, queuedBytes: store.queued.bytes }
        const slow = Object.values(slowWorks).reduce((sum, count) => sum + count, 0)
        return { engine: 'sqlite', settings, numbers: { ...numbers, ...queued, slowWorks: slow } }
      },
      async close() {
        clearInterval(watch)
        await store.close()
        lock.release()
      },
    }
  } catch (error) {
    lock.release()
    throw error
  }
}

function wakeAll(wakeup: Wakeup, topics: readonly string[]): void {
  for (const topic of topics) wakeup.hint(topic)
}

async function parts(
  store: Store,
  from: { config: StorageConfig; schemas: readonly Schema[]; blobs: string; wakeup: Wakeup; now: () => number },
): Promise<Omit<Storage, 'close' | 'facts' | 'compact'>> {
  const partitions = await store.tx(createPartitions, from.config.partitions ?? 16)
  return {
    engine: store.engine,
    store,
    wakeup: from.wakeup,
    stream: makeStream(store, partitions, from.now),
    jobs: makeJobs(store),
    leases: makeLeases(store),
    retention: makeRetention(store, from.schemas),
    blobs: await openFolderBlobs(from.blobs, from.now),
  }
}

/** Looks at the free space each second; below the floor bulk works are refused, below 256 MiB all. */
function watchDisk(config: { folder: string } & StorageOptions, tell: (room: DiskRoom) => void): NodeJS.Timeout {
  const look = (): void => {
    const { bavail, bsize, blocks } = statfsSync(config.folder)
    const free = bavail * bsize
    const floor = config.diskFloorBytes ?? Math.min(GIB, 0.05 * blocks * bsize)
    tell(free < Math.min(LEAST_ROOM_BYTES, floor) ? 'out' : free < floor ? 'low' : 'enough')
  }
  look()
  return setInterval(look, 1_000).unref()
}

// The answers that are on their way get out first; then recovery at the next start decides what is true.
function exitSoon(why: string): void {
  console.error(`storage: ${why}; leaving with ${EXIT_UNKNOWN}`)
  setTimeout(() => process.exit(EXIT_UNKNOWN), 250)
}
