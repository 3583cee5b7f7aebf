import type { ActionMeans, DeliveryServices } from './actions/index.ts'
import type { KeptCounters } from './counters/index.ts'
import type { ErasureServices } from './erasure/index.ts'
import type { Decoder } from './evidence/decoder/index.ts'
import type { MediaVault } from './evidence/index.ts'
import type { App } from './http/app.ts'
import type { Config } from './http/config.ts'
import type { Readiness } from './http/health.ts'
import type { Live } from './http/live.ts'
import type { Page, Route } from './http/route.ts'
import type { IntakeServices } from './intake/index.ts'
import type { Handler } from './jobs/index.ts'
import type { LookBack } from './lookback/index.ts'
import type { People } from './people/index.ts'
import type { PlaceOptions } from './places.ts'
import type { RuleRegistry, Switchboard, Tally } from './policy/index.ts'
import type { ReplayLog, Uploads } from './replay/index.ts'
import type { Quiet } from './restore/index.ts'
import type { CaseDesk } from './review/index.ts'
import type { Settings } from './settings/index.ts'
import type { Exchanges } from './signals/exchanges/index.ts'
import type { Entries, Imports, ListLibrary, Models } from './signals/index.ts'
import type { Stands } from './stands.ts'
import type { Storage } from './storage/index.ts'
import type { Keyring } from './storage/keyring/index.ts'
import type { Affected, Transparency } from './transparency/index.ts'

export interface ContextOptions extends PlaceOptions {
  readonly demo?: boolean
  /** Compares every answer with the contract. */
  readonly checkAnswers?: boolean
  readonly onFailure?: (thrown: unknown) => void
  /** The built console; `packages/console/dist` by default. */
  readonly consoleFolder?: string
  /** Milliseconds between two batches of the log; 300,000 by default. */
  readonly ledgerEveryMs?: number
  /** More pages, such as the demo's. */
  readonly pages?: (context: Parts) => readonly Page[]
  readonly routes?: (context: Parts) => readonly Route[]
}

/** What is built before the app. */
export interface Parts {
  readonly config: Config
  readonly storage: Storage
  readonly keyring: Keyring
  readonly people: People
  readonly transparency: Transparency
  readonly library: ListLibrary
  readonly imports: Imports
  readonly exchanges: Exchanges
  readonly entries: Entries
  readonly models: Models
  readonly registry: RuleRegistry
  readonly counters: KeptCounters
  readonly switchboard: Switchboard
  readonly tally: Tally
  readonly intake: IntakeServices
  readonly replay: ReplayLog
  readonly uploads: Uploads
  readonly lookBack: LookBack
  /** Does the jobs that look back. */
  readonly looksBack: Handler
  readonly desk: CaseDesk
  readonly vault: MediaVault
  readonly erasure: ErasureServices
  meansFor(affected: readonly Affected[]): Promise<ActionMeans>
}

export interface Context extends Parts {
  readonly live: Live
  readonly quiet: Quiet
  readonly settings: Settings
  readonly readiness: Readiness
  readonly app: App
  readonly decoder: Decoder
  readonly deliveries: DeliveryServices
  /** What waits, is old or takes room now. */
  stands(): Promise<Stands>
  /** Starts what runs beside the calls: judging, deliveries, jobs, the log. Not while a restored server is quiet. */
  start(): void
  close(): Promise<void>
}
