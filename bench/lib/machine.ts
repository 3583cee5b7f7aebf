import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

export interface Machine {
  readonly processor: string
  readonly cores: number
  /** Average number of processes that wanted to run in the minute before. */
  readonly load: number
  readonly fsyncMs: number
  readonly node: string
  readonly sqlite: string
}

/** What the figures of a run depend on. Asked before the run makes load of its own. */
export function machine(): Machine {
  const db = new DatabaseSync(':memory:')
  const sqlite = String(db.prepare('select sqlite_version() as version').get()?.version)
  db.close()
  return {
    processor: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    load: loadavg()[0] ?? 0,
    fsyncMs: fsyncMedianMs(),
    node: process.versions.node,
    sqlite,
  }
}

/** A run on a machine that others use says nothing. */
export const isVoid = ({ load, cores }: Machine): boolean => load > cores

export function describe(found: Machine): string {
  const { processor, cores, load, fsyncMs, node, sqlite } = found
  const facts = [
    processor,
    `${cores} cores`,
    `load ${load.toFixed(1)}`,
    `fsync p50 ${fsyncMs.toFixed(2)} ms`,
    `Node ${node}`,
    `SQLite ${sqlite}`,
  ]
  return `${facts.join(', ')}${isVoid(found) ? '. VOID: the load is above the cores' : ''}`
}

function fsyncMedianMs(): number {
  const folder = mkdtempSync(join(tmpdir(), 'll-fsync-'))
  const file = openSync(join(folder, 'file'), 'w')
  try {
    const page = new Uint8Array(4096)
    return median(
      Array.from({ length: 50 }, () => {
        const started = performance.now()
        writeSync(file, page)
        fsyncSync(file)
        return performance.now() - started
      }),
    )
  } finally {
    closeSync(file)
    rmSync(folder, { recursive: true })
  }
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}
