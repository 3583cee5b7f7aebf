import { closeSync, existsSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'

const WRITES = 100

/** Median time of 100 small writes, each synced, in microseconds. */
export function measureSync(folder: string): number {
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

export function measureDisk(folder: string): { free: number; total: number; magic: number } {
  const { bavail, bsize, blocks, type } = statfsSync(folder)
  return { free: bavail * bsize, total: blocks * bsize, magic: type }
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
