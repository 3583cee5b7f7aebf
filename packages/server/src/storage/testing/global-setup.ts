import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FOLDER_VARIABLE, postgresBinaries, stopServer } from './postgres.ts'

/** Vitest: a place for the test server, which starts when the first test asks for it, and its end. */
export default function setup(): () => void {
  const folder = mkdtempSync(join(tmpdir(), 'lamplighter-pg-'))
  process.env[FOLDER_VARIABLE] = folder
  if (process.env.LAMPLIGHTER_TEST_POSTGRES === undefined && postgresBinaries() === undefined) {
    const message = 'PostgreSQL is not installed: the tests of that engine cannot run (apt-get install postgresql)'
    if (process.env.CI === 'true') throw new Error(message)
    console.warn(`SKIPPED: ${message}`)
  }
  return () => stopServer(folder)
}
