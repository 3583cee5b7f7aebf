import { rmSync } from 'node:fs'
import type { Role, Scope } from '@lamplighter/api'
import { operatorCall } from '../cli/operator.ts'
import { type Context, openContext } from '../context.ts'
import { loadConfig } from '../http/config.ts'
import { randomToken } from '../http/crypto.ts'
import { type RunningServer, startServer } from '../http/server.ts'
import type { Doer } from '../people/index.ts'
import { keepWriters } from '../storage/ahead.ts'
import { newFolder } from '../storage/testing/room.ts'

keepWriters()

/** A real server on a random loopback port and an empty data folder. */
export interface TestServer {
  readonly context: Context
  readonly server: RunningServer
  readonly folder: string
  readonly url: string
  /** Milliseconds since 1970 that the server is told. */
  clock: { now: number }
  /** Errors that became `internal`; a test that expects none says so. */
  readonly failures: unknown[]
  /** `fetch` with what a browser of ours sends. */
  call(path: string, init?: RequestInit & { cookie?: string; key?: string; json?: unknown }): Promise<Response>
  /** Adds a person with these roles and signs them in by a link; gives the cookie. */
  signIn(...roles: Role[]): Promise<string>
  key(...scopes: Scope[]): Promise<string>
  operator(method: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }>
  /** Stops the server and starts it again on the same data. */
  restart(): Promise<void>
  close(): Promise<void>
}

export const operatorDoer: Doer = { name: 'operator', staff: null, touch: 'operator', request: 'test' }

export async function startTestServer(options: { demo?: boolean; consoleFolder?: string } = {}): Promise<TestServer> {
  const folder = newFolder('ll-')
  const { config } = loadConfig({ env: {}, flags: { data: folder, log: 'silent' }, folder })
  const clock = { now: Date.now() }
  const failures: unknown[] = []
  const open = async () => {
    const context = await openContext({
      config,
      demo: options.demo ?? false,
      checkAnswers: true,
      patient: true,
      onFailure: (thrown) => failures.push(thrown),
      now: () => clock.now,
      ...(options.consoleFolder !== undefined && { consoleFolder: options.consoleFolder }),
    })
    const server = await startServer({
      app: context.app,
      readiness: context.readiness,
      listen: { host: '127.0.0.1', port: 0 },
      data: folder,
      graceMs: 0,
      shutdownMs: 5_000,
      onDrain: () => context.live.close(),
    })
    return { context, server, url: `http://127.0.0.1:${server.port}` }
  }
  const close = async () => {
    await running.server.stop()
    await running.context.close()
  }
  let running = await open()
  const call: TestServer['call'] = (path, { cookie, key, json, headers, ...init } = {}) =>
    fetch(running.url + path, {
      redirect: 'manual',
      ...init,
      ...(json !== undefined && { method: init.method ?? 'POST', body: JSON.stringify(json) }),
      headers: {
        ...(json !== undefined && { 'content-type': 'application/json', 'idempotency-key': randomToken(128) }),
        ...(cookie !== undefined && { cookie, 'sec-fetch-site': 'same-origin' }),
        ...(key !== undefined && { authorization: `Bearer ${key}` }),
        ...Object.fromEntries(new Headers(headers)),
      },
    })
  return {
    get context() {
      return running.context
    },
    get server() {
      return running.server
    },
    get url() {
      return running.url
    },
    folder,
    clock,
    failures,
    call,
    async signIn(...roles) {
      // One address signs in ten times a minute at most.
      clock.now += 6_001
      const made = await running.context.people.invite({ name: 'Somebody', roles, kind: 'invite', doer: operatorDoer })
      const answer = await call(new URL(made.link).pathname, { method: 'POST' })
      if (answer.status !== 303) throw new Error(`sign-in answered ${answer.status}`)
      return answer.headers.getSetCookie()[0]?.split(';', 1)[0] ?? ''
    },
    async key(...scopes) {
      const made = await running.context.people.newKey({
        name: 'test',
        connection: 'main',
        scopes,
        days: 1,
        ...(scopes.includes('match:sealed') && { addresses: ['127.0.0.0/8', '::1'] }),
        doer: operatorDoer,
      })
      return made.key
    },
    operator: (method, path, body) => operatorCall(folder, { method, path, body }),
    async restart() {
      await close()
      running = await open()
    },
    async close() {
      await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
