import {
  type BacktestResultJson,
  cancelJob,
  getBacktest,
  getBacktests,
  getDifferences,
  getJob,
  type RetroResultJson,
  startBacktest,
} from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { allStaff } from '../people/index.ts'
import { askerOf, labels, oneVersion, openReport } from '../policy/index.ts'
import type { Progress } from './progress.ts'
import { type RetroRouteServices, retroRoutes } from './retro-routes.ts'
import {
  addBacktest,
  backtestsOf,
  cancelBacktest,
  cancelRetro,
  differencesOf,
  lastChunk,
  oneBacktest,
  oneRetro,
} from './store.ts'
import type { BacktestsTable, RetrosTable } from './tables.ts'

export interface ReplayServices extends RetroRouteServices {
  readonly progress: Progress
}

/** The calls around backtests and retros (rules.md §8.2). */
export function routesOf(services: ReplayServices): Route[] {
  const { storage, registry, progress } = services
  const { store } = storage
  const job = (id: string) => (isRetro(id) ? store.read(oneRetro, id) : store.read(oneBacktest, id))
  const label = async () => labels(await store.read(allStaff, undefined))
  return [
    route(startBacktest, async (call) => {
      const { name, version } = call.params
      const { from, to = call.now, against } = call.body
      if (from > to) throw new AppError('invalid', 'from: expected an instant before "to".', { pointer: '/from' })
      const live = registry.live()
      const { rules } = registry.kept(await store.read(oneVersion, { name, version }))
      const other = against === 'live' ? live : registry.kept(await store.read(oneVersion, versionIn(against))).rules
      // One schema says what may be read of an event: two of them cannot be asked about the same past.
      if (rules.schemaText !== live.schemaText || other.schemaText !== live.schemaText)
        throw new AppError(
          'conflict',
          'The live version reads another schema of facts; upload this file again as a new version.',
        )
      const asker = askerOf(call.who)
      const wish = {
        ...{ name, version, hash: rules.hash, since: from, until: to },
        against: `${other.name}@${other.version}`,
        against_hash: other.hash,
        last: await store.read(lastChunk, undefined),
        by: asker.kind === 'staff' ? asker.id : 'operator',
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
      return { body: { ...aboutJson(row, await label()), result } }
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
      const { id } = call.params
      return { body: await store.tx(isRetro(id) ? cancelRetro : cancelBacktest, id, onceOf(call)) }
    }),
    ...retroRoutes(services),
  ]
}

type AnyJob = Pick<BacktestsTable | RetrosTable, 'id' | 'state' | 'result'>

const isRetro = (id: string): boolean => id.startsWith('rt_')
const isOpen = ({ state }: AnyJob): boolean => state === 'proposed' || state === 'waiting' || state === 'running'

function progressOf(row: AnyJob, progress: Progress) {
  const { events = 0 } = row.result === null ? {} : (JSON.parse(row.result) as BacktestResultJson | RetroResultJson)
  return progress.of(row.id) ?? { done: events, total: events, perSecond: 0, etaS: isOpen(row) ? null : 0 }
}

function aboutJson(row: BacktestsTable, label: (id: string) => string) {
  const { id, state, name, version, hash, against, since, until, by, at } = row
  return { id, state, name, version, hash, against, from: since, to: until, by: label(by), at }
}

function versionIn(against: string): { name: string; version: number } {
  const [name = '', version = ''] = against.split('@')
  return { name, version: Number(version) }
}
