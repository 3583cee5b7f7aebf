/** Why storage refused or failed. `platform.md` §2 says what a caller does with each. */
export type StorageCode =
  | 'conflict'
  | 'stale_revision'
  | 'busy'
  | 'lease_lost'
  | 'storage_full'
  | 'storage_unavailable'
  | 'commit_unknown'
  | 'tx_left_thread'
  | 'statement_unplanned'
  | 'statement_failed'
  | 'append_only'
  | 'once_mismatch'
  | 'unknown_work'
  | 'already_running'
  | 'settings_refused'
  | 'schema_newer'
  | 'schema_changed'
  | 'schema_hole'
  | 'schema_invalid'
  | 'blob_conflict'
  | 'blob_missing'
  | 'not_found'

/** An error of the store itself; errors that a work throws keep their own class (see `defineErrors`). */
export class StorageError extends Error {
  override name = 'StorageError'
  readonly code: StorageCode

  constructor(code: StorageCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** True for a `StorageError` with one of these codes. */
export function isStorageError(error: unknown, ...codes: readonly StorageCode[]): error is StorageError {
  return error instanceof StorageError && (codes.length === 0 || codes.includes(error.code))
}
