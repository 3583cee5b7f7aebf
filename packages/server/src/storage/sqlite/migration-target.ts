import { renameSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { type Applied, MIGRATIONS_TABLE, type MigrationTarget } from '../migrate.ts'
import { checkDatabase } from './database.ts'

/**
 * Migrations on the writing connection. The process holds the lock file, so nobody else migrates.
 *
 * @param backup file for a verified copy of the database, made before the first step
 */
export function migrationTarget(db: DatabaseSync, by: string, backup?: string): MigrationTarget {
  return {
    engine: 'sqlite',
    async applied(): Promise<Applied[]> {
      db.exec(MIGRATIONS_TABLE.sqlite)
      const rows = db.prepare('select id, sha256 from migrations order by id').all()
      return rows.map((row) => ({ id: String(row.id), sha256: String(row.sha256) }))
    },
    async prepare() {
      if (backup !== undefined) copyVerified(db, backup)
    },
    async apply({ id, sha256, statements }): Promise<void> {
      const startedAt = Date.now()
      db.exec('begin immediate')
      try {
        for (const statement of statements) db.exec(statement)
        db.prepare('insert into migrations (id, sha256, started_at, finished_at, by) values (?, ?, ?, ?, ?)').run(
          id,
          sha256,
          startedAt,
          Date.now(),
          by,
        )
        db.exec('commit')
      } catch (error) {
        if (db.isTransaction) db.exec('rollback')
        throw error
      }
    },
  }
}

/** A whole copy that has been opened and checked; the one before it is replaced. */
function copyVerified(db: DatabaseSync, path: string): void {
  const unfinished = `${path}.unfinished`
  rmSync(unfinished, { force: true })
  db.prepare('vacuum into ?').run(unfinished)
  const copy = new DatabaseSync(unfinished)
  try {
    checkDatabase(copy)
  } finally {
    copy.close()
  }
  renameSync(unfinished, path)
}
