import type { Act, AnswerOf, BodyOf, Endpoint, ParamsOf, QueryOf } from '@lamplighter/api'
import type { AppError } from './errors.ts'
import type { Prefer } from './prefer.ts'
import type { Principal, Touch } from './principal.ts'

/** Makes the effect of a command happen once (platform.md §12). Give it to `store.tx` by `onceOf`. */
export interface CommandKey {
  readonly scope: string
  readonly key: string
  readonly fingerprint: string
}

/** One call, checked: the caller may do the act, and every part has the shape that the contract says. */
export interface Call<E extends Endpoint> {
  readonly params: ParamsOf<E>
  readonly query: QueryOf<E>
  readonly body: BodyOf<E>
  readonly who: Principal
  readonly touch: Touch | undefined
  readonly requestId: string
  /** Milliseconds since 1970, server clock. */
  readonly now: number
  /** From `Idempotency-Key`; always there where the endpoint says `repeat: 'key'`. */
  readonly once?: CommandKey
  /** From `If-Match`; always there where the endpoint says `ifMatch: true`. */
  readonly ifMatch?: number
  /** From `If-Match`; always there where the endpoint says `ifMatch: 'hash'`. */
  readonly ifHash?: string
  readonly prefer: Prefer
  /** The request as it came: the body of a call that `takes` raw bytes is read from here (`readBytes`). */
  readonly raw: Request
  /** Aborted when the caller hangs up. A call that writes goes on. */
  readonly signal: AbortSignal
  /** The caller's address, behind trusted proxies. For limits only; never stored or logged. */
  readonly address: string
  /** Takes `count` more from the key's rate: a batch pays for what it carries before anything of it is written. @throws AppError `rate_limited` */
  spend(count: number): void
}

export type Answer<E extends Endpoint> =
  | { readonly status?: number; readonly body: AnswerOf<E>; readonly headers?: Readonly<Record<string, string>> }
  | Response

export interface RouteOptions {
  /** Cap of a JSON body; 256 KiB by default. */
  readonly maxBytes?: number
}

/** An endpoint and the function that answers it. */
export interface Route {
  readonly endpoint: Endpoint
  readonly maxBytes: number
  readonly handle: (call: Call<Endpoint>) => Promise<Answer<Endpoint>>
}

export function route<E extends Endpoint>(
  endpoint: E,
  handle: (call: Call<E>) => Promise<Answer<E>>,
  options: RouteOptions = {},
): Route {
  // The app parses every part by this endpoint's own schemas before it calls, so the precise type holds.
  return { endpoint, maxBytes: options.maxBytes ?? 256 * 1024, handle: handle as unknown as Route['handle'] }
}

/** `store.tx(work, input, onceOf(call))` */
export function onceOf(call: { readonly once?: CommandKey }): { once: CommandKey } | Record<string, never> {
  return call.once === undefined ? {} : { once: call.once }
}

export interface PageCall {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly who: Principal
  readonly requestId: string
  readonly now: number
  readonly raw: Request
  readonly address: string
  /** The fields of a posted form. @throws AppError `too_large`, `malformed`, `unsupported_type` */
  form(): Promise<URLSearchParams>
}

/** Headers of security.md §5 for what the page is. */
export type PageKind = 'users' | 'console' | 'file' | 'plain'

/** Something served outside the JSON interface: pages for people, tiles, health. It declares its act like any call. */
export interface Page {
  readonly method: 'get' | 'post' | 'put' | 'delete'
  /** Path with `{name}` parts, and `{name+}` for all that is left. */
  readonly path: `/${string}`
  readonly act: Act
  readonly kind: PageKind
  /** Readable from other sites without credentials: the public log, catalogue, support (security.md §5). */
  readonly cors?: true
  readonly handle: (call: PageCall) => Promise<Response>
  /** How a refusal is told where the callers know another shape than RFC 9457: those of a system whose calls are served here. */
  readonly refuse?: (error: AppError) => Response
  /** Tells somebody how long to wait. Users' pages that have none tell it in English. */
  readonly wait?: (call: Pick<PageCall, 'query' | 'raw'>, wait: Wait) => Promise<Response>
}

/** Why somebody has to wait: 429, they came too often themselves; 503, too many came at once, or what we need is away. */
export interface Wait {
  readonly status: 429 | 503
  readonly seconds: number
}

export function page(declared: Page): Page {
  return declared
}
