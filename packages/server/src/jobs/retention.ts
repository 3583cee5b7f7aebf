import type { Kept, Storage } from '../storage/index.ts'

export interface RetentionResult {
  readonly removed: Readonly<Record<string, number>>
  readonly total: number
}

/**
 * Removes what has outlived its table's time, in slices of 1,000 rows, each a transaction of its own.
 *
 * @param keptMs the platform's own time for a table, if it set one; kept within the declared bounds
 */
export async function removeExpired(
  storage: Storage,
  now: number,
  keptMs: (table: string) => number | undefined = () => undefined,
): Promise<RetentionResult> {
  const removed: Record<string, number> = {}
  for (const { table, kept } of storage.retention.rules) {
    if (!('from' in kept)) continue
    const before = now - timeOf(kept, keptMs(table))
    let count = 0
    for (let slice = -1; slice !== 0; count += slice) slice = await storage.retention.removeSlice(table, before)
    if (count > 0) removed[table] = count
  }
  return { removed, total: Object.values(removed).reduce((sum, count) => sum + count, 0) }
}

/** The time that counts for a table: the platform's own within the bounds, else the default. */
export function timeOf(kept: Extract<Kept, { from: string }>, own: number | undefined): number {
  return own === undefined ? kept.default : Math.min(Math.max(own, kept.min), kept.max)
}
