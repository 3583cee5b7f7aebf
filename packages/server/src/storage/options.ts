import type { ChunkSeal } from './chunk.ts'
import type { Schema } from './schema.ts'
import type { Engine, Store } from './seam.ts'
import type { QueueLimits } from './sqlite/client.ts'
import type { Faulty, WriterLimits } from './sqlite/messages.ts'

export interface StorageOptions {
  /** The server's clock, milliseconds since 1970. */
  readonly now?: () => number
  /** Partitions of the event stream, 1 to 256; counts only when the database is new. */
  readonly partitions?: number
  /** Seals what lies in the event stream; default: it lies open, for tests of storage alone. */
  readonly seal?: ChunkSeal
  /** Name of this version, for the record of migrations. */
  readonly by?: string
  readonly limits?: Partial<WriterLimits & QueueLimits & PoolLimits>
  /** Hints of which every process on the same database hears. An embedded database has one process. */
  readonly sharedHints?: readonly string[]
  /** Free bytes below which bulk works are refused; default 1 GiB or 5 % of the disk, whichever is less. */
  readonly diskFloorBytes?: number
  /** Called for works and reads that held up others. */
  readonly onSlow?: (name: string, ms: number) => void
  /** The state on disk is unknown. Default: exit with 70 within a second. */
  readonly onFatal?: (why: string) => void
  /** What tests let go wrong on SQLite. */
  readonly faults?: Faulty
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

export interface StorageFacts {
  readonly engine: Engine
  /** Settings as the engine reports them. */
  readonly settings: Readonly<Record<string, string | number>>
  readonly numbers: Readonly<Record<string, number>>
}

/** What an adapter is told besides its configuration. */
export interface Given {
  readonly schemas: readonly Schema[]
  readonly modules: readonly string[]
  readonly now: () => number
  readonly onHints: (topics: readonly string[]) => void
}

/** An adapter that is open: the rest of storage is built on its store. */
export interface OpenEngine {
  readonly store: Store
  /** After each trim of the stream. */
  tendStream(): Promise<void>
  compact(): Promise<void>
  facts(): Promise<StorageFacts>
  close(): Promise<void>
}

export interface PoolLimits {
  /** PostgreSQL: how long a work waits for a free connection before it is refused as `busy`. */
  readonly poolWaitMs: number
}

export const LIMITS: WriterLimits & QueueLimits & PoolLimits = {
  poolWaitMs: 1_000,
  groupWorks: 256,
  groupMs: 8,
  groupBytes: 4 * 2 ** 20,
  workMs: 250,
  queueWorks: 4_096,
  queueBytes: 64 * 2 ** 20,
}
