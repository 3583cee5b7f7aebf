import { type Code, codes, type Endpoint, isCode } from '@lamplighter/api'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from './http/app.ts'
import { principalOf } from './http/gate.ts'
import { createLimits, Slots } from './http/limits.ts'
import { Turns } from './http/once.ts'
import type { Route } from './http/route.ts'
import { StorageError, type Store } from './storage/index.ts'
import { sqlite } from './storage/testing/engines.ts'
import { type GoodCall, goodCalls, Makes, openTown, type Town } from './testing/good-calls.ts'
import { type Answered, freshId, type House, openHouse } from './testing/house.ts'
import { CANARY, type Callers, declaredBy, filled, Seen, type Sent, send, whoMay } from './testing/refusals.ts'
import { operatorDoer } from './testing/server.ts'
import { type State, statesOf } from './testing/states.ts'

const seen = new Seen()

/** In demo mode, where a touch is given. */
let house: House
let town: Town
let make: Makes
let good: Record<string, () => Promise<GoodCall>>
let callers: Callers
let strange: { authorization: string }
/** Without a demo, so that nobody can give a touch, and without rules. */
let young: House
let youngCallers: Callers
let served: readonly Endpoint[]
let states: readonly State[]

beforeAll(async () => {
  house = await openHouse({ engine: sqlite, demo: true })
  town = await openTown(house)
  make = new Makes(town, CANARY)
  good = goodCalls(town, make, CANARY)
  const { reviewer, lead, admin, legal } = town
  callers = {
    platform: house.credentials,
    staff: {
      reviewer: reviewer.credentials,
      lead: lead.credentials,
      admin: admin.credentials,
      legal: legal.credentials,
    },
  }
  const wish = { name: 'strange', connection: 'main', scopes: ['metrics'] as const, days: 300, doer: operatorDoer }
  strange = { authorization: `Bearer ${(await house.context.people.newKey(wish)).key}` }
  young = await openHouse({ engine: sqlite, rules: null, bare: true })
  youngCallers = {
    platform: young.credentials,
    staff: {
      lead: (await young.person('lead')).credentials,
      admin: (await young.person('admin')).credentials,
      legal: (await young.person('legal')).credentials,
    },
  }
  const lookAs: State = ['lookAs', 'not_found', () => young.visit('POST', '/v1/me/look-as', { body: { role: 'lead' } })]
  states = [lookAs, ...statesOf(town, make, CANARY)]
  served = house.context.app.routes.map(({ endpoint }) => endpoint)
})
afterAll(() => Promise.all([house.close(), young.close()]))

const call = (endpoint: Endpoint, sent: Sent = {}) =>
  send(house, endpoint, { who: whoMay(endpoint.act, callers), ...sent })
const declaring = (code: Code) => served.filter((endpoint) => declaredBy(endpoint).includes(code))

/** The same calls with other parts around them, or with another end. */
function appWith(
  parts: { limits?: ReturnType<typeof createLimits>; slots?: Slots; turns?: Turns },
  handle?: Route['handle'],
) {
  return createApp({
    urls: [house.context.config.url],
    demo: true,
    identity: house.context.people.identity,
    routes: house.context.app.routes.map((one) => (handle === undefined ? one : { ...one, handle })),
    pages: [],
    now: () => house.clock.now,
    ...parts,
  })
}

async function whileStore<T>(broken: Partial<Pick<Store, 'tx' | 'read'>>, run: () => Promise<T>): Promise<T> {
  const { store } = house.context.storage
  Object.assign(store, broken)
  try {
    return await run()
  } finally {
    for (const name of Object.keys(broken)) Reflect.deleteProperty(store, name)
  }
}
const failing = (code: ConstructorParameters<typeof StorageError>[0]) => () =>
  Promise.reject(new StorageError(code, CANARY))

const goodCallOf = async (endpoint: Endpoint): Promise<GoodCall> =>
  (await good[endpoint.id]?.()) ?? { path: endpoint.path }
const whenNotWritten = (code: 'storage_full' | 'commit_unknown') => async (endpoint: Endpoint) => {
  const sent = await goodCallOf(endpoint)
  return whileStore({ tx: failing(code) }, () => call(endpoint, sent))
}
/** Fits nowhere. */
const LONG = 'X'.repeat(300)

