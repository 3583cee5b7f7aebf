import { openapi } from '@lamplighter/api'
import type { Metrics } from './metrics.ts'
import { type Page, page, type Route } from './route.ts'

/** `/openapi.json` of the routes that are served, no more. */
export function openapiPage(routes: readonly Route[], url: string, version: string): Page {
  // Written when it is first asked for: a start need not wait for it.
  let text: string | undefined
  const written = () =>
    JSON.stringify(
      openapi(
        routes.map((one) => one.endpoint),
        url,
        version,
      ),
    )
  return page({
    method: 'get',
    path: '/openapi.json',
    act: 'public',
    kind: 'plain',
    async handle() {
      text ??= written()
      return new Response(text, { headers: { 'content-type': 'application/json' } })
    },
  })
}

/** `/metrics` for a collector on this machine, or with a key of scope `metrics` (ecosystem.md §14). */
export function metricsPage(metrics: Metrics): Page {
  return page({
    method: 'get',
    path: '/metrics',
    act: 'metrics.read',
    kind: 'plain',
    handle: async () =>
      new Response(await metrics.render(), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      }),
  })
}

/** `/stands`: the numbers that `doctor` looks at, for whoever may read the metrics. */
export function standsPage(look: () => Promise<object>): Page {
  return page({
    method: 'get',
    path: '/stands',
    act: 'metrics.read',
    kind: 'plain',
    handle: async () => Response.json(await look()),
  })
}
