import { type Act, endpoint, Nothing, type Repeat, type Scope } from '@lamplighter/api'
import { describe, expect, it } from 'vitest'
import { openLog } from '../log.ts'
import { StorageError } from '../storage/index.ts'
import { createApp } from './app.ts'
import { AppError, jitter } from './errors.ts'
import type { Identity } from './gate.ts'
import { healthPages, Readiness } from './health.ts'
import { addressGroup, Buckets, createLimits, Slots } from './limits.ts'
import { Turns } from './once.ts'
import { type Route, route } from './route.ts'

const identity: Identity = {
  session: async () => ({ kind: 'nobody' }),
  key: async (bearer) => ({ kind: 'key', id: bearer, connection: 'main', scopes: [bearer as Scope] }),
}

const callOf = (act: Act, path: `/${string}`, handle: () => Promise<void>, repeat: Repeat = 'own'): Route =>
  route(
    endpoint({
      id: act,
      method: 'post',
      path,
      act,
      summary: '',
      params: Nothing,
      query: Nothing,
      body: Nothing,
      status: 200,
      answer: Nothing,
      repeat,
      codes: [],
    }),
    async () => {
      await handle()
      return { body: {} }
    },
  )

const appOf = (routes: readonly Route[], slots = new Slots(), readiness = new Readiness()) =>
  createApp({ urls: ['http://localhost:4100'], demo: false, identity, routes, slots, pages: healthPages(readiness) })

