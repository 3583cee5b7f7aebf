import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const VARIABLE = 'LAMPLIGHTER_TEST_ROOM'
const MEMORY = '/dev/shm'
const LEAST_BYTES = 4 * 2 ** 30
const CACHE = fileURLToPath(new URL('../../../../../node_modules/.cache/lamplighter', import.meta.url))

/**
 * Prepares what all files of a run share, once, and gives what removes it again.
 *
 * Its databases are kept in memory where there is enough: a killed process loses nothing there either, and no commit waits for a disk.
 * What a power cut loses is tested on a disk of its own. What Node made of the sources is kept for the many processes that tests start,
 * where the command keeps it, too.
 */
export function prepareRun(): () => void {
  process.env.NODE_COMPILE_CACHE ??= CACHE
  if (process.env[VARIABLE] !== undefined) return () => undefined
  const room = mkdtempSync(join(hasMemory() ? MEMORY : tmpdir(), 'lamplighter-run-'))
  // PostgreSQL, which may run as somebody else, goes through it.
  chmodSync(room, 0o711)
  process.env[VARIABLE] = room
  return () => {
    delete process.env[VARIABLE]
    rmSync(room, { recursive: true, force: true })
  }
}

/** A new, empty folder for the data of a test. @param prefix begins its name */
export function newFolder(prefix = 'lamplighter-'): string {
  return mkdtempSync(join(process.env[VARIABLE] ?? tmpdir(), prefix))
}

function hasMemory(): boolean {
  try {
    accessSync(MEMORY, constants.W_OK)
    const { bavail, bsize } = statfsSync(MEMORY)
    return bavail * bsize >= LEAST_BYTES
  } catch {
    return false
  }
}
