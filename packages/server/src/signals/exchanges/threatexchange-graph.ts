import { z } from 'zod'
import type { OutgoingAnswer } from '../../http/outgoing.ts'
import { accepted, retryAfterMs, shownText } from './answers.ts'
import { below, hiding, jsonOf } from './json-pages.ts'
import { type Ask, ExchangeError } from './source.ts'

/*
 * How Meta's Graph API is called, and what its errors mean (developers.facebook.com/docs/graph-api/guides/error-handling). The code in the body says it, not
 * the status: the same code comes with 400, 401, 403 or 500.
 */

export interface GraphSettings {
  readonly address: string
  readonly group: string
  readonly shareLevel: 'AMBER' | 'RED'
}

export interface GraphCredentials {
  readonly accessToken: string
}

/** Too much was asked: of the app (4), the user (17), the page (32), a limit of the app (341), a custom limit (613); blocked for now (368). */
const THROTTLED: ReadonlySet<number> = new Set([4, 17, 32, 341, 368, 613])
/** Away for now. */
const AWAY: ReadonlySet<number> = new Set([1, 2])
/** The token is missing (104), over (102, 190), or not allowed to (3, 10, and 200 to 299). */
const NO_ACCESS: ReadonlySet<number> = new Set([3, 10, 102, 104, 190])
/** A parameter is wrong: also a cursor that is over. */
const INVALID = 100
/** What was asked for is not there: an object (100 with 33), or one of several names (803). */
const NOT_THERE = { code: 100, subcode: 33, alias: 803 } as const

const errorBody = z.object({
  error: z.object({ code: z.int(), error_subcode: z.int().optional(), is_transient: z.boolean().optional() }),
})

export interface GraphCall {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | undefined>>
  readonly form?: Readonly<Record<string, string>>
  /** What errors must not repeat. */
  readonly hidden?: readonly string[]
}

export interface Graph {
  readonly settings: GraphSettings
  readonly credentials: GraphCredentials
}

/** App tokens are `id|secret`. */
export const appOf = ({ credentials }: Graph): string => credentials.accessToken.split('|', 1)[0] ?? ''

/** Makes a call. The token goes into a header: addresses end up in the logs of whoever stands between. */
export async function askGraph(graph: Graph, call: GraphCall, ask: Ask): Promise<OutgoingAnswer> {
  const { accessToken } = graph.credentials
  const answer = await ask({
    method: call.method,
    url: below(graph.settings.address, call.path, call.query),
    headers: {
      authorization: `Bearer ${accessToken}`,
      ...(call.form !== undefined && { 'content-type': 'application/x-www-form-urlencoded' }),
    },
    ...(call.form !== undefined && { body: new URLSearchParams(call.form).toString() }),
  })
  return hiding(answer, [accessToken, accessToken.split('|')[1], ...(call.hidden ?? [])])
}

/** The code of an error; undefined where the answer is none, or has none. */
export function graphCode(answer: OutgoingAnswer): number | undefined {
  return errorOf(answer)?.code
}

export const isInvalid = (answer: OutgoingAnswer): boolean => graphCode(answer) === INVALID

/** Whether the object is gone. A call that is wrong has the same code, and must not be taken for that. */
export function isGone(answer: OutgoingAnswer): boolean {
  const error = errorOf(answer)
  return (
    error?.code === NOT_THERE.alias || (error?.code === NOT_THERE.code && error.error_subcode === NOT_THERE.subcode)
  )
}

/**
 * An answer that is none of Graph's errors.
 *
 * @throws ExchangeError `sign_in` · `wait` · `refused`
 */
export function graphAccepted(answer: OutgoingAnswer): OutgoingAnswer {
  const error = errorOf(answer)
  if (error === undefined) return accepted(answer)
  const { code } = error
  if (THROTTLED.has(code) || AWAY.has(code) || error.is_transient === true) {
    throw new ExchangeError('wait', `error ${code}`, retryAfterMs(answer.headers))
  }
  if (NO_ACCESS.has(code) || (code >= 200 && code < 300))
    throw new ExchangeError('sign_in', `error ${code}: ${shownText(answer)}`)
  throw new ExchangeError('refused', `error ${code}: ${shownText(answer)}`)
}

function errorOf(answer: OutgoingAnswer): z.output<typeof errorBody>['error'] | undefined {
  // Only what is no success can be an error: pages of megabytes are not read twice.
  if (answer.status < 400 || answer.cut !== null) return undefined
  try {
    return errorBody.safeParse(jsonOf(answer)).data?.error
  } catch {
    return undefined
  }
}
