import { DatabaseError } from 'pg'
import { StorageError } from '../errors.ts'

/** SQLSTATE of the server's answer; undefined when the connection failed instead. */
export function sqlstate(error: unknown): string | undefined {
  return error instanceof DatabaseError ? error.code : undefined
}

/** Two transactions met; one of them has to run again. */
export function isCollision(error: unknown): boolean {
  return ['40001', '40P01'].includes(sqlstate(error) ?? '')
}

export function isUniqueViolation(error: unknown): boolean {
  return sqlstate(error) === '23505'
}

export function isLockTimeout(error: unknown): boolean {
  return sqlstate(error) === '55P03'
}

/** Whether a failed COMMIT surely wrote nothing: the server itself said that it rolled back. */
export function isRolledBack(error: unknown): boolean {
  const state = sqlstate(error) ?? ''
  return state.startsWith('40') || state.startsWith('23') || state.startsWith('25')
}

/** The driver's error as ours; undefined for errors of the work. */
export function postgresFailure(error: unknown): StorageError | undefined {
  const state = sqlstate(error)
  if (state !== undefined && error instanceof Error) return failureOf(state, error)
  if (isConnectionError(error)) {
    return new StorageError('storage_unavailable', 'the database cannot be reached; nothing was written', {
      cause: error,
    })
  }
  return undefined
}

function failureOf(state: string, error: Error): StorageError {
  const because = { cause: error }
  if (state === 'LL001') {
    return new StorageError('append_only', `${error.message}: its rows are never changed; add a new one`)
  }
  if (state === '23505') {
    return new StorageError('conflict', `${error.message}: such a row exists; read again and decide anew`)
  }
  if (state.startsWith('40')) {
    return new StorageError('busy', 'too many transactions met on the same rows; try again', because)
  }
  if (state === '55P03') return new StorageError('busy', 'a lock was not got in time; try again', because)
  if (state === '57014') {
    return new StorageError('statement_unplanned', 'a statement ran into its time limit; look at its plan', because)
  }
  if (state === '53100')
    return new StorageError('storage_full', 'the disk of the database is full; nothing was written', because)
  if (state === '53300') return new StorageError('busy', 'the database has no free connection; try again', because)
  if (/^(08|57P|58|25006|XX|53)/.test(state)) {
    return new StorageError(
      'storage_unavailable',
      `the database is not available (${state}); nothing was written`,
      because,
    )
  }
  return new StorageError('statement_failed', `PostgreSQL refused a statement (${state}): ${error.message}`, because)
}

/**
 * Why the first connection failed, in the words of whoever set its address. Neither user nor password is in it.
 *
 * @returns the error as it was where it is not about the connection
 */
export function notConnected(error: unknown, url: string): unknown {
  const cause = error instanceof Error && error.cause !== undefined ? error.cause : error
  const state = sqlstate(cause) ?? ''
  const at = placeOf(url)
  const say = (what: string) => new StorageError('storage_unavailable', `${what}; see LAMPLIGHTER_DATABASE`, { cause })
  if (state.startsWith('28')) return say(`PostgreSQL at ${at} does not take this user or password`)
  if (state === '3D000') return say(`PostgreSQL at ${at} has no such database: make it, or name another`)
  if (isConnectionError(cause)) return say(`no PostgreSQL answers at ${at}: start it, or correct host and port`)
  return error
}

function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'that address'
  const { host, searchParams } = new URL(url)
  return searchParams.get('host') ?? (host === '' ? 'its usual place' : host)
}

const CONNECTION_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
])

function isConnectionError(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  if ('code' in error && typeof error.code === 'string' && CONNECTION_CODES.has(error.code)) return true
  // The driver has no codes for these.
  return /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/.test(
    error.message,
  )
}
