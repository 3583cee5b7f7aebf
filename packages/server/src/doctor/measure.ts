import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statfsSync,
  statSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const WRITES = 100

/** What of the data folder can be used; `why` names what the operating system said. */
export type Room =
  | {
      readonly usable: true
      readonly free: number
      readonly total: number
      readonly magic: number
      readonly syncUs: number
    }
  | { readonly usable: false; readonly why: string }

/** Makes the folder where it is missing, and writes to its disk. */
export function measureFolder(folder: string): Room {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    return { usable: true, ...measureDisk(folder), syncUs: measureSync(folder) }
  } catch (error) {
    return { usable: false, why: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' }
  }
}

/** Median time of 100 small writes, each synced, in microseconds. */
function measureSync(folder: string): number {
  const path = join(folder, `.sync-${process.pid}`)
  const file = openSync(path, 'wx', 0o600)
  try {
    const times = Array.from({ length: WRITES }, () => {
      const started = performance.now()
      writeSync(file, Buffer.alloc(512))
      fsyncSync(file)
      return (performance.now() - started) * 1000
    })
    return times.sort((a, b) => a - b)[WRITES / 2] ?? 0
  } finally {
    closeSync(file)
    rmSync(path)
  }
}

function measureDisk(folder: string): { free: number; total: number; magic: number } {
  const { bavail, bsize, blocks, type } = statfsSync(folder)
  return { free: bavail * bsize, total: blocks * bsize, magic: type }
}

const HUGE_PAGES = '/sys/kernel/mm/transparent_hugepage/enabled'

/** How this kernel gives out large pages; undefined where it has none, or does not say. */
export function readHugePages(): string | undefined {
  try {
    return readFileSync(HUGE_PAGES, 'utf8')
  } catch {
    return undefined
  }
}

export const modeOf = (path: string): number | undefined => (existsSync(path) ? statSync(path).mode : undefined)

/** Whether this process could listen there. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(false))
    probe.listen({ host, port }, () => probe.close(() => resolve(true)))
  })
}
