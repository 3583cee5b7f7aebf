import { DatabaseSync } from 'node:sqlite'
import { StorageError } from '../errors.ts'

// [pragma, value to set, value that must be read back]. 64 MiB of cache; journal and sync as measured in platform.md §1.
const SETTINGS: readonly (readonly [name: string, set: string, read: string | number])[] = [
  ['journal_mode', 'wal', 'wal'],
  ['synchronous', 'full', 2],
  ['foreign_keys', 'on', 1],
  ['secure_delete', 'on', 1],
  ['trusted_schema', 'off', 0],
  ['cell_size_check', 'on', 1],
  ['cache_size', '-65536', -65536],
]
const INCREMENTAL = 2

/** The one writing connection to `file`, with every setting read back. */
export function openWriter(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: 5_000 })
  // Takes effect on an empty file only, so it comes before anything that writes.
  db.exec('pragma auto_vacuum = incremental')
  for (const [name, set] of SETTINGS) db.exec(`pragma ${name} = ${set}`)
  checkSettings(db)
  // Checkpoints are made when idle or when the log is long (`writer.ts`), never inside somebody's commit.
  db.exec('pragma wal_autocheckpoint = 0')
  return db
}

/** @throws StorageError `storage_unavailable` when the engine finds the file damaged */
export function checkDatabase(db: DatabaseSync): void {
  const found = Object.values(db.prepare('pragma quick_check(1)').get() ?? {})[0]
  if (found === 'ok') return
  throw new StorageError('storage_unavailable', `the database file is damaged (${found}); restore the newest backup`)
}

/** A connection that cannot write. The file must have been opened by a writer before. */
export function openReader(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5_000 })
  db.exec('pragma query_only = on')
  db.exec('pragma trusted_schema = off')
  db.exec('pragma cell_size_check = on')
  db.exec('pragma cache_size = -16384')
  return db
}

/** The settings as the engine has them, for `facts` and `doctor`. */
export function readSettings(db: DatabaseSync): Record<string, string | number> {
  const names = [...SETTINGS.map(([name]) => name), 'auto_vacuum']
  return Object.fromEntries(names.map((name) => [name, pragma(db, name)]))
}

function checkSettings(db: DatabaseSync): void {
  for (const [name, , expected] of [...SETTINGS, ['auto_vacuum', '', INCREMENTAL] as const]) {
    const found = pragma(db, name)
    if (found === expected) continue
    throw new StorageError(
      'settings_refused',
      `SQLite setting ${name}: expected ${expected}, found ${found}; use a local disk and an own database file`,
    )
  }
}

function pragma(db: DatabaseSync, name: string): string | number {
  const value = Object.values(db.prepare(`pragma ${name}`).get() ?? {})[0]
  return typeof value === 'number' || typeof value === 'string' ? value : ''
}
