/** Why the ledger could not do what was asked. */
export type TransparencyCode =
  | 'key_missing'
  | 'key_destroyed'
  | 'log_closed'
  | 'log_halted'
  | 'content_damaged'
  | 'batch_raced'
  | 'tiles_differ'
  | 'missing_tile'
  | 'opening_held'
  | 'record_unknown'
  | 'conflict'

export class TransparencyError extends Error {
  override name = 'TransparencyError'
  readonly code: TransparencyCode

  constructor(code: TransparencyCode, message: string) {
    super(message)
    this.code = code
  }
}
