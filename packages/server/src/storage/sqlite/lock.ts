import { statfsSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { StorageError } from '../errors.ts'
import { errcode } from './failures.ts'

// statfs(2) magic numbers of file systems whose locks and syncs another machine keeps, or does not.
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB 2'],
  [0x5346414f, 'AFS'],
  [0x73757245, 'Coda'],
  [0x01021997, '9p'],
])

/** Held as long as the process uses the folder; the operating system frees it when the process is killed. */
export interface FolderLock {
  release(): void
}

/**
 * Takes `lamplighter.lock`: an SQLite file on which we hold a write transaction for our whole life. The holder's process id is a row of
 * it, which others can read.
 *
 * @throws StorageError `already_running`, naming the holder · `settings_refused` on a network file system
 */
export function lockFolder(folder: string): FolderLock {
  refuseNetwork(folder)
  const db = new DatabaseSync(join(folder, 'lamplighter.lock'), { timeout: 0 })
  try {
    for (;;) {
      begin(db)
      db.exec(
        'create table if not exists holder (one integer primary key check (one = 1), pid integer not null) strict',
      )
      db.prepare('insert or replace into holder (one, pid) values (1, ?)').run(process.pid)
      db.exec('commit')
      begin(db)
      // Somebody may have come and gone between the commit and this lock: then the row is theirs.
      if (holderOf(db) === process.pid) return { release: () => db.close() }
      db.exec('rollback')
    }
  } catch (error) {
    db.close()
    throw error
  }
}

function begin(db: DatabaseSync): void {
  try {
    db.exec('begin immediate')
  } catch (error) {
    if (((errcode(error) ?? 0) & 0xff) !== 5) throw error
    throw new StorageError(
      'already_running',
      `the data folder is in use by process ${holderOf(db) ?? 'unknown'}; stop it, or use another LAMPLIGHTER_DATA`,
    )
  }
}

function holderOf(db: DatabaseSync): number | undefined {
  try {
    const pid = db.prepare('select pid from holder').get()?.pid
    return typeof pid === 'number' ? pid : undefined
  } catch {
    // The other process is at its very first start and has not written the row yet.
    return undefined
  }
}

function refuseNetwork(folder: string): void {
  const name = NETWORK_FILE_SYSTEMS.get(statfsSync(folder).type)
  if (name === undefined) return
  throw new StorageError(
    'settings_refused',
    `the data folder is on ${name}: locks and syncs do not hold there; use a local disk`,
  )
}
