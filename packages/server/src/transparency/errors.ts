/** Why the ledger could not do what was asked. */
export type TransparencyCode =
  | 'key_missing'
  | 'key_destroyed'
  | 'log_closed'
  | 'content_damaged'
  | 'batch_raced'
  | 'tiles_differ'
  | 'missing_tile'
  | 'conflict'

export class TransparencyError extends Error {
  override name = 'TransparencyError'
  readonly code: TransparencyCode

  constructor(code: TransparencyCode, message: string) {
    super(message)
    this.code = code
  }
}
