import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditRows } from '../audit/index.ts'
import { operatorDoer, startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ demo: true })
})
afterAll(() => server.close())

const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code]
const me = async (cookie: string) =>
  (await server.call('/v1/me', { cookie })).json() as Promise<{ id: string; staff: string; roles: string[] }>

describe('signing in by a link', () => {
  it('console 47, security S-01: works once, for 15 minutes; every refusal is the same neutral page', async () => {
    const { link } = await server.context.people.invite({
      name: 'A',
      roles: ['reviewer'],
      kind: 'invite',
      doer: operatorDoer,
    })
    const path = new URL(link).pathname
    const look = await server.call(path)
    expect(look.status).toBe(200)
    expect(await look.text()).toContain('<button>Sign in</button>')
    expect((await server.call(path, { method: 'POST' })).headers.get('location')).toBe('/')

    const late = await server.context.people.invite({
      name: 'B',
      roles: ['reviewer'],
      kind: 'invite',
      doer: operatorDoer,
    })
    server.clock.now += 15 * 60_000
    const latePath = new URL(late.link).pathname
    const altered = `${latePath.slice(0, -1)}${latePath.endsWith('A') ? 'B' : 'A'}`
    const refusals = await Promise.all([path, latePath, altered].map((one) => server.call(one, { method: 'POST' })))
    const pages = await Promise.all(refusals.map((one) => one.text()))
    expect(refusals.map((one) => one.status)).toEqual([404, 404, 404])
    expect(new Set(pages).size).toBe(1)
  })

  it('tells somebody who tries too often in words how long to wait', async () => {
    server.clock.now += 60_000
    let last = await server.call('/hello/none', { method: 'POST' })
    for (let n = 0; n < 20 && last.status !== 429; n += 1) last = await server.call('/hello/none', { method: 'POST' })
    const text = await last.text()
    server.clock.now += 60_000
    expect([last.status, last.headers.get('content-type')]).toEqual([429, 'text/html; charset=utf-8'])
    expect(text).toMatch(/Try again after this time: \d+ seconds?\./)
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  it('security S-66: takes the same time for an altered link as for an ended one', async () => {
    const { link } = await server.context.people.invite({
      name: 'C',
      roles: ['reviewer'],
      kind: 'invite',
      doer: operatorDoer,
    })
    const used = new URL(link).pathname
    await server.call(used, { method: 'POST' })
    const timeOf = async (path: string) => {
      server.clock.now += 60_000
      const started = performance.now()
      await server.call(path, { method: 'POST' })
      return performance.now() - started
    }
    const times = { used: [] as number[], altered: [] as number[] }
    for (let round = 0; round < 30; round++) {
      times.used.push(await timeOf(used))
      times.altered.push(await timeOf(`${used.slice(0, -2)}${round % 10}x`))
    }
    const median = (list: number[]) => list.toSorted((a, b) => a - b)[15] ?? 0
    // One class of time: both look the link up and write the same audit row. Rounds are interleaved, so load meets both alike.
    const ratio = median(times.used) / median(times.altered)
    expect(ratio).toBeGreaterThan(0.5)
    expect(ratio).toBeLessThan(2)
  })

  it('security S-06: the cookie is bound to the host, and a token from before the sign-in ends with it', async () => {
    const { link } = await server.context.people.invite({
      name: 'D',
      roles: ['lead'],
      kind: 'invite',
      doer: operatorDoer,
    })
    const before = await server.signIn('lead')
    const answer = await server.call(new URL(link).pathname, { method: 'POST', cookie: before })
    const [cookie = ''] = answer.headers.getSetCookie()
    expect(cookie).toMatch(/^__Host-lamplighter=[\w-]{43}; Path=\/; Max-Age=43200; Secure; HttpOnly; SameSite=Strict$/)
    expect(await codeOf(await server.call('/v1/me', { cookie: before }))).toEqual([401, 'unauthenticated'])
    expect((await server.call('/v1/me', { cookie })).status).toBe(200)
    expect(await server.signIn('lead')).not.toBe(await server.signIn('lead'))
  })

  it('ends after 12 hours', async () => {
    const cookie = await server.signIn('reviewer')
    server.clock.now += 12 * 3_600_000 - 1000
    expect((await server.call('/v1/me', { cookie })).status).toBe(200)
    server.clock.now += 1000
    expect((await server.call('/v1/me', { cookie })).status).toBe(401)
  })

  it('keeps at most five sessions of a person', async () => {
    const [id] = await server.context.people.seed([{ name: 'Busy', roles: ['reviewer'] }])
    const cookies: string[] = []
    for (let n = 0; n < 6; n++) {
      server.clock.now += 60_000
      const { link } = await server.context.people.relink({
        id: id ?? '',
        reason: 'test',
        kind: 'invite',
        doer: operatorDoer,
      })
      const answer = await server.call(new URL(link).pathname, { method: 'POST' })
      cookies.push(answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? '')
    }
    const states = await Promise.all(cookies.map(async (cookie) => (await server.call('/v1/me', { cookie })).status))
    expect(states).toEqual([401, 200, 200, 200, 200, 200])
  })

  it('signs out', async () => {
    const cookie = await server.signIn('reviewer')
    const answer = await server.call('/v1/me/sign-out', { cookie, json: {} })
    expect(answer.headers.getSetCookie()[0]).toContain('Max-Age=0')
    expect((await server.call('/v1/me', { cookie })).status).toBe(401)
  })
})

describe('the first link', () => {
  it('security S-01: dies after three wrong tries, and when somebody has signed in', async () => {
    const fresh = await startTestServer()
    try {
      const dead = await fresh.context.people.invite({
        name: 'First',
        roles: ['admin'],
        kind: 'first',
        doer: operatorDoer,
      })
      for (let n = 0; n < 3; n++) await fresh.call(`/hello/wrong-${n}-token`, { method: 'POST' })
      expect((await fresh.call(new URL(dead.link).pathname, { method: 'POST' })).status).toBe(404)
      const second = await fresh.context.people.invite({
        name: 'First',
        roles: ['admin'],
        kind: 'first',
        doer: operatorDoer,
      })
      const third = await fresh.context.people.invite({
        name: 'First',
        roles: ['admin'],
        kind: 'first',
        doer: operatorDoer,
      })
      expect((await fresh.call(new URL(second.link).pathname, { method: 'POST' })).status).toBe(303)
      expect((await fresh.call(new URL(third.link).pathname, { method: 'POST' })).status).toBe(404)
    } finally {
      await fresh.close()
    }
  })

  it('is a short code in the demo, typed in any case', async () => {
    const [id] = await server.context.people.seed([{ name: 'Demo', roles: ['reviewer'] }])
    const { link } = await server.context.people.relink({
      id: id ?? '',
      reason: 'demo',
      kind: 'code',
      doer: operatorDoer,
    })
    expect(link).toMatch(/\/hello\/[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}$/)
    const path = new URL(link).pathname.toLowerCase()
    expect((await server.call(path, { method: 'POST' })).status).toBe(303)
  })
})

describe('roles', () => {
  it('security S-10: nobody gives to oneself, power needs two, the last admin stays', async () => {
    const own = await startTestServer({ demo: true })
    try {
      const cookie = await own.signIn('admin')
      const { id } = (await (await own.call('/v1/me', { cookie })).json()) as { id: string }
      const ask = async (path: string, json: unknown) => codeOf(await own.call(path, { cookie, json }))
      expect(await ask(`/v1/people/${id}/roles`, { roles: ['admin', 'lead'], reason: 'x' })).toEqual([403, 'forbidden'])
      expect(await ask('/v1/people', { name: 'L', roles: ['legal'] })).toEqual([403, 'second_person_required'])
      expect(await ask(`/v1/people/${id}/revoke`, { reason: 'x' })).toEqual([409, 'conflict'])
      expect((await own.call('/v1/people', { cookie, json: { name: 'R', roles: ['reviewer'] } })).status).toBe(201)
      const byOperator = await own.operator('POST', '/v1/people', { name: 'L', roles: ['legal'] })
      expect(byOperator.status).toBe(201)
    } finally {
      await own.close()
    }
  })

  it('security S-07: a revoked person’s next request is nobody’s', async () => {
    const cookie = await server.signIn('lead')
    const { id } = await me(cookie)
    expect((await server.operator('POST', `/v1/people/${id}/revoke`, { reason: 'left' })).status).toBe(200)
    expect(await codeOf(await server.call('/v1/me', { cookie }))).toEqual([401, 'unauthenticated'])
  })

  it('ends the sessions of a person whose roles change', async () => {
    const cookie = await server.signIn('reviewer')
    const { id } = await me(cookie)
    await server.operator('POST', `/v1/people/${id}/roles`, { roles: ['lead'], reason: 'promoted' })
    expect((await server.call('/v1/me', { cookie })).status).toBe(401)
  })

  it('asks for a touch outside the demo', async () => {
    const plain = await startTestServer()
    try {
      const cookie = await plain.signIn('admin')
      const answer = await plain.call('/v1/people', { cookie, json: { name: 'R', roles: ['reviewer'] } })
      expect(await codeOf(answer)).toEqual([401, 'fresh_passkey_required'])
      const look = await plain.call('/v1/me/look-as', { cookie, json: { role: 'lead' } })
      expect(await codeOf(look)).toEqual([404, 'not_found'])
    } finally {
      await plain.close()
    }
  })

  it('the demo looks as another made-up person', async () => {
    await server.context.people.seed([{ name: 'Legal', roles: ['legal'] }])
    const cookie = await server.signIn('reviewer')
    const answer = await server.call('/v1/me/look-as', { cookie, json: { role: 'legal' } })
    const other = answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    expect((await me(other)).roles).toEqual(['legal'])
    expect((await server.call('/v1/me', { cookie })).status).toBe(401)
  })
})

describe('keys', () => {
  it('open their scopes, are shown once, and end at once', async () => {
    const made = await server.operator('POST', '/v1/keys', { name: 'chat', scopes: ['metrics'] })
    const { key, id } = made.body as { key: string; id: string }
    expect(key).toMatch(/^llk_[0-9a-z]{10}_[\w-]{43}_[0-9a-z]{6}$/)
    expect((await server.call('/metrics', { key })).status).toBe(200)
    const listed = JSON.stringify((await server.operator('GET', '/v1/keys')).body)
    expect(listed).toContain(id)
    expect(listed).not.toContain(key.slice(15, 40))
    await server.operator('POST', `/v1/keys/${id}/revoke`, {})
    expect((await server.call('/metrics', { key })).status).toBe(401)
    expect((await server.operator('POST', `/v1/keys/${id}/revoke`, {})).status).toBe(409)
  })

  it('the same command key gives the same secret; another body is refused', async () => {
    const ask = (name: string) => server.operator('POST', '/v1/keys', { name, scopes: ['screen'] })
    const cookie = await server.signIn('admin')
    const call = (name: string) =>
      server.call('/v1/keys', { cookie, json: { name, scopes: ['screen'] }, headers: { 'idempotency-key': 'one' } })
    const [first, second] = await Promise.all([call('a'), call('a')])
    expect(first.status).toBe(201)
    expect(await first.json()).toEqual(await second.json())
    expect(await codeOf(await call('b'))).toEqual([422, 'idempotency_mismatch'])
    expect((await ask('other')).status).toBe(201)
  })
})

describe('the ledger', () => {
  it('notes who was given which role, and whose access ended', async () => {
    const before = await server.operator('GET', '/v1/log')
    const made = await server.operator('POST', '/v1/people', { name: 'Noted', roles: ['lead', 'legal'] })
    await server.operator('POST', `/v1/people/${made.body.id}/roles`, { roles: ['lead'], reason: 'less' })
    await server.operator('POST', `/v1/people/${made.body.id}/revoke`, { reason: 'left' })
    const after = await server.operator('GET', '/v1/log')
    const waiting = ({ body }: typeof before) =>
      (body.items as { pending: number; size: number }[])[0] ?? expect.fail('no log')
    const count = (state: typeof before) => waiting(state).pending + waiting(state).size
    // Two granted, one removed, one revoked.
    expect(count(after) - count(before)).toBe(4)
  })
})

describe('audit', () => {
  it('keeps who did what, and refuses to change it', async () => {
    const rows = await server.context.storage.store.read(auditRows, { limit: 200 })
    expect(rows.some((row) => row.act === 'people.revoke' && row.who === 'operator' && row.touch === 'operator')).toBe(
      true,
    )
    expect(server.failures).toEqual([])
  })
})
