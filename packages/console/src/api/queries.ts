import {
  getBackfill,
  getBackfills,
  getBacktest,
  getBacktests,
  getCase,
  getCaseFeedback,
  getConnections,
  getDeliveries,
  getDifferences,
  getEntries,
  getEntryActs,
  getExceptions,
  getExchangeReasons,
  getExchanges,
  getJob,
  getKeys,
  getLanes,
  getList,
  getLists,
  getListVersions,
  getListWorth,
  getLog,
  getMe,
  getPeople,
  getPolicies,
  getRetention,
  getRetro,
  getRetros,
  getRuleHits,
  getRuleset,
  getRulesets,
  getRulesetVersion,
  getShadowReport,
  getSwitches,
  type OutboxState,
} from '@lamplighter/api'
import { infiniteQueryOptions, QueryClient, queryOptions } from '@tanstack/react-query'
import type { z } from 'zod'
import { call } from './client.ts'
import { noteSignedIn } from './session.ts'

export const queryClient = new QueryClient({
  defaultOptions: {
    // Freshness comes from the live stream; whether the server can be reached is judged in `reach.ts`.
    queries: { retry: false, staleTime: 30_000, networkMode: 'always', refetchOnWindowFocus: true },
    mutations: { retry: false, networkMode: 'always' },
  },
})

export const meQuery = queryOptions({
  queryKey: ['me'],
  queryFn: async ({ signal }) => {
    const me = await call(getMe, { signal })
    noteSignedIn()
    return me
  },
})

export const lanesQuery = queryOptions({ queryKey: ['lanes'], queryFn: ({ signal }) => call(getLanes, { signal }) })

export const caseQuery = (number: number) =>
  queryOptions({
    queryKey: ['case', number],
    queryFn: ({ signal }) => call(getCase, { params: { number }, signal }),
    staleTime: 5_000,
  })

export const peopleQuery = queryOptions({ queryKey: ['people'], queryFn: ({ signal }) => call(getPeople, { signal }) })
export const keysQuery = queryOptions({ queryKey: ['keys'], queryFn: ({ signal }) => call(getKeys, { signal }) })
export const listsQuery = queryOptions({
  queryKey: ['lists'],
  queryFn: ({ signal }) => call(getLists, { signal }),
  // The bar of an import moves while somebody looks; nothing tells of every row.
  refetchInterval: ({ state }) => (state.data !== undefined && state.data.importing.length > 0 ? 1_000 : false),
})
export const listQuery = (id: string) =>
  queryOptions({ queryKey: ['lists', id], queryFn: ({ signal }) => call(getList, { params: { id }, signal }) })
export const listVersionsQuery = (id: string) =>
  queryOptions({
    queryKey: ['lists', id, 'versions'],
    queryFn: ({ signal }) => call(getListVersions, { params: { id }, signal }),
  })
export const listWorthQuery = (id: string) =>
  queryOptions({
    queryKey: ['lists', id, 'hits'],
    queryFn: ({ signal }) => call(getListWorth, { params: { id }, signal }),
  })
export const exceptionsQuery = (list: string) =>
  queryOptions({
    queryKey: ['lists', list, 'exceptions'],
    queryFn: ({ signal }) => call(getExceptions, { query: { list }, signal }),
  })
export const exchangesQuery = queryOptions({
  queryKey: ['exchanges'],
  queryFn: ({ signal }) => call(getExchanges, { signal }),
  // A pull that runs is seen to go on.
  refetchInterval: ({ state }) => (state.data?.items.some(({ pull }) => pull?.state === 'running') ? 2_000 : false),
})
/** Asked again while something is on its way, and until a decision can be told. */
export const feedbackQuery = (number: number) =>
  queryOptions({
    queryKey: ['feedback', number],
    queryFn: ({ signal }) => call(getCaseFeedback, { params: { number }, signal }),
    refetchInterval: ({ state: { data } }) => {
      const told = [
        ...(data?.matches.flatMap(({ said, unsaid, waiting }) => [said, unsaid, waiting]) ?? []),
        ...(data?.own.flatMap(({ exchanges }) => exchanges.flatMap((one) => [one.shared, one.unshared])) ?? []),
      ]
      const isMoving = told.some((one) => one?.state === 'waiting' || one?.state === 'sending')
      return data?.stands === 'open' || isMoving ? 2_000 : false
    },
    staleTime: 5_000,
  })
/** The exchange is asked for them each time. */
export const reasonsQuery = (about: { id: string; list: string; entry: number; decision: string }) =>
  queryOptions({
    queryKey: ['reasons', about],
    queryFn: ({ signal }) => {
      const { id, ...query } = about
      return call(getExchangeReasons, { params: { id }, query, signal })
    },
  })