/** What a call is refused by its shape alone, or by the state of the house. */
const generated: Partial<Record<Code, (endpoint: Endpoint) => Promise<Answered>>> = {
  malformed: (endpoint) => call(endpoint, { path: `${filled(endpoint)}?${CANARY}=1&${CANARY}=2` }),
  unauthenticated: (endpoint) => call(endpoint, { who: { authorization: `Bearer ${CANARY}` } }),
  forbidden: (endpoint) => call(endpoint, { who: strange }),
  method_not_allowed(endpoint) {
    const taken = served.filter(({ path }) => path === endpoint.path).map(({ method }) => method.toUpperCase())
    const method = ['PATCH', 'PUT', 'DELETE', 'POST'].find((one) => !taken.includes(one))
    return call(endpoint, { method: method ?? expect.fail(endpoint.path) })
  },
  wrong_host: (endpoint) => call(endpoint, { who: {}, headers: { host: `${CANARY}.example` } }),
  async rate_limited(endpoint) {
    const limits = createLimits()
    const who = whoMay(endpoint.act, callers)
    const url = new URL(filled(endpoint), house.context.config.url)
    const request = new Request(url, { headers: who === 'operator' ? {} : who })
    const { now } = house.clock
    limits.spend(await principalOf(request, url, house.context.people.identity, now), endpoint.act, '', 1e9, now)
    return call(endpoint, { who, app: appWith({ limits }) })
  },
  overloaded: (endpoint) => call(endpoint, { app: appWith({ slots: new Slots(0) }) }),
  async internal(endpoint) {
    const app = appWith({}, () => Promise.reject(new Error(CANARY)))
    return call(endpoint, { ...(await goodCallOf(endpoint)), app })
  },
  async storage_unavailable(endpoint) {
    const sent = await goodCallOf(endpoint)
    const away = failing('storage_unavailable')
    return whileStore({ read: away, tx: away }, () => call(endpoint, sent))
  },
  storage_full: whenNotWritten('storage_full'),
  commit_unknown: whenNotWritten('commit_unknown'),
  not_found: (endpoint) => call(endpoint, { path: filled(endpoint, LONG) }),
  invalid(endpoint) {
    const { shape = {} } = endpoint.query as { shape?: object }
    const query = Object.keys(shape)
      .slice(0, 4)
      .map((name) => `${name}=${LONG}`)
    return call(endpoint, query.length > 0 ? { path: `${filled(endpoint)}?${query.join('&')}` } : { body: '[]' })
  },
  async too_large(endpoint) {
    // Events of earlier calls wait to be judged, and their clock was moved on: too old a backlog would be refused before anything is read.
    if (endpoint.id === 'events') await house.follow()
    const bytes = 1 + Math.max(...house.context.app.routes.map((one) => (one.endpoint === endpoint ? one.maxBytes : 0)))
    const { path, headers } = endpoint.takes === undefined ? { path: filled(endpoint) } : await goodCallOf(endpoint)
    // Where the length is believed, nothing has to be sent.
    const body = endpoint.id === 'putMedia' ? new Uint8Array(bytes) : `{"${CANARY}`
    return call(endpoint, { path, body, headers: { ...headers, 'content-length': String(bytes) } })
  },
  unsupported_type: (endpoint) => call(endpoint, { body: CANARY, headers: { 'content-type': `text/${CANARY}` } }),
  idempotency_key_required: (endpoint) => call(endpoint, { headers: { 'idempotency-key': '' } }),
  async idempotency_mismatch(endpoint) {
    const sent = await goodCallOf(endpoint)
    const headers = { ...sent.headers, 'idempotency-key': freshId() }
    const first = await call(endpoint, { ...sent, headers })
    expect([endpoint.id, first.status, first.text]).toEqual([endpoint.id, endpoint.status, first.text])
    const again = await call(endpoint, { ...sent, headers })
    expect([endpoint.id, again.status]).toEqual([endpoint.id, first.status])
    expect([endpoint.id, again.text]).toEqual([endpoint.id, first.text])
    const body = JSON.stringify({ ...JSON.parse(String(sent.body)), [CANARY]: CANARY })
    return call(endpoint, { ...sent, body, headers })
  },
  async in_progress(endpoint) {
    const sent = await goodCallOf(endpoint)
    const headers = { ...sent.headers, 'idempotency-key': freshId() }
    const first = Promise.withResolvers<{ body: object }>()
    const app = appWith({ turns: new Turns(5) }, () => first.promise)
    const running = call(endpoint, { ...sent, headers, app })
    await new Promise((resolve) => setTimeout(resolve, 1))
    const second = await call(endpoint, { ...sent, headers, app })
    first.resolve({ body: {} })
    await running
    return second
  },
  precondition_required: (endpoint) => call(endpoint, { headers: { 'if-match': '' } }),
  not_ready: async (endpoint) =>
    send(young, endpoint, {
      who: endpoint.act.startsWith('rules.') ? 'operator' : young.credentials,
      ...(await goodCallOf(endpoint)),
    }),
  fresh_passkey_required: (endpoint) =>
    send(young, endpoint, { who: whoMay(endpoint.act, youngCallers), path: filled(endpoint) }),
}

describe('platform P-14: every refusal of every call', () => {
  test.each(Object.keys(generated).filter(isCode))(
    '%s',
    async (code) => {
      const own = new Set(states.filter(([, named]) => named === code).map(([id]) => id))
      const shaped = declaring(code).filter(({ id }) => !own.has(id))
      expect(shaped.length).toBeGreaterThan(0)
      // Time goes by with each call: what came before must not become a backlog.
      await house.follow()
      for (const endpoint of shaped) {
        house.clock.now += 1_000
        seen.add(endpoint, code, await (generated[code] ?? call)(endpoint))
      }
    },
    120_000,
  )

  test('those that depend on how things stand', async () => {
    // So many calls have come that what the first of them brought would be a backlog by now.
    await house.follow()
    for (const [id, code, provoke] of states) {
      house.clock.now += 1_000
      const endpoint = served.find((one) => one.id === id)
      if (endpoint === undefined) throw new Error(`nothing serves ${id}`)
      seen.add(endpoint, code, await provoke())
    }
  }, 120_000)

  test('every one that is declared was provoked, and every code is declared somewhere', () => {
    expect(seen.missing(served)).toEqual([])
    expect(Object.keys(codes).filter((code) => isCode(code) && declaring(code).length === 0)).toEqual([])
  })

  test('no call answered what it does not declare', () => {
    expect([house.failures, young.failures]).toEqual([[], []])
  })
})
