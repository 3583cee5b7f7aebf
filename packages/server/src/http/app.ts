import { type Code, codesOf, type Endpoint, statusOf } from '@lamplighter/api'
import { type Context, Hono } from 'hono'
import { configurationWarned, requestAbandoned, requestAnswered, requestFailed } from '../events.ts'
import { CallerGone, readBytes } from './body.ts'
import { randomPart } from './crypto.ts'
import { AppError } from './errors.ts'
import { assertMay, assertOwnPage, type Identity, principalOf, touchOf, whoFrom } from './gate.ts'
import { addHeaders, headersOf } from './headers.ts'
import { clientAddress, hostGuard, isLoopback } from './hosts.ts'
import { checkType, jsonBodyOf, matchOf, paramsOf, queryOf } from './input.ts'
import { createLimits, type Limits, Slots, slotClassOf } from './limits.ts'
import { commandKeyOf, Turns } from './once.ts'
import { neutralPage, waitPage } from './page.ts'
import { preferOf } from './prefer.ts'
import type { Principal } from './principal.ts'
import { problemPages, problemResponse } from './problem.ts'
import type { Answer, Call, Page, PageCall, PageKind, Route } from './route.ts'

/** What the server's sockets tell of a request. Absent when a test calls the app without a socket. */
export interface Env {
  readonly incoming?: {
    readonly url?: string | undefined
    readonly socket: { readonly remoteAddress?: string | undefined }
  }
  /** The request came in on the operator's own socket (decisions.md 20). */
  readonly operator?: boolean
}

export interface AppParts {
  /** `LAMPLIGHTER_URL` and, where there is one, the officers' own. */
  readonly urls: readonly [string, ...string[]]
  readonly demo: boolean
  readonly identity: Identity
  readonly routes: readonly Route[]
  readonly pages: readonly Page[]
  readonly trustProxy?: readonly string[]
  readonly limits?: Limits
  readonly slots?: Slots
  readonly turns?: Turns
  readonly now?: () => number
  /** Compares every answer with the contract; on in tests and in the demo. */
  readonly checkAnswers?: boolean
  /** Hears of every unexpected error, for tests. */
  readonly onFailure?: (thrown: unknown) => void
}

export interface App {
  fetch(request: Request, env?: Env): Promise<Response>
  readonly routes: readonly Route[]
}

/** One request on its way: what is known before its route is. */
interface Arrival {
  readonly request: Request
  readonly url: URL
  readonly id: string
  readonly now: number
  readonly operator: boolean
  readonly address: string
  readonly loopback: boolean
}