export const entryActsQuery = queryOptions({
  queryKey: ['lists', 'acts'],
  queryFn: ({ signal }) => call(getEntryActs, { signal }),
})
/** Entries of a list, page after page. */
export const entriesQuery = (id: string) =>
  infiniteQueryOptions({
    queryKey: ['lists', id, 'entries'],
    queryFn: ({ signal, pageParam }) => call(getEntries, { params: { id }, query: { after: pageParam }, signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
  })
export const logQuery = queryOptions({ queryKey: ['log'], queryFn: ({ signal }) => call(getLog, { signal }) })
export const rulesetsQuery = queryOptions({
  queryKey: ['rulesets'],
  queryFn: ({ signal }) => call(getRulesets, { signal }),
})
export const rulesetQuery = (name: string) =>
  queryOptions({
    queryKey: ['rulesets', name],
    queryFn: ({ signal }) => call(getRuleset, { params: { name }, signal }),
  })
export const ruleHitsQuery = (name: string) =>
  queryOptions({
    queryKey: ['rulesets', name, 'hits'],
    queryFn: ({ signal }) => call(getRuleHits, { params: { name }, signal }),
    staleTime: 60_000,
  })
export const versionQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['rulesets', name, version],
    queryFn: ({ signal }) => call(getRulesetVersion, { params: { name, version }, signal }),
    staleTime: 5_000,
  })
/** Asking for it is noted as having opened it. */
export const shadowReportQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['rulesets', name, version, 'shadow'],
    queryFn: ({ signal }) => call(getShadowReport, { params: { name, version }, signal }),
    staleTime: 5_000,
  })
export const backtestsQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['backtests', name, version],
    queryFn: ({ signal }) => call(getBacktests, { params: { name, version }, signal }),
    staleTime: 5_000,
  })
const isUnderWay = (state: string | undefined): boolean =>
  state === 'collecting' || state === 'waiting' || state === 'running'
/** Asked again while it is under way. Reading a result is noted as having opened it. */
export const backtestQuery = (id: string) =>
  queryOptions({
    queryKey: ['backtest', id],
    queryFn: ({ signal }) => call(getBacktest, { params: { id }, signal }),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.state) ? 1_000 : false),
  })
export const retrosQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['retros', name, version],
    queryFn: ({ signal }) => call(getRetros, { params: { name, version }, signal }),
    staleTime: 5_000,
  })
/** Asked again while it is under way. */
export const retroQuery = (id: string) =>
  queryOptions({
    queryKey: ['retro', id],
    queryFn: ({ signal }) => call(getRetro, { params: { id }, signal }),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.state) ? 1_000 : false),
  })
export const backfillsQuery = (name: string, version: number) =>
  queryOptions({
    queryKey: ['backfills', name, version],
    queryFn: ({ signal }) => call(getBackfills, { params: { name, version }, signal }),
    staleTime: 5_000,
  })
/** Asked again while it is under way. */
export const backfillQuery = (id: string) =>
  queryOptions({
    queryKey: ['backfill', id],
    queryFn: ({ signal }) => call(getBackfill, { params: { id }, signal }),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.state) ? 1_000 : false),
  })
export const jobQuery = (id: string) =>
  queryOptions({
    queryKey: ['job', id],
    queryFn: ({ signal }) => call(getJob, { params: { id }, query: {}, signal }),
    refetchInterval: ({ state }) => (isUnderWay(state.data?.state) ? 500 : false),
    staleTime: 0,
  })
export const differencesQuery = (id: string, rule: string) =>
  infiniteQueryOptions({
    queryKey: ['differences', id, rule],
    queryFn: ({ signal, pageParam }) =>
      call(getDifferences, { params: { id }, query: { rule, after: pageParam }, signal }),
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next,
  })
export const policiesQuery = queryOptions({
  queryKey: ['policies'],
  queryFn: ({ signal }) => call(getPolicies, { signal }),
})
export const retentionQuery = queryOptions({
  queryKey: ['retention'],
  queryFn: ({ signal }) => call(getRetention, { signal }),
})
export const switchesQuery = queryOptions({
  queryKey: ['switches'],
  queryFn: ({ signal }) => call(getSwitches, { signal }),
})
export const connectionsQuery = queryOptions({
  queryKey: ['connections'],
  queryFn: ({ signal }) => call(getConnections, { signal }),
})
export const deliveriesQuery = (id: string, state: z.infer<typeof OutboxState> | undefined) =>
  queryOptions({
    queryKey: ['deliveries', id, state ?? 'all'],
    queryFn: ({ signal }) =>
      call(getDeliveries, { params: { id }, query: { limit: 20, ...(state && { state }) }, signal }),
  })
