import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { routesOf as actionsRoutes, type DeliveryServices } from './actions/index.ts'
import type { Decoder } from './evidence/decoder/index.ts'
import { routesOf as evidenceRoutes, exposureOf, type MediaVault } from './evidence/index.ts'
import { type App, createApp } from './http/app.ts'
import type { Config } from './http/config.ts'
import { metricsPage, openapiPage, standsPage } from './http/documents.ts'
import { healthPages, type Readiness } from './http/health.ts'
import { iconPage } from './http/icon.ts'
import { createLimits } from './http/limits.ts'
import type { Live } from './http/live.ts'
import type { Page, Route } from './http/route.ts'
import { consolePages } from './http/static.ts'
import { type IntakeServices, routesOf as intakeRoutes } from './intake/index.ts'
import type { LookBack } from './lookback/index.ts'
import { metrics } from './metrics.ts'
import { type ReceiptFile, pagesOf as usersPages } from './pages/index.ts'
import { type People, routesOf as peopleRoutes, signInPages } from './people/index.ts'
import {
  harmsOf,
  routesOf as policyRoutes,
  type RuleRegistry,
  rulesAsking,
  type Switchboard,
  switchRoutes,
  type Tally,
} from './policy/index.ts'
import { type Quiet, routesOf as restoreRoutes } from './restore/index.ts'
import {
  type CaseDesk,
  lifeThreat,
  receiveAppealWork,
  reviewedOf,
  routesOf as reviewRoutes,
  shippedLanes,
} from './review/index.ts'
import { type Settings, routesOf as settingsRoutes } from './settings/index.ts'
import { type ListLibrary, type Measures, routesOf as signalsRoutes } from './signals/index.ts'
import { version } from './software.ts'
import type { Stands } from './stands.ts'
import type { Storage } from './storage/index.ts'
import type { Sealer } from './storage/sealer.ts'
import type { Transparency } from './transparency/index.ts'
import { pagesOf as logPages } from './transparency/public-log.ts'
import { routesOf as transparencyRoutes } from './transparency/routes.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** What calls and pages need of the house. */
export interface FaceParts {
  readonly config: Config
  readonly storage: Storage
  readonly sealer: Sealer
  readonly transparency: Transparency
  readonly settings: Settings
  readonly people: People
  readonly library: ListLibrary
  readonly measures: Measures
  readonly lookBack: LookBack
  readonly registry: RuleRegistry
  readonly tally: Tally
  readonly switchboard: Switchboard
  readonly intake: IntakeServices
  readonly desk: CaseDesk
  readonly vault: MediaVault
  readonly decoder: Decoder
  readonly live: Live
  readonly quiet: Quiet
  readonly readiness: Readiness
  readonly meansFor: DeliveryServices['meansFor']
  readonly formKey: Uint8Array
  readonly stands: () => Promise<Stands>
}

/** What differs from house to house. */
export interface FaceOptions {
  readonly demo?: boolean
  readonly checkAnswers?: boolean
  readonly onFailure?: (thrown: unknown) => void
  readonly now?: () => number
  readonly consoleFolder?: string
}

/** A reviewer's exposure is that of a shift. */
const SHIFT_MS = 12 * 3_600_000
const lifeThreatLanes = shippedLanes.filter((lane) => lane.lifeThreat).map(({ id }) => id)

/** The app: every call and every page, and what is answered where there is none. */
export function makeFace(
  parts: FaceParts,
  more: { readonly routes: readonly Route[]; readonly pages: readonly Page[] },
  options: FaceOptions,
): App {
  const { config, storage, transparency, settings, people, registry, meansFor } = parts
  const { store } = storage
  const { keysFor } = transparency
  const now = options.now ?? Date.now
  const limits = createLimits()
  const routes = [
    ...peopleRoutes({
      ...{ store, people, live: parts.live, demo: options.demo ?? false },
      platform: () => settings.get('platform.name'),
      exposure: (staff) => store.read(exposureOf, { staff, since: now() - SHIFT_MS }),
      lifeThreat: () => store.read(lifeThreat, lifeThreatLanes),
    }),
    ...restoreRoutes({ store, quiet: parts.quiet }),
    ...intakeRoutes(parts.intake),
    ...reviewRoutes(parts.desk),
    ...evidenceRoutes({ storage, vault: parts.vault, decoder: parts.decoder, sealer: parts.sealer, keysFor }),
    ...policyRoutes({
      ...{ storage, registry, tally: parts.tally, keysFor },
      reviewed: (events) => store.read(reviewedOf, events),
    }),
    ...switchRoutes({ storage, switchboard: parts.switchboard, keysFor }),
    ...signalsRoutes({
      ...{ storage, library: parts.library, measures: parts.measures, harms: () => harmsOf(registry) },
      askedBy: (list) => rulesAsking(registry, list),
      lookBack: parts.lookBack.stands,
    }),
    ...actionsRoutes({
      ...{ store, wakeup: storage.wakeup, meansFor, now },
      receiveAppeal: receiveAppealWork,
      chance: Math.random,
    }),
    ...transparencyRoutes(transparency),
    ...settingsRoutes({ storage, settings }),
    ...more.routes,
  ]
  return createApp({
    urls: [config.url, ...(config.officerUrl === undefined ? [] : [config.officerUrl])],
    demo: options.demo ?? false,
    identity: people.identity,
    routes,
    pages: [
      ...healthPages(parts.readiness),
      ...signInPages({ store, limits }),
      ...logPages(transparency),
      ...usersPages({
        ...{ store, meansFor, limits },
        receiveAppeal: receiveAppealWork,
        formKey: async () => parts.formKey,
        receipt: (record) => receiptFile(transparency, record),
        keptTables: () => storage.retention.rules,
        platform: async () => ({
          name: await settings.get('platform.name'),
          contact: (await settings.get('platform.contact')) ?? config.url,
          leaveTo: await settings.get('platform.leaveTo'),
        }),
      }),
      ...more.pages,
      ...consolePages(options.consoleFolder ?? join(here, '../../console/dist')),
      iconPage,
      openapiPage(routes, config.url, version),
      metricsPage(metrics),
      standsPage(parts.stands),
    ],
    trustProxy: config.trustProxy,
    limits,
    ...(options.now && { now: options.now }),
    ...(options.checkAnswers && { checkAnswers: true }),
    ...(options.onFailure && { onFailure: options.onFailure }),
  })
}

/** What the notice page offers for download: the proof, or the promise while there is none yet. */
async function receiptFile(transparency: Transparency, record: string): Promise<ReceiptFile> {
  const found = await transparency.receiptOf(record, 'person')
  if (found.state === 'ready') return { state: 'ready', file: found.file }
  return found.state === 'pending' ? { state: 'pending', promise: found.recorded.promise } : { state: 'none' }
}
