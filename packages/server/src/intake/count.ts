import type { CounterOp, CounterStore, Reading } from '@lamplighter/rules'
import { LIVE } from '../counters/index.ts'
import { isStorageError } from '../storage/index.ts'

/** An event whose rules have been planned: what they count is known, but not counted yet. */
export interface Countable {
  readonly key: string
  readonly ops: readonly CounterOp[]
}

/**
 * Moves the counters of some events, in their order, and gives each event its readings. On disk before it resolves.
 *
 * @throws StorageError when the store is away: the events have to be asked again, and count once all the same
 */
export async function count(events: readonly Countable[], counters: CounterStore): Promise<Reading[][]> {
  const named = events.flatMap(({ key, ops }) => ops.map((op) => namedBy(op, key)))
  const readings = named.length === 0 ? [] : await counters.apply(LIVE, named)
  let from = 0
  return events.map(({ ops }) => {
    const own = readings.slice(from, from + ops.length)
    from += ops.length
    return own.map(unnamed)
  })
}

/** The same for one event whose caller waits: what is late or away is no reading, and its rules are *unknown* (flag `store`). */
export async function countWithin(event: Countable, counters: CounterStore, ms: number): Promise<Reading[]> {
  if (event.ops.length === 0) return []
  const late = Promise.withResolvers<Reading[][]>()
  const timer = setTimeout(() => late.resolve([]), Math.max(0, ms))
  try {
    const [readings] = await Promise.race([count([event], counters), late.promise])
    return readings ?? []
  } catch (error) {
    if (!isStorageError(error)) throw error
    return []
  } finally {
    clearTimeout(timer)
  }
}

// An id is the platform's own, and two kinds or connections may use one twice: events are told apart by their whole key.
const namedBy = (op: CounterOp, key: string): CounterOp => ({ ...op, event: key })
const unnamed = (reading: Reading): Reading => ({ ...reading, events: reading.events.map(idIn) })
const idIn = (key: string): string => key.slice(key.indexOf('|', key.indexOf('|') + 1) + 1)
