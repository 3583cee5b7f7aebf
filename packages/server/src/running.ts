import { bodySweep, type DeliveryServices, deliverAlways, endClaims, WITHHELD_QUEUE } from './actions/index.ts'
import { counterSweep, listTend, mediaSweep, replayTend, uploadTend } from './chores.ts'
import type { KeptCounters } from './counters/index.ts'
import { failed, followed } from './events.ts'
import type { Decoder } from './evidence/decoder/index.ts'
import { type IntakeServices, startFollow } from './intake/index.ts'
import { housekeeping, SCHEDULE_QUEUE, type ScheduledTask, startScheduler, startWorker } from './jobs/index.ts'
import type { Switchboard, Tally } from './policy/index.ts'
import { type CaseDesk, settleHandler, withheldHandler } from './review/index.ts'
import type { Entries } from './signals/index.ts'
import type { Storage } from './storage/index.ts'
import type { Keyring } from './storage/keyring/index.ts'
import type { Transparency } from './transparency/index.ts'

/** What works beside the calls needs of the house. */
export interface RunningParts {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly intake: IntakeServices
  readonly desk: CaseDesk
  readonly deliveries: DeliveryServices
  readonly counters: KeptCounters
  readonly library: { tend(): Promise<string> }
  readonly replay: { tend(): Promise<number> }
  readonly uploads: { tend(): Promise<number> }
  readonly tally: Tally
  readonly entries: Pick<Entries, 'flush'>
  readonly switchboard: Switchboard
  readonly transparency: Transparency
  readonly decoder: Decoder
  /** What backtests, retros and erasures do, by queue. Each takes a whole core for a while, or much of the database: one at a time. */
  readonly long: Parameters<typeof startWorker>[0]['handlers']
  /** What is done again and again beside the rest. */
  readonly tasks: readonly ScheduledTask[]
  readonly now: () => number
}

/** Between two writings of what rules said. */
const COUNT_MS = 5_000

/** Starts judging after delivery, deliveries, jobs and the log. Gives what stops each, in order. */
export function startRunning(parts: RunningParts): (() => Promise<void>)[] {
  const { storage, keyring, intake, desk, deliveries, tally, transparency, decoder, now } = parts
  const { store } = storage
  const stopping = new AbortController()
  const follower = startFollow(intake, {
    onBatch: followed,
    onPoison: () => failed('follow'),
    onFailure: (error) => failed('follow', error),
  })
  // The folder's lock says that no other process lives: on the embedded database every claim is a dead one's.
  const alone = storage.engine === 'sqlite' ? store.tx(endClaims, undefined) : Promise.resolve()
  const delivering = alone
    .catch((error: unknown) => failed('job', error))
    .then(() => deliverAlways(deliveries, stopping.signal))
  const chores = startScheduler({
    storage,
    tasks: [
      ...housekeeping({ storage, keyring, now }),
      mediaSweep(intake.vault),
      bodySweep(store, now),
      counterSweep(parts.counters, now),
      listTend(parts.library),
      replayTend(parts.replay),
      uploadTend(parts.uploads),
      parts.switchboard.task,
      ...parts.tasks,
    ],
    onError: (error) => failed('schedule', error),
  })
  const worker = startWorker({
    storage,
    handlers: {
      'review.settle': settleHandler(desk),
      [WITHHELD_QUEUE]: withheldHandler(desk),
      ...parts.long,
      [SCHEDULE_QUEUE]: chores.handler,
    },
    queues: Object.fromEntries(Object.keys(parts.long).map((queue) => [queue, { atOnce: 1 }])),
    now,
    onEnd: (_queue, end, error) => (end === 'parked' ? failed('job', error) : undefined),
  })
  // A count that could not be written is written the next time.
  const writeCounts = () => tally.flush().catch((error: unknown) => failed('rules', error))
  const counting = setInterval(writeCounts, COUNT_MS).unref()
  const writeUses = () => parts.entries.flush().catch((error: unknown) => failed('index', error))
  const countingUses = setInterval(writeUses, COUNT_MS).unref()
  const stopLog = transparency.start()
  // Now, so that the first picture does not wait for it.
  void decoder.walls().then(() => decoder.native())
  const stopWork = async () => {
    stopping.abort()
    await Promise.all([follower.stop(), delivering, worker.stop(), chores.stop()])
    clearInterval(counting)
    clearInterval(countingUses)
    await writeCounts()
    await writeUses()
  }
  return [stopWork, stopLog]
}
