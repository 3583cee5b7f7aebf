import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type App, createApp } from '../http/app.ts'
import type { Identity } from '../http/gate.ts'
import type { Principal } from '../http/principal.ts'
import { routesOf } from './routes.ts'
import { takeAppeal } from './testing/acts.store.ts'
import { TestOutbox } from './testing/outbox.ts'

let box: TestOutbox
let app: App
const admin: Principal = { kind: 'staff', id: 'st_1', number: 1, roles: ['admin'], session: 'se_1' }
const identity: Identity = {
  session: async () => admin,
  key: async (bearer) => ({ kind: 'key', id: 'key_1', connection: bearer, scopes: ['actions', 'appeals'] }),
}

beforeEach(async () => {
  box = await TestOutbox.open(['remove'])
  const services = {
    store: box.store,
    wakeup: box.wakeup,
    meansFor: box.meansFor.bind(box),
    receiveAppeal: takeAppeal,
    now: () => box.now(),
    chance: () => 0.5,
  }
  app = createApp({
    urls: ['http://localhost:4100'],
    demo: true,
    identity,
    routes: routesOf(services),
    pages: [],
    checkAnswers: true,
    onFailure: (thrown) => console.error(thrown),
  })
})
afterEach(() => box.close())

let count = 0
async function call(method: string, path: string, by: { key?: string; body?: unknown } = {}) {
  const answer = await app.fetch(
    new Request(`http://localhost:4100${path}`, {
      method,
      headers: {
        ...(by.key === undefined ? { cookie: '__Host-lamplighter=good' } : { authorization: `Bearer ${by.key}` }),
        'sec-fetch-site': 'same-origin',
        'content-type': 'application/json',
        'idempotency-key': `k${count++}`,
      },
      ...(by.body === undefined ? {} : { body: JSON.stringify(by.body) }),
    }),
  )
  return { status: answer.status, body: JSON.parse(await answer.text()) }
}

describe('connections in Settings', () => {
  test('a new endpoint shows its secret once, and only its last four characters ever after', async () => {
    const body = { name: 'labels', kind: 'webhook', url: 'https://hook.example/x', does: ['label', 'unlabel'] }
    const made = await call('POST', '/v1/connections', { body })
    expect(made.body.secret).toMatch(/^whsec_/)
    const listed = await call('GET', '/v1/connections')
    const row = listed.body.items.find((one: { id: string }) => one.id === made.body.id)
    expect(row).toMatchObject({ name: 'labels', state: 'active', waiting: 0, does: ['label', 'unlabel'] })
    expect(made.body.secret.replace(/=+$/, '')).toMatch(new RegExp(`${row.secretLast4.replace('+', '\\+')}$`))
    expect(JSON.stringify(listed.body)).not.toContain(made.body.secret)
    expect((await call('POST', '/v1/connections', { body })).body.code).toBe('conflict')
  })

  test('an address without TLS, with a user name, with a fragment, or none at all is refused', async () => {
    const wrong = [
      'http://hook.example/',
      'ftp://hook.example/',
      'https://a:b@hook.example/',
      'https://hook.example/#x',
      undefined,
    ]
    for (const url of wrong) {
      const body = { name: 'x', kind: 'webhook', does: ['remove'], ...(url === undefined ? {} : { url }) }
      expect(await call('POST', '/v1/connections', { body })).toMatchObject({ status: 422, body: { code: 'invalid' } })
    }
  })

  test('pause, test while paused, resume, test, rotate, and what came of it', async () => {
    const path = `/v1/connections/${box.connection}`
    await call('POST', `${path}/pause`, { body: { reason: 'maintenance' } })
    expect((await call('GET', '/v1/connections')).body.items[0]).toMatchObject({
      state: 'paused',
      pausedWhy: 'maintenance',
    })
    expect((await call('POST', `${path}/test`, { body: {} })).status).toBe(409)
    await call('POST', `${path}/resume`, { body: {} })
    box.receiver.behave = (answer) => answer.writeHead(500).end('<b>no</b>')
    const sent = await call('POST', `${path}/test`, { body: {} })
    await box.deliver()
    const { items } = (await call('GET', `${path}/deliveries`)).body
    expect(items).toMatchObject([
      {
        id: sent.body.delivery,
        type: 'ping',
        state: 'waiting',
        attempts: [{ status: 500, error: null, answer: '<b>no</b>' }],
      },
    ])
    expect((await call('POST', `${path}/rotate`, { body: {} })).body.secret).toMatch(/^whsec_/)
  })

  test('deliveries are listed newest first, by state and page by page; replay and cancel are for what is open', async () => {
    const actions = [await box.ask('remove'), await box.ask('remove', { account: 'u18' })]
    expect(actions).toHaveLength(2)
    await box.deliver()
    const path = `/v1/connections/${box.connection}/deliveries`
    const first = (await call('GET', `${path}?limit=1`)).body.items[0]
    const rest = (await call('GET', `${path}?limit=1&before=${first.id}`)).body.items
    expect(rest[0].id < first.id).toBe(true)
    expect((await call('GET', `${path}?state=parked`)).body.items).toEqual([])
    const cancel = await call('POST', `/v1/deliveries/${first.id}/cancel`, { body: { reason: 'no' } })
    expect(cancel.body.code).toBe('conflict')
    await call('POST', `/v1/deliveries/${first.id}/replay`, { body: {} })
    await box.deliver()
    expect(box.receiver.calls.filter((one) => one.id === first.webhookId)).toHaveLength(2)
    expect(JSON.stringify(first)).not.toContain('u18')
  })
})