/** Builds the HTTP interface from a list of routes and pages. Order of checks: host, who, may, own page, rate, type, size, shape. */
export function createApp(parts: AppParts): App {
  const [url] = parts.urls
  const https = url.startsWith('https:')
  const origins = parts.urls.map((one) => new URL(one).origin)
  const guardHost = hostGuard(parts.urls)
  const addressOf = clientAddress(parts.trustProxy ?? [])
  const limits = parts.limits ?? createLimits()
  const slots = parts.slots ?? new Slots()
  const turns = parts.turns ?? new Turns()
  const clock = parts.now ?? Date.now
  const jsonHeaders = headersOf('plain', { https, cors: false })

  let isProxyTold = false

  const arrive = (request: Request, env: Env): Arrival => {
    const peer = env.incoming?.socket.remoteAddress ?? ''
    const forwarded = request.headers.get('x-forwarded-for')
    const address = addressOf(peer, forwarded)
    // Whoever runs this behind a proxy and did not say so has one limit for everybody: said once, as anybody can send such a header.
    if (forwarded !== null && address === peer && !isProxyTold) {
      isProxyTold = true
      configurationWarned('proxy_not_trusted')
    }
    return {
      request,
      url: new URL(request.url),
      id: requestId(),
      now: clock(),
      operator: env.operator === true,
      address,
      // Behind a proxy that is not declared everybody would seem to be local; and whoever shows a key is judged by it.
      loopback:
        isLoopback(address) && (forwarded === null || address !== peer) && !request.headers.has('authorization'),
    }
  }

  const enter = async (arrival: Arrival, act: Endpoint['act']): Promise<Principal> => {
    const { request, now } = arrival
    const who: Principal = arrival.operator
      ? { kind: 'operator' }
      : whoFrom(arrival.address, await principalOf(request, arrival.url, parts.identity, now))
    assertMay(who, act, { demo: parts.demo, loopback: arrival.loopback }, touchOf(who, parts.demo), now)
    if (who.kind === 'staff' && !isSafe(request.method)) assertOwnPage(request, origins)
    limits.spend(who, act, arrival.address, 1, now)
    return who
  }

  const callRoute = async (one: Route, arrival: Arrival, pathParams: Record<string, string>): Promise<Response> => {
    const { endpoint } = one
    const { request } = arrival
    const who = await enter(arrival, endpoint.act)
    const leave = slots.enter(slotClassOf(endpoint.act))
    try {
      const hasBody = endpoint.body !== undefined || endpoint.takes !== undefined
      if (hasBody) checkType(endpoint, request.headers.get('content-type'))
      if (endpoint.body !== undefined) refuseEncoding(request)
      const params = paramsOf(endpoint, pathParams)
      const query = queryOf(endpoint, arrival.url)
      const bytes =
        endpoint.body === undefined
          ? new Uint8Array()
          : await readBytes(request, one.maxBytes, slotClassOf(endpoint.act))
      const match = matchOf(endpoint, request.headers.get('if-match'))
      const once =
        endpoint.repeat === 'key'
          ? commandKeyOf(request.headers.get('idempotency-key'), who, {
              id: endpoint.id,
              path: arrival.url.pathname,
              body: bytes,
            })
          : undefined
      const call: Call<Endpoint> = {
        params,
        query,
        body: jsonBodyOf(endpoint, bytes),
        who,
        touch: touchOf(who, parts.demo),
        requestId: arrival.id,
        now: arrival.now,
        ...(once !== undefined && { once }),
        ...match,
        prefer: preferOf(request.headers.get('prefer')),
        raw: request,
        signal: request.signal,
        address: arrival.address,
        spend: (count) => limits.spend(who, endpoint.act, arrival.address, count, arrival.now),
      }
      const answer = once === undefined ? await one.handle(call) : await turns.take(once, () => one.handle(call))
      return respond(endpoint, answer, arrival)
    } finally {
      leave()
    }
  }

  const respond = (endpoint: Endpoint, answer: Answer<Endpoint>, arrival: Arrival): Response => {
    if (answer instanceof Response) return dress(answer, kindOf(endpoint), arrival)
    if (parts.checkAnswers) checkAnswer(endpoint, answer.body)
    // All headers at once, as a plain object: adding one later costs more than all of them.
    return new Response(JSON.stringify(answer.body), {
      status: answer.status ?? endpoint.status,
      headers: { ...jsonHeaders, 'content-type': 'application/json', ...answer.headers, ...stampOf(arrival) },
    })
  }

  const dress = (response: Response, kind: PageKind, arrival: Arrival, cors = false): Response =>
    addHeaders(response, { ...headersOf(kind, { https, cors }), ...stampOf(arrival) })

  const callPage = async (one: Page, arrival: Arrival, params: Record<string, string>): Promise<Response> => {
    try {
      return await openPage(one, arrival, params)
    } catch (thrown) {
      const { code, extra } = AppError.from(thrown)
      const status = statusOf(code)
      if (one.kind !== 'users' || (status !== 429 && status !== 503)) throw thrown
      // Who reads these pages is a person in a browser, who can do nothing with a problem in JSON.
      const wait = { status, seconds: Math.max(1, Math.ceil(extra.retryAfterS ?? 5)) } as const
      const asked = { query: arrival.url.searchParams, raw: arrival.request }
      const told = one.wait === undefined ? waitPage(wait) : await one.wait(asked, wait)
      return dress(addHeaders(told, { 'retry-after': String(wait.seconds) }), one.kind, arrival)
    }
  }

  const openPage = async (one: Page, arrival: Arrival, params: Record<string, string>): Promise<Response> => {
    const who = await enter(arrival, one.act)
    const leave = slots.enter(slotClassOf(one.act))
    try {
      const call: PageCall = {
        params,
        query: arrival.url.searchParams,
        who,
        requestId: arrival.id,
        now: arrival.now,
        raw: arrival.request,
        address: arrival.address,
        form: () => formOf(arrival.request),
      }
      return dress(await one.handle(call), one.kind, arrival, one.cors === true)
    } finally {
      leave()
    }
  }

  /** Runs one request to its answer, whatever happens on the way. */
  const answer = async (
    name: string,
    context: Context<{ Bindings: Env }>,
    run: (arrival: Arrival) => Promise<Response>,
    told: { readonly declared?: ReadonlySet<Code>; readonly refuse?: Page['refuse'] } = {},
  ) => {
    const started = performance.now()
    const arrival = arrive(context.req.raw, context.env ?? {})
    let response: Response
    let error: AppError | undefined
    try {
      if (!arrival.operator && !arrival.url.pathname.startsWith('/health/')) {
        guardHost(arrival.request.headers.get('host') ?? arrival.url.host, context.env?.incoming?.url)
      }
      response = await run(arrival)
    } catch (thrown) {
      if (thrown instanceof CallerGone) {
        requestAbandoned(name)
        return dress(problemResponse(cutOff(), url, arrival.id), 'plain', arrival)
      }
      error = AppError.from(thrown)
      if (error.code === 'internal') {
        requestFailed(arrival.id, thrown, arrival.now)
        parts.onFailure?.(thrown)
      } else if (parts.checkAnswers && told.declared?.has(error.code) === false) {
        parts.onFailure?.(new TypeError(`${name} answers ${error.code}, which it does not declare`))
      }
      response = dress(told.refuse?.(error) ?? problemResponse(error, url, arrival.id), 'plain', arrival)
    }
    requestAnswered({
      route: name,
      request: arrival.id,
      status: response.status,
      durationMs: performance.now() - started,
      ...(error !== undefined && { code: error.code }),
    })
    return response
  }

  const hono = new Hono<{ Bindings: Env }>()
  const methods = new Map<string, string[]>()
  const pages = [...parts.pages, problemPages]
  for (const one of parts.routes) {
    const path = honoPath(one.endpoint.path)
    methods.set(path, [...(methods.get(path) ?? []), one.endpoint.method])
    const declared = new Set([...codesOf(one.endpoint).values()].flat())
    hono.on(one.endpoint.method.toUpperCase(), path, (context) =>
      answer(one.endpoint.id, context, (arrival) => callRoute(one, arrival, context.req.param()), { declared }),
    )
  }
  for (const one of pages) {
    const path = honoPath(one.path)
    methods.set(path, [...(methods.get(path) ?? []), one.method])
    hono.on(one.method.toUpperCase(), path, (context) =>
      answer(
        'page',
        context,
        (arrival) => callPage(one, arrival, context.req.param()),
        one.refuse && { refuse: one.refuse },
      ),
    )
  }
  for (const [path, allowed] of methods) {
    const allow = [
      ...new Set(allowed.flatMap((method) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))),
    ].join(', ')
    hono.all(path, (context) =>
      answer('unknown', context, async () => {
        throw new AppError('method_not_allowed', `This address takes ${allow}.`, { allow })
      }),
    )
  }
  hono.notFound((context) =>
    answer('unknown', context, async (arrival) => {
      const { request, url: asked } = arrival
      // Somebody who mistyped an address in a browser is answered in words.
      const isPerson = request.headers.get('accept')?.includes('text/html') && !asked.pathname.startsWith('/v1/')
      if (isPerson) return dress(neutralPage(), 'users', arrival)
      throw new AppError('not_found', 'There is nothing under this address, or it is not for you.')
    }),
  )
  return { fetch: async (request, env = {}) => hono.fetch(request, env), routes: parts.routes }
}

