import {
  approveExchange,
  checkExchange,
  type ExchangeJson,
  getCaseFeedback,
  getExchangeReasons,
  getExchanges,
  pullExchange,
  putExchange,
  tellExchange,
  tellWaiting,
} from '@lamplighter/api'
import { onceOf, type Route, route } from '../../http/route.ts'
import { allStaff, doerOf, staffLabel } from '../../people/index.ts'
import type { Storage } from '../../storage/index.ts'
import { type Measures, NOTHING_DECIDED } from '../lists/measures.ts'
import type { Exchanges } from './service.ts'
import { APPROVAL_MS } from './store.ts'
import type { ExchangesTable, PullsTable } from './tables.ts'

/** The calls around exchanges (matching.md §11.2). None shows a hash or what signs in. */
export function exchangeRoutes({
  storage,
  exchanges,
  measures,
}: {
  readonly storage: Storage
  readonly exchanges: Exchanges
  readonly measures: Measures
}): Route[] {
  return [
    route(getExchanges, async ({ now }) => {
      const staff = await storage.store.read(allStaff, undefined)
      const numbers = new Map(staff.map(({ id, number }) => [id, staffLabel(number)]))
      const pushes = await exchanges.pushes()
      const measured = await measures.exchanges(now)
      const items = (await exchanges.all()).map((one): ExchangeJson => {
        const open = pushes.filter(({ exchange }) => exchange === one.exchange.id)
        const feedback = Object.fromEntries(open.map(({ state, count }) => [state, count]))
        const own = measured.get(one.exchange.id) ?? { coverage: null, worth: NOTHING_DECIDED }
        return { ...exchangeJson(one, (id) => numbers.get(id) ?? id), ...own, feedback }
      })
      return { body: { items } }
    }),
    route(putExchange, async (call) => {
      const { id } = call.params
      return { body: { id, ...(await exchanges.set(id, call.body, doerOf(call))) } }
    }),
    route(approveExchange, async (call) => {
      const { until } = await exchanges.approve(call.params.id, call.body.revision, doerOf(call), onceOf(call))
      return { body: { approvedUntil: until } }
    }),
    route(pullExchange, async (call) => ({
      body: await exchanges.pull(call.params.id, doerOf(call).name, onceOf(call)),
    })),
    route(tellExchange, async (call) => {
      const { entry: n, ...about } = call.body
      const { id: push, state } = await exchanges.tell({ exchange: call.params.id, n, ...about }, doerOf(call))
      return { body: { push, state } }
    }),
    route(tellWaiting, async (call) => {
      const { entry: n, list, case: number } = call.body
      const { id: push, state } = await exchanges.tellWaiting(
        { exchange: call.params.id, n, list, number },
        doerOf(call),
      )
      return { body: { push, state } }
    }),
    route(getCaseFeedback, async (call) => ({ body: await exchanges.offers(call.params.number, doerOf(call)) })),
    route(getExchangeReasons, async (call) => {
      const { entry: n, list, decision } = call.query
      const items = await exchanges.reasons({ exchange: call.params.id, n, list, decision }, doerOf(call))
      return { body: { items: items.map((one) => ({ ...one })) } }
    }),
    route(checkExchange, async (call) => ({ body: await exchanges.check(call.params.id) })),
  ]
}

function exchangeJson(
  { exchange, pull }: { readonly exchange: ExchangesTable; readonly pull: PullsTable | undefined },
  label: (staff: string) => string,
): Omit<ExchangeJson, 'feedback' | 'coverage' | 'worth'> {
  const { credentials_last4: last4, credentials_at: setAt } = exchange
  return {
    ...{ id: exchange.id, source: exchange.source, settings: JSON.parse(exchange.settings) },
    credentials: last4 === null || setAt === null ? null : { last4, setAt },
    ...{ lists: JSON.parse(exchange.lists), everyMs: exchange.every_ms, state: exchange.state },
    trouble: exchange.why === null ? null : JSON.parse(exchange.why),
    setBy: label(exchange.set_by),
    approvedBy: exchange.approved_by,
    approvedUntil: exchange.approved_at === null ? null : exchange.approved_at + APPROVAL_MS,
    revision: exchange.revision,
    nextAt: exchange.state === 'on' ? exchange.next_at : null,
    pulledAt: exchange.pulled_at,
    pull: pull === undefined ? null : pullJson(pull),
  }
}

const pullJson = (pull: PullsTable): ExchangeJson['pull'] => ({
  ...{ id: pull.id, state: pull.state, full: pull.is_full === 1, pages: pull.page, rows: pull.rows, bad: pull.bad },
  ...{ unmatched: JSON.parse(pull.unmatched), why: pull.why, startedAt: pull.started_at, endedAt: pull.ended_at },
})
