import { accessSync, chmodSync, constants, mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const VARIABLE = 'LAMPLIGHTER_TEST_ROOM'
const MEMORY = '/dev/shm'
const LEAST_BYTES = 4 * 2 ** 30

/**
 * Makes the folder in which this run keeps its databases, and tells the runners of it. In memory where there is enough: a killed process
 * loses nothing there either, and no commit waits for a disk. What a power cut loses is tested on a disk of its own.
 */
export function makeRoom(): string {
  const room = mkdtempSync(join(hasMemory() ? MEMORY : tmpdir(), 'lamplighter-run-'))
  // PostgreSQL, which may run as somebody else, goes through it.
  chmodSync(room, 0o711)
  process.env[VARIABLE] = room
  return room
}

export function removeRoom(room: string): void {
  delete process.env[VARIABLE]
  rmSync(room, { recursive: true, force: true })
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
