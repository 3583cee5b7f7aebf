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
import {
  createPeople,
  type People,
  routesOf as peopleRoutes,
  processSealer,
  signInPages,
  storeModules,
} from './people/index.ts'
import { openStore, type Storage } from './storage/index.ts'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Version of this software, as in its package. */
export const version: string = JSON.parse(readFileSync(join(here, '../package.json'), 'utf8')).version

/** All `store.ts` modules, in the order of their migrations. */
export const modules: readonly URL[] = [...storeModules]

export interface ContextOptions {
  readonly config: Config
  readonly demo?: boolean
  /** Compares every answer with the contract. */
  readonly checkAnswers?: boolean
  readonly onFailure?: (thrown: unknown) => void
  /** The server's clock, milliseconds since 1970. */
  readonly now?: () => number
  /** The built console; `packages/console/dist` by default. */
  readonly consoleFolder?: string
}

export interface Context {
  readonly config: Config
  readonly storage: Storage
  readonly people: People
  readonly live: Live
  readonly readiness: Readiness
  readonly app: App
  close(): Promise<void>
}

/** Builds everything once, by hand, in this order: storage, subjects, app. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const { config, demo = false } = options
  const storage = await openStore(
    { kind: 'sqlite', folder: config.data, by: version, ...(options.now && { now: options.now }) },
    modules,
  )
  const { store } = storage
  const live = createLive()
  const limits = createLimits()
  const readiness = new Readiness()
  readiness.add('database', async () => {
    await storage.facts()
    return undefined
  })
  const people = createPeople({ store, sealer: processSealer(), url: config.url })
  const routes = [...peopleRoutes({ store, people, live, demo, platform: 'Lamplighter' })]
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
    ...(options.now && { now: options.now }),
    ...(options.checkAnswers && { checkAnswers: true }),
    ...(options.onFailure && { onFailure: options.onFailure }),
  })
  return {
    config,
    storage,
    people,
    live,
    readiness,
    app,
    async close() {
      live.close()
      await storage.close()
    },
  }
}
