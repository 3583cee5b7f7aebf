/** Every way in which something about a log can be wrong. Codes never change; texts may. */
export type LedgerCode =
  | 'bad_note'
  | 'bad_checkpoint'
  | 'bad_signature'
  | 'unknown_key'
  | 'wrong_origin'
  | 'quorum_not_met'
  | 'bad_policy'
  | 'bad_vkey'
  | 'bad_proof'
  | 'inconsistent'
  | 'bad_tile'
  | 'missing_tile'
  | 'bad_leaf'
  | 'bad_opening'
  | 'opening_mismatch'
  | 'anchor_mismatch'
  | 'bad_receipt'
  | 'bad_promise'
  | 'promise_broken'
  | 'bad_evidence'
  | 'size_shrank'
  | 'period_fell'
  | 'future_dated'
  | 'bad_batch'
  | 'anchor_missing'
  | 'opening_missing'
  | 'split_view'
  | 'stale'
  | 'too_large'

/** The only error that this package throws at what others sent. The message says what was expected and what was found. */
export class LedgerError extends Error {
  readonly code: LedgerCode
  /** Names of keys that this runtime could not check; what failed might have passed with them. */
  readonly unchecked: readonly string[]

  constructor(code: LedgerCode, message: string, unchecked: readonly string[] = []) {
    super(`${code}: ${message}`)
    this.name = 'LedgerError'
    this.code = code
    this.unchecked = unchecked
  }
}
