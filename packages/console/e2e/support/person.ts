import type { House } from './house.ts'

/** Calls of a person who is signed in without a browser: for what a second person does meanwhile. */
export interface Caller {
  call(method: 'GET' | 'POST', path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>
}

/** Uses a sign-in link as the browser does, and keeps the cookie. */
export async function callerFor(house: Pick<House, 'url'>, link: string): Promise<Caller> {
  const signed = await fetch(link, { method: 'POST', redirect: 'manual' })
  const cookie = signed.headers.getSetCookie()[0]?.split(';', 1)[0]
  if (signed.status !== 303 || cookie === undefined) throw new Error(`the link was answered ${signed.status}`)
  return callerWith(house, cookie)
}

/** Calls in a session that was opened elsewhere. @param cookie `name=value` */
export function callerWith(house: Pick<House, 'url'>, cookie: string): Caller {
  return {
    call: (method, path, body, headers = {}) =>
      fetch(house.url + path, {
        method,
        redirect: 'manual',
        headers: {
          cookie,
          'sec-fetch-site': 'same-origin',
          ...(method === 'POST' && { 'content-type': 'application/json', 'idempotency-key': crypto.randomUUID() }),
          ...headers,
        },
        ...(method === 'POST' && { body: JSON.stringify(body ?? {}) }),
      }),
  }
}

/** An event of a message by somebody grown up, as the platform sends it. */
export const adult = (id: string) => ({
  id,
  kind: 'person',
  age: 86_400_000 * 90,
  age_band: 'adult',
  age_source: 'declared',
})

export function reportOf(id: string, about: { id: string; by: string; text: string }, harm = 'harassment') {
  return {
    kind: 'report',
    id,
    occurred_at: new Date().toISOString(),
    actor: adult(`by-${id}`),
    target: adult(about.by),
    item: { id: about.id, text: about.text },
    report: { id, harm },
  }
}

export function postOf(id: string, by: string, text: string) {
  return {
    kind: 'post',
    id,
    occurred_at: new Date().toISOString(),
    actor: adult(by),
    room: { id: 'square', type: 'forum', audience: 'public' },
    item: { id, text },
  }
}
