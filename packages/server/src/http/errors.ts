import { type Code, isCode } from '@lamplighter/api'

/** One fault of a body: where (JSON Pointer) and what was expected. */
export interface Fault {
  readonly code: string
  readonly pointer: string
  readonly detail: string
}

export interface ErrorExtra {
  readonly pointer?: string
  readonly errors?: readonly Fault[]
  /** Seconds for `Retry-After`. */
  readonly retryAfterS?: number
  /** Values of `Allow` for `method_not_allowed`. */
  readonly allow?: string
}

/**
 * A refusal that the caller hears of. `detail` says what was expected, what was found and what to do; never content, a name, a secret or
 * an identifier of a person (platform.md §11).
 */
export class AppError extends Error {
  override name = 'AppError'
  readonly code: Code
  readonly extra: ErrorExtra

  constructor(code: Code, detail: string, extra: ErrorExtra = {}) {
    super(detail)
    this.code = code
    this.extra = extra
  }

  /** What the caller hears of any thrown value: subjects' errors by their code, storage's in our words, everything else `internal`. */
  static from(thrown: unknown): AppError {
    if (thrown instanceof AppError) return thrown
    if (!(thrown instanceof Error) || !('code' in thrown) || typeof thrown.code !== 'string') return internal()
    // Messages of storage name tables, files and statements; outsiders get ours.
    if (thrown.name === 'StorageError') return fromStorage(thrown.code)
    // Errors of Node and of libraries carry codes too, but none that is ours; a subject's message is written for the caller.
    return isCode(thrown.code) && thrown.code !== 'internal'
      ? new AppError(thrown.code, thrown.message, extraOf(thrown))
      : internal()
  }
}

const internal = () =>
  new AppError('internal', 'Something failed on our side. Give the request id to whoever runs this.')

const extraOf = (thrown: Error): ErrorExtra =>
  'extra' in thrown && typeof thrown.extra === 'object' && thrown.extra !== null ? thrown.extra : {}

function fromStorage(code: string): AppError {
  switch (code) {
    case 'conflict':
    case 'blob_conflict':
      return new AppError('conflict', 'It is already something else. Read it again, then decide.')
    case 'stale_revision':
      return new AppError('stale_revision', 'It changed since you read it. Read it again, then send the new revision.')
    case 'busy':
    case 'lease_lost':
      return new AppError('overloaded', 'Too much at once. Send it again.', { retryAfterS: jitter(1, 5) })
    case 'storage_full':
      return new AppError('storage_full', 'The disk is full; nothing was written. Send it again later.', {
        retryAfterS: 30,
      })
    case 'storage_unavailable':
      return new AppError('storage_unavailable', 'The database is away; nothing was written. Send it again.', {
        retryAfterS: 5,
      })
    case 'commit_unknown':
      return new AppError(
        'commit_unknown',
        'Written or not: nobody can say yet. Send the same call with the same key.',
        {
          retryAfterS: 5,
        },
      )
    case 'once_mismatch':
      return new AppError('idempotency_mismatch', 'This key was used for another body. Use a new key for a new call.')
    case 'not_found':
    case 'blob_missing':
      return new AppError('not_found', 'There is nothing under this address, or it is not for you.')
    default:
      return internal()
  }
}

/** Whole seconds between both ends, at random, so that callers do not come back all at once. */
export function jitter(fromS: number, toS: number): number {
  return fromS + Math.floor(Math.random() * (toS - fromS + 1))
}
