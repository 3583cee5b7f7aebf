import type { Reading } from '@lamplighter/rules'
import type { Basket } from '../lookback/index.ts'
import type { Pen } from '../replay/index.ts'
import {
  type Fence,
  isStorageError,
  partitionLease,
  type Storage,
  type StoredRecord,
  spanOf,
} from '../storage/index.ts'
import { count } from './count.ts'
import { type Accepted, idOf } from './event.ts'
import { plainEvidence } from './evidence.ts'
import { affectedBy, type Gate } from './gate.ts'
import { keptOf } from './keep.ts'
import {
  afterGate,
  FOLLOW_MS,
  judgePlanned,
  type Planned,
  permitted,
  planEvent,
  type Seen,
  undecidedOf,
} from './pipeline.ts'
import { eventOf, type Gated } from './record.ts'
import { takeReport } from './reports.ts'
import { judgedOf } from './ruling.ts'
import { type Judged, type SettleInput, settleWork, unjudgedWork } from './store.ts'
import { traceOf } from './trace.ts'
import { mapInTurns } from './turns.ts'

/** Name of the group that judges after delivery. */
export const FOLLOW = 'follow'
const LEASE_MS = 10_000
const BATCH = { records: 500, bytes: 2 ** 20 }
/** Records judged side by side: signals that are slow for one hold up few others. */
const AT_ONCE = 32

export interface Follower {
  stop(): Promise<void>
}

export interface FollowEvents {
  /** Called with every batch, for metrics. */
  readonly onBatch: (records: number, ms: number) => void
  /** A record that could not be judged became a case. */
  readonly onPoison: () => void
  /** A fault of ours stopped a batch; it is tried again. */
  readonly onFailure: (error: unknown) => void
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
    const unread = await unreadIn(storage, on)
    for (let part = 0; part < storage.stream.partitions && !stop.aborted; part += 1) {
      try {
        const fence = await held(storage, fences, part)
        if (fence !== undefined && unread.has(part)) read += await followOnce(gate, fence, on)
      } catch (error) {
        // Another owner took the partition, or database or keys are away for a moment: the offset stands, and the next turn asks again.
        fences.delete(part)
        if (!isStorageError(error)) on.onFailure(error)
      }
    }
    if (read === 0) await storage.wakeup.wait('stream', 1_000, stop)
  }
  for (const fence of fences.values()) await storage.leases.release(fence)
}

const NOTHING: ReadonlySet<number> = new Set()

