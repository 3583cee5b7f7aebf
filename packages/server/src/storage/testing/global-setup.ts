import { FOLDER_VARIABLE, postgresBinaries, stopServer } from './postgres.ts'
import { newFolder, prepareRun } from './room.ts'

/** Vitest: a place for the databases of the run and for its PostgreSQL, which starts when the first test asks for it, and their end. */
export default function setup(): () => void {
  const end = prepareRun()
  const folder = newFolder('lamplighter-pg-')
  process.env[FOLDER_VARIABLE] = folder
  if (process.env.LAMPLIGHTER_TEST_POSTGRES === undefined && postgresBinaries() === undefined) {
    const message = 'PostgreSQL is not installed: the tests of that engine cannot run (apt-get install postgresql)'
    if (process.env.CI === 'true') throw new Error(message)
    console.warn(`SKIPPED: ${message}`)
  }
  return () => {
    stopServer(folder)
    end()
  }
}