const post = (app: ReturnType<typeof appOf>, path: string, scope: Scope, more: Record<string, string> = {}) =>
  app.fetch(
    new Request(`http://localhost:4100${path}`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${scope}`, ...more },
    }),
  )

describe('platform P-13: pressure', () => {
  const failing: [string, Error, number, string, [number, number]][] = [
    ['writer queue full', new StorageError('busy', 'x'), 503, 'overloaded', [1, 5]],
    ['disk floor', new StorageError('storage_full', 'x'), 503, 'storage_full', [30, 30]],
    ['database away', new StorageError('storage_unavailable', 'x'), 503, 'storage_unavailable', [5, 5]],
    ['commit unknown', new StorageError('commit_unknown', 'x'), 503, 'commit_unknown', [5, 5]],
    [
      'too many unread',
      new AppError('backlog_full', 'x', { retryAfterS: jitter(10, 60) }),
      503,
      'backlog_full',
      [10, 60],
    ],
  ]
  it.each(failing)('%s', async (_, error, status, code, [least, most]) => {
    const app = appOf([
      callOf('events.send', '/v1/events', async () => {
        throw error
      }),
      callOf('reports.send', '/v1/reports', async () => undefined),
    ])
    const answer = await post(app, '/v1/events', 'events')
    expect([answer.status, ((await answer.json()) as { code: string }).code]).toEqual([status, code])
    const wait = Number(answer.headers.get('retry-after'))
    expect(wait).toBeGreaterThanOrEqual(least)
    expect(wait).toBeLessThanOrEqual(most)
    expect((await post(app, '/v1/reports', 'reports')).status).toBe(200)
  })

  it('all slots of screen and events taken: they get 503, a report and health still pass', async () => {
    const gate = Promise.withResolvers<void>()
    const app = appOf(
      [
        callOf('screen.send', '/v1/screen', () => gate.promise),
        callOf('events.send', '/v1/events', () => gate.promise),
        callOf('reports.send', '/v1/reports', async () => undefined),
      ],
      new Slots(8),
    )
    const held = [...Array(3)].flatMap(() => [post(app, '/v1/screen', 'screen'), post(app, '/v1/events', 'events')])
    await new Promise((resolve) => setTimeout(resolve, 20))
    for (const name of ['screen', 'events'] as const) {
      const answer = await post(app, `/v1/${name}`, name)
      expect([answer.status, Number(answer.headers.get('retry-after')) > 0]).toEqual([503, true])
    }
    expect((await post(app, '/v1/reports', 'reports')).status).toBe(200)
    expect((await app.fetch(new Request('http://localhost:4100/health/ready'))).status).toBe(200)
    gate.resolve()
    expect((await Promise.all(held)).map((answer) => answer.status)).toEqual(Array(6).fill(200))
    expect((await post(app, '/v1/screen', 'screen')).status).toBe(200)
  })

  it('a key over its rate gets 429 with the time until there is room; another key does not notice', () => {
    const limits = createLimits()
    const key = (id: string) => ({ kind: 'key' as const, id, connection: 'main', scopes: ['screen' as const] })
    for (let n = 0; n < 1000; n++) limits.spend(key('a'), 'screen.send', '', 1, 0)
    expect(() => limits.spend(key('a'), 'screen.send', '', 1, 0)).toThrow(
      expect.objectContaining({ code: 'rate_limited', extra: { retryAfterS: 1 } }),
    )
    limits.spend(key('b'), 'screen.send', '', 1, 0)
    limits.spend(key('a'), 'reports.send', '', 1, 0)
    limits.spend(key('a'), 'screen.send', '', 1, 2)
  })
})

describe('a proxy that nobody declared', () => {
  it('is warned of once, without an address; one that was declared is not', async () => {
    const lines: string[] = []
    openLog('warn', { write: (line) => void lines.push(line) })
    try {
      const from = async (trustProxy: readonly string[]) => {
        const app = createApp({
          urls: ['http://localhost:4100'],
          demo: false,
          identity,
          routes: [],
          pages: [],
          trustProxy,
        })
        const request = () =>
          new Request('http://localhost:4100/none', { headers: { 'x-forwarded-for': '203.0.113.9' } })
        for (let n = 0; n < 3; n += 1)
          await app.fetch(request(), { incoming: { socket: { remoteAddress: '10.0.0.1' } } })
        return lines
          .splice(0)
          .map((line) => JSON.parse(line))
          .filter(({ event }) => event === 'config.warning')
      }
      const [first, ...more] = await from([])
      expect([first?.code, more]).toEqual(['proxy_not_trusted', []])
      expect(JSON.stringify(first)).not.toMatch(/203\.0|10\.0/)
      expect(await from(['10.0.0.1'])).toEqual([])
    } finally {
      openLog('silent')
    }
  })
})

describe('buckets', () => {
  it('refill evenly, hold no more than the burst, and never take a part', () => {
    const buckets = new Buckets()
    const rate = { perSecond: 10, burst: 20 }
    expect(buckets.take('x', rate, 20, 0)).toEqual({ ok: true })
    expect(buckets.take('x', rate, 5, 400)).toEqual({ ok: false, retryAfterS: 0.1 })
    expect(buckets.take('x', rate, 5, 500)).toEqual({ ok: true })
    expect(buckets.take('x', rate, 20, 60_000)).toEqual({ ok: true })
    expect(buckets.take('x', rate, 1, 60_000)).toEqual({ ok: false, retryAfterS: 0.1 })
  })

  it('one /64 of v6 is one source', () => {
    expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2::9'))
    expect(addressGroup('2001:db8:1:3::9')).not.toBe(addressGroup('2001:db8:1:2::9'))
    expect(addressGroup('::1')).toBe('0:0:0:0::/64')
    expect(addressGroup('::ffff:10.0.0.1')).toBe('10.0.0.1')
  })
})

describe('platform P-32: readiness', () => {
  it('names each cause, also when the check itself fails, and stays while there is only load', async () => {
    const readiness = new Readiness()
    const state: { database: string | undefined; lists: string | undefined } = { database: undefined, lists: undefined }
    readiness.add('database', async () => state.database)
    readiness.add('lists', () => state.lists)
    const broken = { is: false }
    readiness.add('keyring', async () => {
      if (broken.is) throw new Error('secret path /srv/x')
      return undefined
    })
    const app = appOf([], new Slots(4), readiness)
    const ask = async () => {
      const answer = await app.fetch(new Request('http://localhost:4100/health/ready'))
      return { status: answer.status, text: await answer.text() }
    }
    expect((await ask()).status).toBe(200)
    for (const name of ['database', 'lists'] as const) {
      state[name] = 'away'
      const asked = await ask()
      expect([asked.status, asked.text.includes(`"${name}"`)]).toEqual([503, true])
      state[name] = undefined
    }
    broken.is = true
    expect(await ask()).toMatchObject({ status: 503, text: expect.stringContaining('"keyring"') })
    expect((await ask()).text).not.toContain('secret')
    broken.is = false
    readiness.drain()
    expect(await ask()).toMatchObject({ status: 503, text: expect.stringContaining('draining') })
    expect((await app.fetch(new Request('http://localhost:4100/health/live'))).status).toBe(200)
  })
})

describe('platform P-15: a second call with the key of a running one', () => {
  const key = { scope: 's', key: 'k', fingerprint: 'f' }

  it('waits for it', async () => {
    const turns = new Turns()
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    const one = turns.take(key, async () => {
      await first.promise
      order.push('first')
    })
    const two = turns.take(key, async () => void order.push('second'))
    const other = turns.take({ ...key, key: 'other' }, async () => void order.push('other'))
    await other
    first.resolve()
    await Promise.all([one, two])
    expect(order).toEqual(['other', 'first', 'second'])
  })

  it('over HTTP is told 409 in_progress, and when to come again', async () => {
    const first = Promise.withResolvers<void>()
    const command = callOf('reports.send', '/v1/reports', () => first.promise, 'key')
    const parts = { urls: ['http://localhost:4100'] as const, demo: false, identity, pages: [] }
    const app = createApp({ ...parts, routes: [command], turns: new Turns(20) })
    const one = post(app, '/v1/reports', 'reports', { 'idempotency-key': 'k' })
    await new Promise((resolve) => setTimeout(resolve, 10))
    const two = await post(app, '/v1/reports', 'reports', { 'idempotency-key': 'k' })
    expect([two.status, two.headers.get('retry-after')]).toEqual([409, '5'])
    expect(await two.json()).toMatchObject({ code: 'in_progress' })
    first.resolve()
    expect((await one).status).toBe(200)
  })

  it('is told in_progress when that takes too long, and may come again', async () => {
    const turns = new Turns(20)
    const first = Promise.withResolvers<void>()
    const one = turns.take(key, () => first.promise)
    await expect(turns.take(key, async () => undefined)).rejects.toMatchObject({ code: 'in_progress' })
    first.resolve()
    await one
    await expect(turns.take(key, async () => 'done')).resolves.toBe('done')
  })
})
