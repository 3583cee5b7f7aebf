import type { ScreenAnswer } from '@lamplighter/api'
import type { ActionMeans } from '../actions/index.ts'
import { AppError } from '../http/errors.ts'
import type { LookBack } from '../lookback/index.ts'
import type { ReplayLog } from '../replay/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected } from '../transparency/index.ts'
import type { Accepted } from './event.ts'
import type { Flights } from './flights.ts'
import type { KeyedName } from './names.ts'
import { type Bench, firedIn, goesOn, judgeEvent, type Seen, undecidedOf } from './pipeline.ts'
import { type Gated, recordOf } from './record.ts'
import { judgedOf } from './ruling.ts'
import { type Judged, seenBefore, settleWork } from './store.ts'

export interface Gate {
  readonly bench: Bench
  readonly storage: Storage
  readonly nameOf: KeyedName
  readonly replay: Pick<ReplayLog, 'isKept' | 'pen'>
  /** Keeps hashes of public media that nothing flagged, while it is on. */
  readonly lookBack: Pick<LookBack, 'isOn' | 'basket'>
  /** What is judged now. */
  readonly flights: Flights
  meansFor(affected: readonly Affected[]): Promise<ActionMeans>
  /** Told of every verdict, for metrics. @param ms in the gate: until it was durable */
  readonly onJudged?: (judged: Judged, ms?: number) => void
  /** A verdict whose caller was answered `deadline` could not be written; the caller's next try decides. */
  onLate(error: unknown): void
}

/** The gate answers within this from the last byte of the body (platform.md §10). */
export const GATE_MS = 200
/** Kept of the gate's time for judging and for the commit. */
const COMMIT_MS = 50

/**
 * Screens one event: measured, judged, written, answered. The same event again gets the same answer. Whatever is late is *unknown* in the
 * answer and judged again in follow.
 *
 * @throws AppError `deadline` not durable in time: it may still commit, and the same event then gets its verdict; never an `allow`
 */
export async function screenEvent(accepted: Accepted, gate: Gate, budgetMs: number): Promise<ScreenAnswer> {
  const settled = gate.flights.track(answerOf(accepted, gate, budgetMs))
  const answer = await Promise.race([settled, lateAfter(budgetMs + COMMIT_MS)])
  if (answer !== 'late') return answer
  // The work goes on though nobody waits for it; an error has nobody left to hear of it but the log.
  settled.catch((error: unknown) => gate.onLate(error))
  throw new AppError('deadline', 'The verdict is not durable yet; send the same event again to get it.', {
    retryAfterS: 1,
  })
}

async function answerOf(accepted: Accepted, gate: Gate, budgetMs: number): Promise<ScreenAnswer> {
  const started = performance.now()
  const before = await gate.storage.store.read(seenBefore, accepted.key)
  if (before !== undefined && before.bodyHash === accepted.bodyHash) return { ...before.answer, repeat: true }
  const seen = await judgeEvent(accepted, gate.bench, {
    phases: ['gate'],
    budgetMs: Math.max(10, budgetMs - COMMIT_MS),
    now: accepted.receivedAt,
  })
  const judged = await judgedOf(seen, gate.bench, { state: 'gated', gated: false, hold: null })
  const logged = gate.replay.isKept
  // What is kept is kept where the event is judged last.
  const looksBack = gate.lookBack.isOn && accepted.files.length > 0
  const append = goesOn(seen, logged || looksBack)
    ? await gate.storage.stream.pack([
        recordOf(accepted, gate.nameOf, {
          hold: timedHoldOf(judged),
          undecided: undecidedOf(seen),
          ...(logged && decidedBy(seen)),
        }),
      ])
    : null
  const [answer] = await gate.storage.store.tx(settleWork, {
    events: [{ ...judged, append }],
    means: await gate.meansFor(affectedBy([judged])),
  })
  if (answer === undefined) throw new AppError('internal', 'The verdict was not written.')
  gate.onJudged?.(judged, performance.now() - started)
  return answer
}

// Few events make a rule fire: most carry the hash alone.
function decidedBy(seen: Seen): Pick<Gated, 'by' | 'fired'> {
  const fired = firedIn(seen)
  return { by: seen.rules.hash, ...(fired.length > 0 && { fired }) }
}

const timedHoldOf = ({ ruling }: Judged): string | null =>
  ruling?.wishes.some((wish) => wish.do === 'release') ? ruling.id : null

/** Everybody whom rulings affect: their keys are needed before the transaction. */
export function affectedBy(judged: readonly Pick<Judged, 'ruling'>[]): Affected[] {
  const accounts = new Set(judged.flatMap(({ ruling }) => (ruling?.account == null ? [] : [ruling.account])))
  return [...accounts].map((id) => ({ kind: 'account', id }))
}

const lateAfter = (ms: number): Promise<'late'> =>
  new Promise((resolve) => {
    setTimeout(() => resolve('late'), Math.max(0, ms)).unref()
  })
