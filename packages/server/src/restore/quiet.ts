import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Marker = z.object({ backupAt: z.int(), restoredAt: z.int() })
export type Marker = z.infer<typeof Marker>

/**
 * A restored server starts quiet: nothing leaves the house until a person has looked and resumed (platform.md §17). The state is a file,
 * not a row, because every row is of the time of the copy.
 */
export interface Quiet {
  /** When the copy was made and restored; undefined when nothing is held back. Outbox and sequencer ask before each round. */
  state(): Marker | undefined
  resume(): void
  /** Calls `begin` now when nothing is held back, else at the moment somebody resumes. */
  whenLoud(begin: () => void): void
}

const fileOf = (data: string): string => join(data, 'quiet.json')

export function createQuiet(data: string): Quiet {
  const path = fileOf(data)
  const waiting: (() => void)[] = []
  return {
    state: () => (existsSync(path) ? Marker.parse(JSON.parse(readFileSync(path, 'utf8'))) : undefined),
    resume() {
      rmSync(path, { force: true })
      for (const begin of waiting.splice(0)) begin()
    },
    whenLoud(begin) {
      if (existsSync(path)) waiting.push(begin)
      else begin()
    },
  }
}

export function beginQuiet(data: string, marker: Marker): void {
  writeFileSync(fileOf(data), `${JSON.stringify(marker)}\n`, { mode: 0o600, flush: true })
}