const cutOff = () => new AppError('malformed', 'The body ended before it was whole. Send it again.')

const isSafe = (method: string): boolean => method === 'GET' || method === 'HEAD' || method === 'OPTIONS'

/** `/v1/cases/{n}` → `/v1/cases/:n`; `{name+}` takes the rest of the path. */
const honoPath = (path: string): string =>
  path.replaceAll(/\{(\w+)(\+?)\}/g, (_, name: string, rest: string) => (rest === '' ? `:${name}` : `:${name}{.+}`))

const kindOf = (endpoint: Endpoint): PageKind => (endpoint.gives?.startsWith('image/') ? 'file' : 'plain')

// Windows and due times are counted by this clock; a browser learns from here how far its own is off.
const stampOf = ({ id, now }: Arrival) => ({ 'request-id': id, date: new Date(now).toUTCString() })

const requestId = (): string => `rq_${randomPart(10).toString('hex')}`

function refuseEncoding(request: Request): void {
  const encoding = request.headers.get('content-encoding')
  if (encoding === null || encoding === 'identity') return
  throw new AppError('unsupported_type', 'This call takes no Content-Encoding. Send the body as it is.')
}

function checkAnswer(endpoint: Endpoint, body: unknown): void {
  const parsed = endpoint.answer.safeParse(body)
  if (!parsed.success) throw new TypeError(`the answer of ${endpoint.id} breaks the contract: ${parsed.error.message}`)
}

async function formOf(request: Request): Promise<URLSearchParams> {
  const type = (request.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') {
    throw new AppError('unsupported_type', 'Expected Content-Type application/x-www-form-urlencoded.')
  }
  return new URLSearchParams(new TextDecoder().decode(await readBytes(request, 64 * 1024)))
}
