import { type Html, html } from '../http/html.ts'
import { type Page, page } from '../http/route.ts'

/** What the made-up platform was asked to do, newest first: the receiving end of the webhooks, as a platform would have one. */
export interface HarbourHook {
  readonly pages: readonly Page[]
  /** Address of the newest notice for a person, as the webhook told it. */
  lastNotice(): string | undefined
}

interface Received {
  readonly at: number
  readonly id: string
  readonly type: string
  readonly words: string
  readonly page: string | null
}

const SHOWN = 50

export function makeHook(): HarbourHook {
  const received: Received[] = []
  const seen = new Set<string>()
  return {
    lastNotice: () => received.find(({ page: address }) => address !== null)?.page ?? undefined,
    pages: [
      page({
        method: 'post',
        path: '/demo/hook',
        act: 'public',
        kind: 'plain',
        async handle(call) {
          const id = call.raw.headers.get('webhook-id') ?? ''
          const body = (await call.raw.json()) as { type?: unknown; data?: Record<string, unknown> }
          // A webhook may come twice; its id says so.
          if (!seen.has(id)) {
            seen.add(id)
            received.unshift(receivedOf(id, body, call.now))
            received.splice(SHOWN)
          }
          return Response.json({ ok: true })
        },
      }),
      page({
        method: 'get',
        path: '/demo',
        act: 'public',
        kind: 'users',
        handle: async () => htmlAnswer(shown(received)),
      }),
      page({
        method: 'get',
        path: '/demo/notice',
        act: 'public',
        kind: 'users',
        async handle() {
          const last = received.find(({ page: address }) => address !== null)?.page
          if (last === undefined || last === null)
            return htmlAnswer(
              html`<!doctype html><title>Harbour</title><p>No notice was delivered yet. Decide a case, wait ten seconds, and come back.</p>`,
            )
          return new Response(null, { status: 303, headers: { location: new URL(last).pathname } })
        },
      }),
    ],
  }
}

function receivedOf(id: string, body: { type?: unknown; data?: Record<string, unknown> }, at: number): Received {
  const { data = {} } = body
  const type = typeof body.type === 'string' ? body.type : 'unknown'
  const item = data.item as { type?: string } | null | undefined
  const words = [data.do, item?.type, data.account, data.outcome].filter((word) => typeof word === 'string').join(' · ')
  return { at, id, type, words, page: typeof data.page === 'string' ? data.page : null }
}

const htmlAnswer = (body: Html): Response =>
  new Response(String(body), { headers: { 'content-type': 'text/html; charset=utf-8' } })

function shown(received: readonly Received[]): Html {
  const rows = received.map(
    (one) =>
      html`<tr><td>${new Date(one.at).toISOString().slice(11, 19)}</td><td>${one.type}</td><td>${one.words}</td></tr>`,
  )
  return html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Harbour, the made-up platform</title><link rel="stylesheet" href="/users.css"></head>
<body><main>
<h1>Harbour, the made-up platform</h1>
<p>This is the other end: what Lamplighter asked Harbour to do, by signed webhooks. <a href="/demo/notice">The newest notice to a person</a> is what that person sees.</p>
<table><thead><tr><th>time (UTC)</th><th>webhook</th><th>about</th></tr></thead><tbody>${rows}</tbody></table>
${received.length === 0 ? html`<p>Nothing yet. Decide a case in the console and wait ten seconds.</p>` : html``}
</main></body></html>`
}
