import type { KeyObject } from 'node:crypto'
import type { KeptCounters } from './counters/index.ts'
import { ERASURE_QUEUE, type ErasureServices, erasureHandler } from './erasure/index.ts'
import { FOLLOW, type IntakeServices, takenByNow } from './intake/index.ts'
import type { Handler } from './jobs/index.ts'
import { LOOK_BACK_QUEUE } from './lookback/index.ts'
import type { RuleRegistry } from './policy/index.ts'
import {
  BACKFILL,
  BACKTEST,
  backfillHandler,
  backtestHandler,
  RETRO,
  retroHandler,
  type startProgress,
  type Uploads,
} from './replay/index.ts'
import type { Settings } from './settings/index.ts'
import { type Exchanges, PULL_QUEUE, PUSH_QUEUE } from './signals/exchanges/index.ts'
import type { Storage } from './storage/index.ts'
import type { Keyring } from './storage/keyring/index.ts'
import type { Sealer } from './storage/sealer.ts'
import type { Transparency } from './transparency/index.ts'

/** What jobs that take long need of the rest. */
interface LongParts {
  readonly storage: Storage
  readonly keyring: Keyring
  readonly registry: RuleRegistry
  readonly progress: ReturnType<typeof startProgress>
  readonly uploads: Uploads
  readonly sealer: Sealer
  readonly sealKey: KeyObject
  readonly now: () => number
  readonly keysFor: Transparency['keysFor']
  readonly erasure: ErasureServices
  readonly exchanges: Exchanges
  readonly counters: KeptCounters
  readonly intake: IntakeServices
  readonly settings: Settings
  readonly looksBack: Handler
}

/** Who carries out the jobs that take long, by the queue that they wait in. */
export function longJobs(parts: LongParts) {
  const { storage, keyring, registry, progress, uploads, sealer, sealKey, now, keysFor } = parts
  const { erasure, exchanges, counters, intake, settings, looksBack } = parts
  return {
    [ERASURE_QUEUE]: erasureHandler(erasure),
    [PULL_QUEUE]: exchanges.handler,
    [PUSH_QUEUE]: exchanges.pushHandler,
    [LOOK_BACK_QUEUE]: looksBack,
    [BACKTEST.queue]: backtestHandler({ storage, registry, keyring, progress, uploads }),
    [RETRO.queue]: retroHandler({
      ...{ storage, registry, keyring, progress, uploads },
      ...{ sealer, sealKey, now, keysFor },
    }),
    [BACKFILL.queue]: backfillHandler({
      ...{ storage, registry, keyring, progress, counters, now },
      takenByNow: () => takenByNow({ flights: intake.flights, stream: storage.stream }, FOLLOW),
      changedAt: () => settings.changedAt('replay.days', 'replay.segmentDays'),
    }),
  }
}
