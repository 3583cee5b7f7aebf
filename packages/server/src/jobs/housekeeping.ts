import type { Storage } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import { removeExpired } from './retention.ts'
import type { ScheduledTask } from './scheduler.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
// A body sealed at the end of an hour may be appended a little later.
const LATE_APPEND_MS = 10 * MINUTE_MS

/** What every deployment does by itself: retention each hour, trimming the stream each minute, giving back space each night. */
export function housekeeping(from: {
  storage: Storage
  keyring: Keyring
  now: () => number
  /** The platform's own retention time of a table. */
  keptMs?: (table: string) => number | undefined
}): ScheduledTask[] {
  const { storage, keyring, now } = from
  return [
    {
      name: 'retention',
      when: { every: HOUR_MS },
      missed: 'latest',
      async run() {
        const { total } = await removeExpired(storage, now(), from.keptMs)
        while ((await storage.jobs.forgetOrders()) > 0);
        return `${total} rows`
      },
    },
    {
      name: 'stream-trim',
      when: { every: MINUTE_MS },
      missed: 'latest',
      run: async () => `${await trimStream(storage, keyring, now())} chunks`,
    },
    {
      name: 'compact',
      when: { at: 3 * 60 },
      missed: 'latest',
      async run() {
        await storage.compact()
        return 'done'
      },
    },
  ]
}

/** Removes followed chunks and destroys the keys of hours of which nothing is left to read (`platform.md` §14). */
export async function trimStream(storage: Storage, keyring: Keyring, now: number): Promise<number> {
  const removed = await storage.stream.trim()
  const oldest = (await storage.stream.oldestAppendedAt()) ?? now
  await keyring.forgetStreamBefore(Math.min(oldest, now) - LATE_APPEND_MS)
  return removed
}