describe('a platform that polls', () => {
  const poll = (query = '') => call('GET', `/v1/actions${query}`, { key: 'polling' })
  const ack = (id: string, body: object) => call('POST', `/v1/actions/${id}/ack`, { key: 'polling', body })
  beforeEach(async () => {
    await box.add({ name: 'polling', kind: 'poll', url: null, does: ['label'] })
  })

  test('gets what the webhook would say, and each row until it says that it was carried out', async () => {
    const action = await box.ask('label', { what: 'spam' })
    const first = await poll()
    expect(first.body.items).toMatchObject([
      {
        type: 'action.requested',
        data: { action, do: 'label', what: 'spam', recorded: { promise: expect.any(String) } },
      },
    ])
    const [{ id }] = first.body.items
    expect((await poll()).body.items).toHaveLength(1)
    expect((await poll(`?after=${first.body.next}`)).body.items).toEqual([])
    expect((await ack(id, { ok: true })).body).toEqual({ state: 'delivered' })
    expect((await ack(id, { ok: true })).body).toEqual({ state: 'delivered' })
    expect((await poll()).body.items).toEqual([])
    expect((await box.all()).records.filter(({ kind }) => kind === 3)).toHaveLength(1)
  })

  test('gets the actions of one account one after the other, and a refused one again later', async () => {
    await box.ask('label', { what: 'a' })
    await box.ask('label', { what: 'b' })
    const [first] = (await poll()).body.items
    expect(first.data.what).toBe('a')
    expect((await ack(first.id, { ok: false, code: 'busy', text: 'later' })).body).toEqual({ state: 'waiting' })
    expect((await poll()).body.items).toEqual([])
    await box.pass(6)
    expect((await poll()).body.items[0].id).toBe(first.id)
    await ack(first.id, { ok: true })
    expect((await poll()).body.items.map((one: { data: { what: string } }) => one.data.what)).toEqual(['b'])
  })

  test('gets a row again that it did not acknowledge in five minutes, and may still say so late', async () => {
    await box.ask('label')
    const { items, next } = (await poll()).body
    await box.pass(301, 301)
    expect((await poll(`?after=${next}`)).body.items).toEqual([])
    expect((await box.all()).outbox[0]).toMatchObject({ state: 'waiting', fails: 1 })
    expect((await ack(items[0].id, { ok: true })).body).toEqual({ state: 'delivered' })
  })

  test('waits for something to do and hears of it at once', async () => {
    const waiting = poll('?wait=5')
    await box.ask('label')
    expect((await waiting).body.items).toHaveLength(1)
  })

  test('is no webhook endpoint, and acknowledges nothing that it was not offered', async () => {
    expect((await call('GET', '/v1/actions', { key: 'main' })).body.code).toBe('conflict')
    await box.ask('label')
    const [row] = (await box.all()).outbox
    expect((await ack(row?.webhook_id ?? '', { ok: true })).status).toBe(404)
    expect((await poll('?after=x')).body.code).toBe('invalid')
  })
})

test('an appeal handed in by the platform is answered with its number and promise, and once only', async () => {
  const { notice } = await box.notify()
  const body = { notice, text: 'It was a joke.' }
  const first = await call('POST', '/v1/appeals', { key: 'main', body })
  expect(first).toMatchObject({
    status: 201,
    body: { id: expect.stringMatching(/^apl_/), recorded: { record: expect.any(String) } },
  })
  expect((await call('POST', '/v1/appeals', { key: 'main', body })).body.code).toBe('already_decided')
})
