import type { AnswerOf, BodyOf, Endpoint, ParamsOf, QueryOf } from '@lamplighter/api'
import { noteDate } from './clock.ts'
import { ApiError, errorFrom, hasCode } from './errors.ts'
import { noteReached, noteUnreachable } from './reach.ts'
import { noteSignedOut } from './session.ts'

export interface Input<E extends Endpoint> {
  params?: ParamsOf<E>
  query?: QueryOf<E>
  body?: BodyOf<E>
  /** Revision of the thing that is changed. */
  revision?: number
  /** Hash of the text that was looked at, where that is what a change goes by. */
  hash?: string
  signal?: AbortSignal
}

const RETRY_MS = 400
const RETRIES = 3

/** The address of a call, with its path parameters and query filled in. */
export function addressOf(endpoint: Endpoint, params: unknown, query: unknown): string {
  const values = new Map(Object.entries(params ?? {}))
  const path = endpoint.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values.get(name))))
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(name, String(value))
  return search.size === 0 ? path : `${path}?${search}`
}

async function send(address: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(address, { ...init, credentials: 'same-origin', redirect: 'error', cache: 'no-store' })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    noteUnreachable()
    throw new ApiError('unreachable', 'the server does not answer', 0, null)
  }
  noteReached()
  noteDate(response.headers.get('date'), Date.now())
  if (response.ok) return response
  const failure = await errorFrom(response)
  if (failure.code === 'unauthenticated') noteSignedOut()
  throw failure
}

/**
 * Makes one call of the public interface and checks the answer's shape.
 * A command carries one key for all its attempts, so "written or not: nobody can say" is answered by asking again.
 *
 * @throws ApiError
 */
export async function call<E extends Endpoint>(endpoint: E, input: Input<E> = {}): Promise<AnswerOf<E>> {
  const headers: Record<string, string> = { accept: 'application/json' }
  if (endpoint.body !== undefined) headers['content-type'] = 'application/json'
  if (endpoint.repeat === 'key') headers['idempotency-key'] = crypto.randomUUID()
  if (input.revision !== undefined) headers['if-match'] = `"${input.revision}"`
  if (input.hash !== undefined) headers['if-match'] = `"${input.hash}"`
  const init: RequestInit = { method: endpoint.method.toUpperCase(), headers }
  if (endpoint.body !== undefined) init.body = JSON.stringify(input.body ?? {})
  if (input.signal) init.signal = input.signal
  const address = addressOf(endpoint, input.params, input.query)
  for (let attempt = 1; ; attempt += 1) {
    try {
      const response = await send(address, init)
      return endpoint.answer.parse(response.status === 204 ? {} : await response.json()) as AnswerOf<E>
    } catch (error) {
      const again = endpoint.repeat === 'key' && hasCode(error, 'commit_unknown', 'in_progress') && attempt < RETRIES
      if (!again) throw error
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS * attempt))
    }
  }
}

/** Fetches the bytes behind a one-time address. They live in memory only. */
export async function fetchOnce(address: string, signal: AbortSignal): Promise<Blob> {
  const url = new URL(address, location.origin)
  if (url.origin !== location.origin) throw new ApiError('unreadable', 'the address is on another origin', 0, null)
  return (await send(url.pathname + url.search, { signal })).blob()
}
