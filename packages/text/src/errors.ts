/**
 * `too_few`: a label has fewer examples, or examples of fewer accounts, than training needs · `bad_model`: these bytes are no model that this
 * version reads.
 */
export type TextErrorCode = 'too_few' | 'bad_model'

/** What this package refuses. The message never holds a text. */
export class TextError extends Error {
  readonly code: TextErrorCode

  constructor(code: TextErrorCode, message: string) {
    super(message)
    this.name = 'TextError'
    this.code = code
  }
}
