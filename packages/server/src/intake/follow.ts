import {
  type Fence,
  isStorageError,
  partitionLease,
  type Storage,
  type StoredRecord,
  spanOf,
} from '../storage/index.ts'
import { affectedBy, type Gate } from './gate.ts'
import { afterGate, FOLLOW_MS, judgedOf, judgeEvent } from './pipeline.ts'
import { eventOf } from './record.ts'
import { type Judged, type SettleInput, settleWork, unjudgedWork } from './store.ts'

/** Name of the group that judges after delivery. */
export const FOLLOW = 'follow'
const LEASE_MS = 10_000
const BATCH = { records: 500, bytes: 2 ** 20 }

export interface Follower {
  stop(): Promise<void>
}

export interface FollowEvents {
  /** Called with every batch, for metrics. */
  readonly onBatch: (records: number, ms: number) => void
  /** A record that could not be judged became a case. */
  readonly onPoison: () => void
}

/** Judges what the stream holds, partition by partition, until it is stopped. Results and offset commit together. */
export function startFollow(gate: Gate, on: FollowEvents): Follower {
  const stopping = new AbortController()
  const running = run(gate, on, stopping.signal)
  return {
    async stop() {
      stopping.abort()
      await running
    },
  }
}

async function run(gate: Gate, on: FollowEvents, stop: AbortSignal): Promise<void> {
  const { storage } = gate
  const fences = new Map<number, Fence>()
  while (!stop.aborted) {
    let read = 0
    for (let part = 0; part < storage.stream.partitions && !stop.aborted; part += 1) {
      try {
        const fence = await held(storage, fences, part)
        if (fence !== undefined) read += await followOnce(gate, fence, on)
      } catch (error) {
        fences.delete(part)
        // Another owner took the partition, or the database is away for a moment: nothing was written, and the offset stands.
        if (!isStorageError(error)) throw error
      }
    }
    if (read === 0) await storage.wakeup.wait('stream', 1_000, stop)
  }
  for (const fence of fences.values()) await storage.leases.release(fence)
}

async function held(storage: Storage, fences: Map<number, Fence>, part: number): Promise<Fence | undefined> {
  const fence = fences.get(part)
  const fresh =
    fence === undefined
      ? await storage.leases.acquire(partitionLease(FOLLOW, part), LEASE_MS)
      : fence.untilMs - Date.now() < LEASE_MS / 2
        ? await storage.leases.renew(fence, LEASE_MS)
        : fence
  if (fresh !== undefined) fences.set(part, fresh)
  return fresh
}

/** One batch of one partition; returns how many records it held. */
export async function followOnce(gate: Gate, fence: Fence, on: FollowEvents): Promise<number> {
  const started = performance.now()
  const batch = await gate.storage.stream.next(FOLLOW, fence, BATCH)
  if (batch.records.length === 0) return 0
  const judged: Judged[] = []
  for (const record of batch.records) {
    const one = await judgeRecord(record, gate)
    if (one === undefined) {
      await openUnjudged(gate, `${record.key}#${batch.part}:${record.offset}`)
      on.onPoison()
    } else judged.push(one)
  }
  try {
    await settle(gate, judged, { batch: spanOf(batch), owner: fence })
  } catch (error) {
    if (isStorageError(error)) throw error
    await settleOneByOne(gate, judged, on)
    await gate.storage.stream.advance(spanOf(batch), fence)
  }
  on.onBatch(batch.records.length, performance.now() - started)
  return batch.records.length
}

async function settle(gate: Gate, judged: readonly Judged[], advance?: SettleInput['advance']): Promise<void> {
  await gate.storage.store.tx(settleWork, {
    events: judged,
    means: await gate.meansFor(affectedBy(judged)),
    ...(advance !== undefined && { advance }),
  })
}

// One record's results cannot be written: the others must not wait for it, and it must not vanish.
async function settleOneByOne(gate: Gate, judged: readonly Judged[], on: FollowEvents): Promise<void> {
  for (const one of judged) {
    try {
      await settle(gate, [one])
    } catch (error) {
      if (isStorageError(error)) throw error
      await openUnjudged(gate, one.key)
      on.onPoison()
    }
  }
}

/** A record that makes the code throw is no reason to stop the rest, and no reason to call it harmless: it goes to a person. */
async function judgeRecord(record: StoredRecord, gate: Gate): Promise<Judged | undefined> {
  try {
    const found = await eventOf(record, gate.bench.rules().schema, gate.seal)
    if (found === undefined) return undefined
    const { accepted, gated } = found
    const seen = await judgeEvent(accepted, gate.bench, {
      // What was never screened runs both phases here (rules.md §7.2); what was undecided in the gate runs the gate again.
      phases: ['gate', 'follow'],
      budgetMs: FOLLOW_MS,
      now: accepted.receivedAt,
    })
    const left = gated === null ? seen : afterGate(seen, gated.undecided)
    return await judgedOf(left, gate.bench, { state: 'followed', append: null, replaces: gated?.decision ?? null })
  } catch {
    return undefined
  }
}

function openUnjudged(gate: Gate, key: string): Promise<number> {
  return gate.storage.store.tx(unjudgedWork, { key })
}
