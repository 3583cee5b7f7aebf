import { existsSync } from 'node:fs'
import { backup, DatabaseSync } from 'node:sqlite'
import { StorageError } from '../errors.ts'

const PAGES_A_STEP = 1_000

/**
 * Copies a database file while its owner goes on writing (SQLite's online backup): the copy is one moment's state.
 *
 * @param progress is told pages done and in all
 * @throws StorageError `storage_unavailable` when there is no database
 */
export async function copyDatabase(
  from: string,
  to: string,
  progress: (done: number, total: number) => void = () => undefined,
): Promise<void> {
  if (!existsSync(from)) throw new StorageError('storage_unavailable', `there is no database ${from}`)
  const source = new DatabaseSync(from, { readOnly: true, timeout: 5_000 })
  try {
    await backup(source, to, {
      rate: PAGES_A_STEP,
      progress: ({ totalPages, remainingPages }) => progress(totalPages - remainingPages, totalPages),
    })
  } finally {
    source.close()
  }
  // One file that whoever looks at it leaves as it is; the server sets its own journal again.
  const copy = new DatabaseSync(to)
  try {
    copy.exec('pragma journal_mode = delete')
  } finally {
    copy.close()
  }
}

export interface CopyFacts {
  /** The names of the migrations that the copy has. */
  readonly migrations: string[]
}

/** Opens a copy and lets SQLite check all of it. @throws StorageError `storage_unavailable` when it is damaged */
export function checkDatabase(path: string): CopyFacts {
  const db = new DatabaseSync(path, { readOnly: true })
  try {
    const found = db.prepare('pragma integrity_check').all()
    if (found.length !== 1 || found[0]?.integrity_check !== 'ok') {
      throw new StorageError('storage_unavailable', `${path} is damaged; take another backup`)
    }
    const has = db.prepare("select 1 from sqlite_master where type = 'table' and name = 'migrations'").get()
    const rows = has === undefined ? [] : db.prepare('select id from migrations order by id').all()
    return { migrations: rows.map((row) => String(row.id)) }
  } finally {
    db.close()
  }
}
