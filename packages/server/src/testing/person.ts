import type { Role } from '@lamplighter/api'
import { randomToken } from '../http/crypto.ts'
import type { People } from '../people/index.ts'
import { operatorDoer } from './server.ts'

/** What a call was answered. */
export interface Answered {
  readonly status: number
  readonly headers: Headers
  /** As sent. */
  readonly text: string
  readonly bytes: Uint8Array
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what it expects, and fails where it is not there
  readonly body: any
}

export interface CallOptions {
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export type Caller = (method: string, path: string, options?: CallOptions) => Promise<Answered>

/** Somebody of the staff, signed in. */
export interface Person {
  readonly id: string
  /** `R-7`. */
  readonly label: string
  /** What their browser sends with each call. */
  readonly credentials: Readonly<Record<string, string>>
  call: Caller
  /** Signs in again, when the session has ended. */
  signIn(): Promise<void>
  /** Claims the case that is due first in a lane and opens it. */
  next(lane: string): Promise<Answered['body']>
  /** Claims a case by number and opens it. */
  take(number: number): Promise<Answered['body']>
  decide(opened: { number: number; revision: number }, choice: string, more?: object): Promise<Answered>
}

/** Sends a call to the house, with these headers beside those of the call. */
export type Send = (
  method: string,
  path: string,
  given: CallOptions,
  own: Readonly<Record<string, string>>,
) => Promise<Answered>

/** Adds somebody with these roles and signs them in. */
export async function signedIn(
  { people, clock, send }: { people: () => People; clock: { now: number }; send: Send },
  roles: Role[],
): Promise<Person> {
  // One address signs in ten times a minute at most.
  clock.now += 6_001
  const invited = await people().invite({ name: 'Somebody', roles, kind: 'invite', doer: operatorDoer })
  const cookieFor = async (link: string): Promise<string> => {
    const opened = await send('POST', new URL(link).pathname, {}, {})
    const given = opened.headers.getSetCookie()[0]?.split(';', 1)[0]
    if (given === undefined) throw new Error(`signing in was answered ${opened.status} ${opened.text}`)
    return given
  }
  const own = { cookie: await cookieFor(invited.link), 'sec-fetch-site': 'same-origin' }
  const call: Caller = (method, path, given = {}) =>
    send(method, path, given, {
      ...own,
      ...(method === 'GET' ? {} : { 'idempotency-key': randomToken(128) }),
    })
  const me = await call('GET', '/v1/me')
  const read = async (number: number) => (await call('GET', `/v1/cases/${number}`)).body
  return {
    id: invited.id,
    label: me.body.staff,
    credentials: own,
    call,
    async signIn() {
      clock.now += 6_001
      const wish = { id: invited.id, reason: 'again', kind: 'invite', doer: operatorDoer } as const
      own.cookie = await cookieFor((await people().relink(wish)).link)
    },
    async next(lane) {
      const { body } = await call('POST', `/v1/lanes/${lane}/next`, { body: {} })
      if (typeof body.number !== 'number') throw new Error(`lane ${lane} gave ${JSON.stringify(body)}`)
      return read(body.number)
    },
    async take(number) {
      const answer = await call('POST', `/v1/cases/${number}/claim`, { body: {} })
      if (answer.status !== 200) throw new Error(`claiming ${number} was answered ${answer.status} ${answer.text}`)
      return read(number)
    },
    decide: ({ number, revision }, choice, more = {}) =>
      call('POST', `/v1/cases/${number}/decisions`, {
        body: {
          choice,
          policy: 'HAR-1',
          reasonCode: 'insult',
          statement: choice === 'none' ? null : { language: 'en', text: 'This is not allowed here.' },
          ...more,
        },
        headers: { 'if-match': `"${revision}"` },
      }),
  }
}
