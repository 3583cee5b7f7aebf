import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { metrics } from './events.ts'
import { type App, createApp } from './http/app.ts'
import type { Config } from './http/config.ts'
import { metricsPage, openapiPage } from './http/documents.ts'
import { healthPages, Readiness } from './http/health.ts'
import { createLimits } from './http/limits.ts'
import { createLive, type Live } from './http/live.ts'
import { consolePages } from './http/static.ts'
import { jobsModule } from './jobs/index.ts'
import { createPeople, type People, routesOf as peopleRoutes, signInPages, storeModules } from './people/index.ts'
import { createQuiet, type Quiet, restoreModule, routesOf as restoreRoutes } from './restore/index.ts'
import { createSettings, type Settings, settingsModule } from './settings/index.ts'
import { openStore, type Storage } from './storage/index.ts'
import { fileMasterKey, type Keyring, openKeyring } from './storage/keyring/index.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Version of this software, as in its package. */
export const version: string = JSON.parse(readFileSync(join(here, '../package.json'), 'utf8')).version

/** All `store.ts` modules, in the order of their migrations. */
export const modules: readonly URL[] = [jobsModule, ...storeModules, settingsModule, restoreModule]

export interface ContextOptions {
  readonly config: Config
  readonly demo?: boolean
  /** Compares every answer with the contract. */
  readonly checkAnswers?: boolean
  readonly onFailure?: (thrown: unknown) => void
  /** The server's clock, milliseconds since 1970. */
  readonly now?: () => number
  /** A command or a test that opens the data alone: nobody waits behind its works, so they may take long. */
  readonly patient?: boolean
  /** The built console; `packages/console/dist` by default. */
  readonly consoleFolder?: string
}

export interface Context {
  readonly config: Config
  readonly storage: Storage
  readonly keyring: Keyring
  readonly people: People
  readonly live: Live
  readonly quiet: Quiet
  readonly settings: Settings
  readonly readiness: Readiness
  readonly app: App
  close(): Promise<void>
}

/** Builds everything once, by hand, in this order: storage, subjects, app. Nothing stays open when a part cannot be had. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const storage = await openStore(storageOf(options), modules)
  try {
    return await build(options, storage)
  } catch (error) {
    await storage.close()
    throw error
  }
}

async function build(options: ContextOptions, storage: Storage): Promise<Context> {
  const { config, demo = false } = options
  const clock = options.now && { now: options.now }
  const keyring = await openKeyring(config.keyring ?? config.data, {
    ...clock,
    ...(config.keyFile !== undefined && { master: fileMasterKey(config.keyFile, { make: true }) }),
  })
  const { store } = storage
  const live = createLive()
  const limits = createLimits()
  const quiet = createQuiet(config.data)
  const settings = createSettings(store)
  const readiness = new Readiness()
  readiness.add('database', async () => void (await storage.facts()))
  readiness.add('keyring', async () => void (await keyring.make('column', 'health')))
  const people = createPeople({ store, keyring, url: config.url })
  const routes = [
    ...peopleRoutes({ store, people, live, demo, platform: () => settings.get('platform.name') }),
    ...restoreRoutes({ store, quiet }),
  ]
  const app = createApp({
    urls: [config.url, ...(config.officerUrl === undefined ? [] : [config.officerUrl])],
    demo,
    identity: people.identity,
    routes,
    pages: [
      ...healthPages(readiness),
      ...signInPages({ store, limits }),
      ...consolePages(options.consoleFolder ?? join(here, '../../console/dist')),
      openapiPage(routes, config.url, version),
      metricsPage(metrics),
    ],
    trustProxy: config.trustProxy,
    limits,
    ...clock,
    ...(options.checkAnswers && { checkAnswers: true }),
    ...(options.onFailure && { onFailure: options.onFailure }),
  })
  return {
    config,
    storage,
    keyring,
    people,
    live,
    quiet,
    settings,
    readiness,
    app,
    async close() {
      live.close()
      await storage.close()
      keyring.close()
    },
  }
}

function storageOf({ config, now, patient }: ContextOptions): Parameters<typeof openStore>[0] {
  const common = {
    by: version,
    ...(now && { now }),
    ...(patient && { limits: { workMs: 10_000 } }),
    ...(config.diskFloor !== undefined && 'bytes' in config.diskFloor && { diskFloorBytes: config.diskFloor.bytes }),
  }
  return config.database === 'embedded'
    ? { kind: 'sqlite', folder: config.data, ...common }
    : { kind: 'postgres', url: config.database, blobs: join(config.data, 'blobs'), ...common }
}
