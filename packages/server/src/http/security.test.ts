import { createConnection } from 'node:net'
import { type Act, acts as actNames, roles, type Scope, scopes } from '@lamplighter/api'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SWITCH_IDS } from '../policy/switches.ts'
import { laneIds } from '../review/lanes.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'
import { acts } from './acts.ts'
import { may } from './may.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ demo: true })
})
afterAll(async () => {
  await server.close()
  expect(server.failures).toEqual([])
})

const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code]
const filled = (path: string) => path.replaceAll(/\{\w+\}/g, 'x')

/** Sends bytes as no HTTP client would. */
const raw = (text: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = createConnection({ host: '127.0.0.1', port: server.server.port }, () => socket.write(text))
    let answer = ''
    socket.on('data', (chunk) => {
      answer += chunk
    })
    socket.on('end', () => resolve(answer))
    socket.on('error', reject)
  })

describe('who may call what', () => {
  it('security S-11, console 31: every route answers every role as the table says', async () => {
    for (const role of roles) {
      const cookie = await server.signIn(role)
      const who = { kind: 'staff', id: 'st_x', number: 1, roles: [role], session: 'se_x' } as const
      for (const { endpoint } of server.context.app.routes) {
        if (endpoint.id === 'live' || endpoint.id === 'signOut' || endpoint.id === 'lookAs') continue
        const answer = await server.call(filled(endpoint.path), {
          method: endpoint.method.toUpperCase(),
          cookie,
          ...(endpoint.body !== undefined && { json: {} }),
        })
        const allowed = may(who, endpoint.act, { demo: true }, { kind: 'demo' }, 0).ok
        const { code } = answer.ok ? {} : ((await answer.json()) as { code?: string })
        // 403 has other reasons, too: an address used twice, a case in other hands.
        const refused = code === 'unauthenticated' || code === 'forbidden' || code === 'fresh_passkey_required'
        // Where only own or granted objects are open, the object that is not there decides, not the role.
        const level = acts[endpoint.act].roles?.[role]
        if (allowed && (level === 'own' || level === 'grant')) continue
        expect([role, endpoint.id, refused]).toEqual([role, endpoint.id, !allowed])
      }
    }
  })

  it('security S-15: a key with one scope opens only what that scope opens; in an address it opens nothing', async () => {
    for (const scope of scopes) {
      const key = await server.key(scope)
      for (const { endpoint } of server.context.app.routes) {
        const answer = await server.call(filled(endpoint.path), {
          method: endpoint.method.toUpperCase(),
          key,
          ...(endpoint.body !== undefined && { json: {} }),
        })
        expect([scope, endpoint.id, answer.status === 403]).toEqual([scope, endpoint.id, !opens(endpoint.act, scope)])
      }
    }
    const key = await server.key('metrics')
    expect(await codeOf(await server.call(`/metrics?key=${key}`))).toEqual([400, 'malformed'])
  })

  it('nobody gets 401 everywhere but on public pages', async () => {
    for (const { endpoint } of server.context.app.routes) {
      const answer = await server.call(filled(endpoint.path), {
        method: endpoint.method.toUpperCase(),
        ...(endpoint.body !== undefined && { json: {} }),
      })
      expect([endpoint.id, answer.status]).toEqual([endpoint.id, 401])
    }
  })

  it('the table has a row for every act', () => {
    expect(Object.keys(acts).sort()).toEqual([...actNames].sort())
  })
})

const opens = (act: Act, scope: Scope): boolean => acts[act].scopes?.includes(scope) === true

describe('security S-12: the documents', () => {
  it('name exactly the routes that are served', async () => {
    const document = (await (await server.call('/openapi.json')).json()) as { paths: Record<string, object> }
    const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    const served = server.context.app.routes.map(({ endpoint }) => `${endpoint.method} ${endpoint.path}`)
    expect(documented.sort()).toEqual(served.sort())
  })
})

