import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import type { Lock } from '@lamplighter/rules'
import { z } from 'zod'
import { UsageError } from './io.ts'

const names = z.record(z.string(), z.string())
const lockFile = z.object({ format: z.literal(1), rulesets: names, rules: names, counters: names })

/** The lock of a rule file: `core.wick.lock` beside `core.wick` (rules.md §7.5). */
export const lockPathOf = (file: string): string => `${file}.lock`

/**
 * What the locked versions of a rule file meant; undefined if nothing was locked yet.
 *
 * @throws UsageError for a file that is no lock: without it a changed meaning would pass unseen
 */
export function readLock(file: string): Lock | undefined {
  const path = lockPathOf(file)
  if (!existsSync(path)) return undefined
  try {
    return lockFile.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    throw new UsageError(
      `${path} is no lock file; bring it back from your repository, or remove it and write a new one`,
    )
  }
}

export function writeLock(file: string, lock: Lock): void {
  writeFileSync(lockPathOf(file), `${JSON.stringify(lock, null, 2)}\n`)
}
