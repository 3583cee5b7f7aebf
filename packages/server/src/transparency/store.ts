import { defineErrors } from '../storage/define.ts'
import { TransparencyError } from './errors.ts'

export {
  BATCH_RECORDS,
  type BatchRow,
  type Checkpoint,
  commitBatch,
  dropOldLeaves,
  lastBatch,
  latestCheckpoint,
  type NewBatch,
  type PendingRow,
  pendingRecords,
  storeCheckpoint,
  unsignedBatches,
} from './batches.store.ts'
export { destroyOld, destroyUnderKeys, keysEnded, keysToEnd, nameLateErased } from './erasure-store.ts'
export {
  endHalt,
  type HeadRow,
  haltLog,
  headOfLog,
  markRestored,
  openLogs,
  personKeys,
  reopenLog,
  type StoredKey,
  softwareStarted,
  storedKeys,
} from './logs.store.ts'
export { schema } from './tables.ts'

defineErrors(TransparencyError)