describe('security S-19: a call from another site', () => {
  const cases: [string, Record<string, string>][] = [
    ['cross-site form or fetch', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }],
    ['another host of the same site', { 'sec-fetch-site': 'same-site', origin: 'https://b.example' }],
    ['sandboxed frame', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
    ['no Sec-Fetch-Site, null origin', { origin: 'null' }],
    ['neither header', {}],
  ]
  it.each(cases)('%s is refused and changes nothing', async (_, headers) => {
    const cookie = await server.signIn('reviewer')
    const sent = { 'content-type': 'application/json', cookie, ...headers }
    const answer = await fetch(`${server.url}/v1/me/sign-out`, { method: 'POST', body: '{}', headers: sent })
    expect(await codeOf(answer)).toEqual([403, 'forbidden'])
    expect((await server.call('/v1/me', { cookie })).status).toBe(200)
  })

  it('a form that pretends to be JSON is refused', async () => {
    const cookie = await server.signIn('reviewer')
    const answer = await server.call('/v1/me/sign-out', {
      method: 'POST',
      cookie,
      body: '{}',
      headers: { 'content-type': 'text/plain' },
    })
    expect(await codeOf(answer)).toEqual([415, 'unsupported_type'])
  })

  it('an old browser of ours passes by its origin', async () => {
    const cookie = await server.signIn('reviewer')
    const headers = { 'content-type': 'application/json', cookie, origin: 'http://localhost:4100' }
    expect((await fetch(`${server.url}/v1/me/sign-out`, { method: 'POST', body: '{}', headers })).status).toBe(200)
  })
})

describe('security S-22: another host', () => {
  it('gets 421, also by a name that points to loopback or a whole address in the request line', async () => {
    for (const host of ['evil.example', 'rebound.example:4100', 'localhost.evil.example']) {
      const answer = await raw(`GET /v1/me HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      expect(answer).toMatch(/^HTTP\/1\.1 421 /)
      expect(answer).toContain('"code":"wrong_host"')
    }
    const absolute = await raw('GET http://evil.example/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
    expect(absolute).toMatch(/^HTTP\/1\.1 421 /)
    const health = await raw('GET /health/live HTTP/1.1\r\nHost: 10.0.0.7\r\nConnection: close\r\n\r\n')
    expect(health).toMatch(/^HTTP\/1\.1 200 /)
  })
})

describe('security S-20, console 45: headers', () => {
  it.each(['/v1/me', '/openapi.json', '/health/live', '/none', '/problems/invalid', '/hello/x', '/review', '/metrics'])(
    '%s carries those of the table',
    async (path) => {
      const { headers } = await server.call(path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('referrer-policy')).toBe('no-referrer')
      expect(headers.get('cross-origin-opener-policy')).toBe('same-origin')
      expect(headers.get('cross-origin-resource-policy')).toBe('same-origin')
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('permissions-policy')).toContain('camera=()')
      expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'/)
      expect(headers.has('server')).toBe(false)
      expect(headers.has('access-control-allow-origin')).toBe(false)
    },
  )

  it('the console may run its own script only, and users’ pages none', async () => {
    const shell = await server.call('/review/7')
    expect(shell.headers.get('content-security-policy')).toMatch(
      /; require-trusted-types-for 'script'; trusted-types lamplighter-worker$/,
    )
    expect(shell.headers.get('cross-origin-embedder-policy')).toBe('require-corp')
    const hello = await server.call('/hello/x')
    expect(hello.headers.get('content-security-policy')).not.toContain('script-src')
  })
})

describe('metrics', () => {
  it('platform P-33: hold names and label values from closed sets only', async () => {
    await server.call('/v1/none/alice@example.com?text=secret')
    await server.call('/hello/some-secret-token')
    const text = await (await server.call('/metrics')).text()
    const routes = new Set([...server.context.app.routes.map(({ endpoint }) => endpoint.id), 'page', 'unknown'])
    const closed: Record<string, readonly string[]> = {
      kind: ['webhook', 'poll'],
      group: ['follow'],
      queue: ['review.settle', 'schedule'],
      lane: [...laneIds],
      switch: SWITCH_IDS,
    }
    for (const line of text.trim().split('\n')) {
      if (line.startsWith('#')) continue
      const [, labels = ''] = /^lamplighter_[a-z_]+(?:\{(.*)\})? [0-9.e+-]+$/.exec(line) ?? expect.fail(line)
      for (const [, name, value] of labels.matchAll(/(\w+)="([^"]*)"/g)) {
        if (name === 'route') expect(routes).toContain(value)
        else if (closed[name ?? ''] !== undefined) expect(closed[name ?? '']).toContain(value)
        else if (name === 'status') expect(['2xx', '3xx', '4xx', '5xx']).toContain(value)
        else expect([name, value]).toEqual(['le', expect.stringMatching(/^(\+Inf|[0-9.]+)$/)])
      }
    }
    expect(text).not.toContain('alice')
  })
})
