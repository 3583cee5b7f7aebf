import { fileURLToPath } from 'node:url'
import { FOLDER_VARIABLE, postgresBinaries, stopServer } from './postgres.ts'
import { makeRoom, newFolder, removeRoom } from './room.ts'

const CACHE = fileURLToPath(new URL('../../../../../node_modules/.cache/lamplighter', import.meta.url))

/** Vitest: a place for the databases of the run and for its PostgreSQL, which starts when the first test asks for it, and their end. */
export default function setup(): () => void {
  // What Node made of the sources is kept, for the many processes that tests start. The command keeps it there, too.
  process.env.NODE_COMPILE_CACHE ??= CACHE
  const room = makeRoom()
  const folder = newFolder('lamplighter-pg-')
  process.env[FOLDER_VARIABLE] = folder
  if (process.env.LAMPLIGHTER_TEST_POSTGRES === undefined && postgresBinaries() === undefined) {
    const message = 'PostgreSQL is not installed: the tests of that engine cannot run (apt-get install postgresql)'
    if (process.env.CI === 'true') throw new Error(message)
    console.warn(`SKIPPED: ${message}`)
  }
  return () => {
    stopServer(folder)
    removeRoom(room)
  }
}
