import { getRetention } from '@lamplighter/api'
import { type Route, route } from '../http/route.ts'
import type { Storage } from '../storage/index.ts'

/** Settings that are read from what the code declares: the page cannot drift from what is done. */
export function routesOf(services: { readonly storage: Storage }): Route[] {
  return [
    route(getRetention, async () => ({
      body: {
        items: services.storage.retention.rules.map(({ table, kept }) => ({
          table,
          from: 'from' in kept ? kept.from : '',
          keptMs: 'from' in kept ? kept.default : null,
          words:
            'from' in kept
              ? `kept ${daysInWords(kept.default)}`
              : 'with' in kept
                ? `goes with ${kept.with}`
                : kept.forever,
          unless: 'from' in kept ? (kept.unless ?? null) : null,
        })),
      },
    })),
  ]
}

function daysInWords(ms: number): string {
  const days = ms / 86_400_000
  return days >= 2 ? `${Math.round(days)} days` : `${Math.round(ms / 3_600_000)} hours`
}
