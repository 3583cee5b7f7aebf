import type { Leases } from '../storage/leases.ts'
import type { Fence } from '../storage/seam.ts'
import { closeBatch, type SequencerParts } from './sequencer.ts'
import { checkBeforeSigning } from './startup.ts'
import { BATCH_RECORDS } from './store.ts'
import { LOGS, type LogName } from './tables.ts'

/** What the background work needs. */
export interface ScheduleParts {
  readonly parts: SequencerParts
  readonly leases: Leases
  readonly host: string
  readonly now: () => number
  readonly everyMs: number
  /** After each round of batches: work that follows from indices, such as naming what was erased. */
  readonly after: () => Promise<void>
  /** Told of every round that failed; the next one tries again. */
  readonly onProblem: (error: unknown) => void
}

const LEASE_MS = 15_000
const RENEW_MS = 3_000
// The sealed log first, so that its new head is anchored in the batch of `actions` that follows.
const ORDER: readonly LogName[] = ['sealed', 'actions']

/**
 * Closes a batch in both logs at each instant divisible by `everyMs`, also when nothing happened, in whichever process holds the leases.
 *
 * @returns stops, after the batch under way, and frees the leases
 */
export function runSchedule(from: ScheduleParts): () => Promise<void> {
  const stopping = new AbortController()
  const ended = loop(from, stopping.signal)
  return () => {
    stopping.abort()
    return ended
  }
}

async function loop(from: ScheduleParts, signal: AbortSignal): Promise<void> {
  let held: readonly Fence[] = []
  let slot = slotOf(from)
  let missed = false
  while (!signal.aborted) {
    await pause(Math.min(RENEW_MS, from.everyMs - (from.now() % from.everyMs)), signal)
    if (signal.aborted) break
    try {
      held = await hold(from, held)
      if (held.length > 0 && slotOf(from) !== slot) {
        slot = slotOf(from)
        for (const lease of held) await closeAll(from, lease)
        await from.after()
        missed = false
      }
    } catch (error) {
      held = []
      from.onProblem(error)
      if (!missed) from.parts.alarm('batch_missed', 'actions')
      missed = true
    }
  }
  for (const lease of held) await from.leases.release(lease).catch(from.onProblem)
}

const slotOf = (from: ScheduleParts): number => Math.floor(from.now() / from.everyMs)

/** Renews what is held; else takes all leases and runs the checks that come before the first signature. */
async function hold(from: ScheduleParts, held: readonly Fence[]): Promise<readonly Fence[]> {
  if (held.length > 0) return Promise.all(held.map((lease) => from.leases.renew(lease, LEASE_MS)))
  const taken: Fence[] = []
  for (const log of ORDER) {
    const lease = await from.leases.acquire(leaseName(log), LEASE_MS)
    if (lease === undefined) {
      for (const other of taken) await from.leases.release(other)
      return []
    }
    taken.push(lease)
  }
  for (const lease of taken) await checkBeforeSigning(from.parts, { log: logOf(lease), lease, host: from.host })
  return taken
}

/** One batch; another at once while a backlog fills them. */
async function closeAll(from: ScheduleParts, lease: Fence): Promise<void> {
  let closed = await closeBatch(from.parts, { log: logOf(lease), lease, now: from.now() })
  while (closed?.records === BATCH_RECORDS) {
    closed = await closeBatch(from.parts, { log: logOf(lease), lease, now: from.now() })
  }
}

/** Name of the lease that the sequencer of a log holds. */
export function leaseName(log: LogName): string {
  return `ledger:${log}`
}

function logOf(lease: Fence): LogName {
  const log = LOGS.find((name) => leaseName(name) === lease.name)
  if (log === undefined) throw new RangeError(`"${lease.name}" is no lease of a log`)
  return log
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done, { once: true })
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
  })
}