/** Asked once for all partitions: most of them have nothing new. While the database is away none has. */
async function unreadIn(storage: Storage, on: FollowEvents): Promise<ReadonlySet<number>> {
  try {
    return await storage.stream.unread(FOLLOW)
  } catch (error) {
    if (!isStorageError(error)) on.onFailure(error)
    return NOTHING
  }
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
export function followOnce(gate: Gate, fence: Fence, on: FollowEvents): Promise<number> {
  return gate.flights.track(followBatch(gate, fence, on))
}

async function followBatch(gate: Gate, fence: Fence, on: FollowEvents): Promise<number> {
  const started = performance.now()
  const batch = await gate.storage.stream.next(FOLLOW, fence, BATCH)
  if (batch.records.length === 0) return 0
  const judged: Judged[] = []
  const pen = await gate.replay.pen()
  // Before anything is looked up: a list that becomes newer meanwhile is looked back with.
  const basket = await gate.lookBack.basket(gate.bench.lists)
  for (let from = 0; from < batch.records.length; from += AT_ONCE) {
    const records = batch.records.slice(from, from + AT_ONCE)
    const ends = await judgeRecords(records, gate, { pen, basket })
    for (const [place, end] of ends.entries()) {
      if (end === 'done') continue
      if (!('poison' in end)) judged.push(end)
      else {
        await openUnjudged(gate, `${batch.part}:${records[place]?.offset}`, end.poison)
        on.onPoison()
      }
    }
  }
  try {
    await settle(gate, judged, pen, { batch: spanOf(batch), owner: fence })
  } catch (error) {
    if (isStorageError(error)) throw error
    await settleOneByOne(gate, judged, pen, on)
    await gate.storage.stream.advance(spanOf(batch), fence)
  }
  for (const one of judged) gate.onJudged?.(one)
  on.onBatch(batch.records.length, performance.now() - started)
  return batch.records.length
}

async function settle(
  gate: Gate,
  judged: readonly Judged[],
  pen: Pen | undefined,
  advance?: SettleInput['advance'],
): Promise<void> {
  await gate.storage.store.tx(settleWork, {
    events: judged,
    means: await gate.meansFor(affectedBy(judged)),
    ...(advance !== undefined && { advance }),
    ...(pen !== undefined && { tray: pen.tray }),
  })
}

// One record's results cannot be written: the others must not wait for it, and it must not vanish.
async function settleOneByOne(
  gate: Gate,
  judged: readonly Judged[],
  pen: Pen | undefined,
  on: FollowEvents,
): Promise<void> {
  for (const one of judged) {
    try {
      await settle(gate, [one], pen)
    } catch (error) {
      if (isStorageError(error)) throw error
      await openUnjudged(gate, one.key, null, one.key.split('|')[1])
      on.onPoison()
    }
  }
}

/**
 * Judges some records: measured side by side, counted in the order of the stream, so that a counter reads what came before and nothing that
 * came after.
 */
async function judgeRecords(
  records: readonly StoredRecord[],
  gate: Gate,
  keeping: Keeping,
): Promise<(Judged | 'done' | Poison)[]> {
  const steps = await mapInTurns(records, (record) => planRecord(record, gate))
  const planned = steps.filter((step) => typeof step === 'object' && 'planned' in step)
  const readings = await orPoison(null, () =>
    count(
      planned.map((step) => step.planned),
      gate.bench.counters,
    ),
  )
  return mapInTurns(steps, async (step) => {
    if (step === 'done' || 'poison' in step) return step
    return orPoison(step.planned.accepted, async () => {
      // One of them cannot be counted: each for itself, so that the others are.
      const own =
        'poison' in readings ? await count([step.planned], gate.bench.counters) : [readings[planned.indexOf(step)]]
      return judgedRecord(step, own[0] ?? [], gate, keeping)
    })
  })
}

/** What is kept of events that nothing flagged: facts for the replay log, and hashes of public media for look-back. */
interface Keeping {
  readonly pen: Pen | undefined
  readonly basket: Basket | undefined
}

interface Step {
  readonly planned: Planned
  readonly gated: Gated | null
}

/** Measures a record's event; a report is taken at once. */
async function planRecord(record: StoredRecord, gate: Gate): Promise<Step | 'done' | Poison> {
  const found = await orPoison(
    null,
    async () => eventOf(record, gate.bench.rules().schema, gate.nameOf) ?? { poison: null },
  )
  if ('poison' in found) return found
  const { accepted, gated } = found
  return orPoison(accepted, async () => {
    if (accepted.event.kind === 'report') {
      // However a report comes in, it becomes or joins a case (decisions.md 7).
      await takeReport(accepted, gate)
      return 'done' as const
    }
    const planned = await planEvent(accepted, gate.bench, {
      // What was never screened runs both phases here (rules.md §7.2); what was undecided in the gate runs the gate again.
      phases: ['gate', 'follow'],
      // The gate has asked its own rules before.
      first: gated === null ? ['gate', 'follow'] : ['follow'],
      budgetMs: FOLLOW_MS,
      now: accepted.receivedAt,
    })
    return { planned, gated }
  })
}

async function judgedRecord(
  step: Step,
  readings: readonly Reading[],
  gate: Gate,
  { pen, basket }: Keeping,
): Promise<Judged> {
  const seen = judgePlanned(step.planned, readings, gate.bench)
  const judged = await settledRecord(seen, step.gated, gate)
  const kept = judged.ruling === null ? await keptOf(seen, gate.bench, basket) : undefined
  return { ...judged, trace: traceOf(seen, step.gated, pen), ...(kept !== undefined && { kept }) }
}

function settledRecord(seen: Seen, gated: Gated | null, gate: Gate): Promise<Judged> {
  if (gated === null) return judgedOf(seen, gate.bench, { state: 'followed', gated: false, hold: null })
  const open = new Set(undecidedOf(seen))
  const settled = gated.undecided.every((rule) => !open.has(rule))
  const hold = settled ? gated.hold : null
  return judgedOf(afterGate(seen, gated.undecided), gate.bench, { state: 'followed', gated: true, hold })
}

/** A record that makes the code throw is no reason to stop the rest, and no reason to call it harmless: it goes to a person. */
async function orPoison<T>(poison: Accepted | null, step: () => Promise<T>): Promise<T | Poison> {
  try {
    return await step()
  } catch (error) {
    // The database is away: that says nothing of the event.
    if (isStorageError(error)) throw error
    return { poison }
  }
}

/** A record that cannot be judged, with its event where that much could be read. */
interface Poison {
  readonly poison: Accepted | null
}

async function openUnjudged(
  gate: Gate,
  key: string,
  accepted: Accepted | null,
  kind = accepted?.event.kind,
): Promise<number> {
  const account = accepted === null ? null : (idOf(accepted.event, 'actor') ?? null)
  const evidence =
    accepted === null
      ? null
      : await plainEvidence(await permitted(accepted, gate.bench), `unjudged:${key}`, gate.bench.sealer)
  const pen = await gate.replay.pen()
  return gate.storage.store.tx(unjudgedWork, {
    ...{ key, account, evidence },
    logged: pen === undefined ? null : { tray: pen.tray, unlogged: kind ?? null },
  })
}
