import { AppError, jitter } from '../http/errors.ts'
import type { EventStream } from '../storage/index.ts'
import { FOLLOW } from './follow.ts'

/** Unread events beyond which new ones are refused (platform.md §10). */
const MOST = { records: 1_000_000, ageMs: 600_000 }
/** How old the figure may be: counting what waits costs as much as taking in a batch. */
const TRUSTED_MS = 250

/**
 * Refuses events while too many wait to be judged. Callers that meet share one count.
 *
 * @returns a check that throws AppError `backlog_full`
 */
export function backlogGuard(stream: Pick<EventStream, 'backlog'>): () => Promise<void> {
  let counted: { readonly until: number; readonly waits: ReturnType<EventStream['backlog']> } | undefined
  return async () => {
    if (counted === undefined || counted.until <= performance.now())
      counted = { until: performance.now() + TRUSTED_MS, waits: stream.backlog(FOLLOW) }
    const { records, oldestMs } = await counted.waits.catch((error: unknown) => {
      counted = undefined
      throw error
    })
    if (records <= MOST.records && oldestMs <= MOST.ageMs) return
    throw new AppError('backlog_full', 'Too many events wait to be judged; send them again later.', {
      retryAfterS: jitter(10, 60),
    })
  }
}
