import { checkRules, getRulesets, liveRuleset } from '@lamplighter/api'
import { type Route, route } from '../http/route.ts'
import type { Storage } from '../storage/index.ts'
import type { RuleRegistry } from './registry.ts'
import { rulesets } from './store.ts'

/** The calls around rule sets. */
export function routesOf(services: { readonly storage: Storage; readonly registry: RuleRegistry }): Route[] {
  const { registry } = services
  return [
    route(
      checkRules,
      async ({ body }) => {
        const checked = registry.check(body.text, body.schema ?? registry.live().schemaText)
        const diagnostics = 'diagnostics' in checked ? checked.diagnostics : []
        return {
          body: {
            diagnostics: diagnostics.map(({ code, severity, message, fix, at }) => ({
              code,
              severity,
              message,
              ...(fix !== undefined && { fix }),
              line: at.line,
              column: at.column,
              length: Math.max(1, at.to - at.from),
            })),
          },
        }
      },
      { maxBytes: 1024 * 1024 },
    ),
    route(getRulesets, async () => {
      const rows = await services.storage.store.read(rulesets, undefined)
      return {
        body: {
          items: rows.map((row) => ({
            name: row.name,
            version: row.version,
            hash: row.hash,
            state: row.state,
            liveAt: row.live_at,
            rules: row.state === 'live' ? registry.live().rules : 0,
          })),
        },
      }
    }),
    route(
      liveRuleset,
      async ({ body, who }) => {
        const { rules, recorded } = await registry.put({
          text: body.text,
          schemaText: body.schema ?? registry.live().schemaText,
          by: who.kind === 'staff' ? `R-${who.number}` : 'operator',
          solo: true,
          reason: body.reason,
        })
        return { body: { name: rules.name, version: rules.version, hash: rules.hash, recorded } }
      },
      { maxBytes: 1024 * 1024 },
    ),
  ]
}
