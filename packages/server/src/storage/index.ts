export type { Blobs } from './blobs.ts'
export type { NewRecord, StoredRecord } from './chunk.ts'
export { addColumn, appendOnly, table } from './ddl.ts'
export { defineErrors, defineQuery, defineWork } from './define.ts'
export { isStorageError, type StorageCode, StorageError } from './errors.ts'
export { newId } from './ids.ts'
export type { Claimed, JobRow, JobState, Jobs, JobsTx, Json, NewJob } from './jobs.ts'
export { checkFences, type Holder, type Leases } from './leases.ts'
export { openStore, type Storage } from './open.ts'
export type { StorageConfig, StorageFacts, StorageOptions } from './options.ts'
export type { Retention, RetentionRule } from './retention.ts'
export { days, defineSchema, type Kept, type Schema, type Step } from './schema.ts'
export type { Engine, Fence, OnceKey, Query, ReadDb, Store, Tx, TxOptions, Work } from './seam.ts'
export {
  type Batch,
  type EventStream,
  partitionLease,
  partitionOf,
  type Span,
  type StreamTx,
  spanOf,
} from './stream.ts'
export type { Tables } from './tables.ts'
export type { Wakeup } from './wakeup.ts'
