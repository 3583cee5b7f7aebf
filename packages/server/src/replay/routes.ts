import {
  type BacktestResultJson,
  cancelJob,
  getBacktest,
  getBacktests,
  getDifferences,
  getJob,
  startBacktest,
} from '@lamplighter/api'
import { onceOf, type Route, route } from '../http/route.ts'
import { oneVersion, openReport } from '../policy/index.ts'
import { aboutRun, askedSpan, askedVersion, assertSameSchema, labelsOf } from './asked.ts'
import { backfillRoutes } from './backfill-routes.ts'
import type { Progress } from './progress.ts'
import { type RetroRouteServices, retroRoutes } from './retro-routes.ts'
import {
  addBacktest,
  BACKFILL,
  backtestsOf,
  cancelRun,
  differencesOf,
  isOpen,
  kindOf,
  lastChunk,
  oneBackfill,
  oneBacktest,
  oneRetro,
  oneUpload,
  RETRO,
  type Run,
} from './store.ts'
import type { BacktestsTable } from './tables.ts'
import { type UploadRouteServices, uploadJson, uploadRoutes } from './upload-routes.ts'

export interface ReplayServices extends RetroRouteServices, UploadRouteServices {
  readonly progress: Progress
}

/** The calls around backtests and retros (rules.md §8.2). */
export function routesOf(services: ReplayServices): Route[] {
  const { storage, registry, progress, uploads } = services
  const { store } = storage
  const job = (id: string): Promise<Run> => {
    const kind = kindOf(id)
    if (kind === RETRO) return store.read(oneRetro, id)
    return kind === BACKFILL ? store.read(oneBackfill, id) : store.read(oneBacktest, id)
  }
  const label = () => labelsOf(storage)
  return [
    route(startBacktest, async (call) => {
      const span = askedSpan(call.body, call.now)
      const { of } = await askedVersion(call, services)
      const { against } = call.body
      const live = registry.live()
      const other = against === 'live' ? live : registry.kept(await store.read(oneVersion, versionIn(against))).rules
      assertSameSchema(other, live)
      const wish = {
        ...of,
        ...span,
        against: `${other.name}@${other.version}`,
        against_hash: other.hash,
        last: await store.read(lastChunk, undefined),
        source: call.body.source,
        percent: call.body.sample?.percent ?? null,
        seed: call.body.sample?.seed ?? null,
      }
      return { body: await store.tx(addBacktest, wish, onceOf(call)) }
    }),
    route(getBacktests, async ({ params }) => {
      await store.read(oneVersion, params)
      const by = await label()
      return { body: { items: (await store.read(backtestsOf, params)).map((row) => aboutJson(row, by)) } }
    }),
    route(getBacktest, async ({ params, who }) => {
      const row = await store.read(oneBacktest, params.id)
      if (who.kind === 'staff' && row.result !== null) await store.tx(openReport, { hash: row.hash, staff: who.id })
      const result = row.result === null ? null : (JSON.parse(row.result) as BacktestResultJson)
      const upload = uploadJson(await store.read(oneUpload, row.id))
      return { body: { ...aboutJson(row, await label()), upload, result } }
    }),
    route(getDifferences, async ({ params, query }) => ({
      body: await store.read(differencesOf, { id: params.id, rule: query.rule, after: query.after ?? 0 }),
    })),
    route(getJob, async ({ params, query, signal }) => {
      const first = await job(params.id)
      if (isOpen(first) && query.wait !== undefined) await storage.wakeup.wait('backtests', query.wait * 1_000, signal)
      const row = await job(params.id)
      return { body: { state: row.state, progress: progressOf(row, progress) } }
    }),
    route(cancelJob, async (call) => {
      const body = await store.tx(cancelRun, call.params.id, onceOf(call))
      await uploads.forget(call.params.id)
      return { body }
    }),
    ...uploadRoutes(services),
    ...retroRoutes(services),
    ...backfillRoutes(services),
  ]
}

function progressOf(row: Run, progress: Progress) {
  const { events = 0 } = row.result === null ? {} : (JSON.parse(row.result) as { events?: number })
  return progress.of(row.id) ?? { done: events, total: events, perSecond: 0, etaS: isOpen(row) ? null : 0 }
}

function aboutJson(row: BacktestsTable, label: (id: string) => string) {
  const { against, since, until, source } = row
  return { ...aboutRun(row, label), source, against, from: since, to: until }
}

function versionIn(against: string): { name: string; version: number } {
  const [name = '', version = ''] = against.split('@')
  return { name, version: Number(version) }
}
