import { StorageError } from '../errors.ts'

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const FULL = 13
const IOERR = 10
const CANTOPEN = 14
const READONLY = 8
const CORRUPT = 11
const NOTADB = 26
const NOMEM = 7
const BUSY = 5
const CONSTRAINT = 19
const UNIQUE = new Set([2067, 1555, 2579])

/** The engine's error as ours. Its text stays inside as the cause: it may name columns, never values. */
export function sqliteFailure(error: unknown): StorageError | undefined {
  const code = errcode(error)
  if (code === undefined || !(error instanceof Error)) return undefined
  const primary = code & 0xff
  if (primary === FULL)
    return new StorageError('storage_full', 'the disk is full; nothing was written: free space', { cause: error })
  if ([IOERR, CANTOPEN, READONLY, CORRUPT, NOTADB, NOMEM].includes(primary)) {
    return new StorageError(
      'storage_unavailable',
      `the database cannot be read or written (SQLite ${code}); nothing was written`,
      { cause: error },
    )
  }
  if (primary === BUSY) return new StorageError('busy', 'the database is locked by another program; try again')
  if (primary === CONSTRAINT && error.message.startsWith('append_only')) {
    return new StorageError('append_only', `${error.message}: its rows are never changed; add a new one`)
  }
  if (UNIQUE.has(code))
    return new StorageError('conflict', `${error.message}: such a row exists; read again and decide anew`)
  return new StorageError('statement_failed', `SQLite refused a statement (${code}): ${error.message}`, {
    cause: error,
  })
}

const NO_FOLDER = ['EEXIST', 'ENOTDIR', 'EACCES', 'EPERM', 'EROFS', 'ENOENT', 'EIO']

/** Why nothing can be opened in the data folder, with what to do; other errors as they are. */
export function notOpened(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof StorageError) return error
  const code = 'code' in error ? String(error.code) : ''
  if (isFull(error) || code === 'ENOSPC') {
    return new StorageError('storage_full', `the disk of ${folder} is full: free space, then start again`, {
      cause: error,
    })
  }
  if (!isGroupFailure(error) && !NO_FOLDER.includes(code)) return error
  const why = errcode(error) === undefined ? code : `SQLite ${errcode(error)}`
  return new StorageError(
    'storage_unavailable',
    `the data folder ${folder} cannot be read and written (${why}): look at its owner, mode and disk, or set LAMPLIGHTER_DATA`,
    { cause: error },
  )
}

/** The engine's extended result code, if it is the engine's error. */
export function errcode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error)) return undefined
  return typeof error.errcode === 'number' ? error.errcode : undefined
}

/** A failure that concerns the whole group, not one work. */
export function isGroupFailure(error: unknown): boolean {
  const code = errcode(error)
  return code !== undefined && [FULL, IOERR, CANTOPEN, READONLY, CORRUPT, NOTADB, NOMEM].includes(code & 0xff)
}

export function isFull(error: unknown): boolean {
  return ((errcode(error) ?? 0) & 0xff) === FULL
}
