import {
  addRulesetVersion,
  checkRules,
  getRuleHits,
  getRuleset,
  getRulesets,
  getRulesetVersion,
  getShadowReport,
  putRuleset,
} from '@lamplighter/api'
import type { Lock } from '@lamplighter/rules'
import { AppError } from '../http/errors.ts'
import { parseJson } from '../http/json.ts'
import { type Route, route } from '../http/route.ts'
import { allStaff, doerOf } from '../people/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { keepDraft } from './drafts.ts'
import { countHits, type ReviewedEvents } from './hits.ts'
import type { RuleRegistry } from './registry.ts'
import type { VersionsTable } from './rows.ts'
import {
  approvalFaults,
  approvalsNeeded,
  type Need,
  needsOf,
  rollbackNeeds,
  type Standing,
  type Step,
  shadowNeeds,
} from './states.ts'
import { askerOf, stepRoutes } from './step-routes.ts'
import {
  alertsOf,
  approvalRows,
  hasOpened,
  historyOf,
  hoursOf,
  newestHits,
  oneVersion,
  openReport,
  standing,
  versions,
  whatRuns,
} from './store.ts'
import type { Tally } from './tally.ts'
import {
  changesJson,
  checkedJson,
  countersJson,
  diagnosticJson,
  hitsJson,
  labels,
  needJson,
  reportRules,
  versionJson,
} from './views.ts'

export interface PolicyServices {
  readonly storage: Storage
  readonly registry: RuleRegistry
  readonly tally: Pick<Tally, 'flush'>
  /** What people decided of these events, by their keys. */
  reviewed(events: readonly string[]): Promise<ReviewedEvents>
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** Long enough for most that rules found to be decided. */
const HITS_MS = 28 * 86_400_000

/** Alerts are shown for so long. */
const ALERTS_MS = 7 * 86_400_000

const MAX_BYTES = { maxBytes: 1024 * 1024 }

/** The calls around rule sets (rules.md §8.2). */
export function routesOf(services: PolicyServices): Route[] {
  const { registry, tally } = services
  const { store } = services.storage
  const label = async () => labels(await store.read(allStaff, undefined))
  return [
    route(
      checkRules,
      async ({ body }) => {
        const checked = registry.check(body.text, body.schema ?? registry.live().schemaText)
        const diagnostics =
          'diagnostics' in checked
            ? checked.diagnostics
            : [...checked.warnings, ...(await registry.notPermitted(checked))]
        return { body: { diagnostics: diagnostics.map(diagnosticJson) } }
      },
      MAX_BYTES,
    ),
    route(
      putRuleset,
      async (call) => {
        const { text, schema, reason, accept = [] } = call.body
        const schemaText = schema ?? registry.live().schemaText
        const { rules, recorded } = await registry.put({
          ...{ text, schemaText, reason, doer: doerOf(call) },
          untaught: accept.includes('no_model'),
        })
        return { body: { name: rules.name, version: rules.version, hash: rules.hash, recorded } }
      },
      MAX_BYTES,
    ),
    route(getRulesets, async () => {
      const rows = await store.read(versions, undefined)
      const by = await label()
      return { body: { items: rows.map((row) => versionJson(row, by)) } }
    }),
    route(getRuleHits, async ({ params, now }) => {
      const { live: row } = await store.read(whatRuns, undefined)
      if (row?.name !== params.name) throw new AppError('not_found', 'No rule set of this name is live.')
      const live = registry.live()
      const { since, hits } = await store.read(newestHits, now - HITS_MS)
      const reviewed = await services.reviewed([...new Set(hits.map(({ event }) => event))])
      return { body: { since, rules: hitsJson(live, countHits(hits, reviewed)) } }
    }),
    route(getRuleset, async ({ params, now }) => {
      const rows = (await store.read(versions, undefined)).filter(({ name }) => name === params.name)
      if (rows.length === 0) throw new AppError('not_found', 'There is no rule set of this name.')
      const by = await label()
      const { pauses } = await store.read(whatRuns, undefined)
      const { alerts, breakers } = await store.read(alertsOf, { name: params.name, since: now - ALERTS_MS })
      return {
        body: {
          name: params.name,
          versions: rows.map((row) => versionJson(row, by)),
          pauses: pauses
            .filter(({ name }) => name === params.name)
            .map((pause) => ({
              rule: pause.rule,
              reason: pause.reason,
              by: by(pause.by),
              at: pause.at,
              until: pause.until,
            })),
          breakers: breakers.map(({ version, rule, ceiling, tripped_at }) => ({
            ...{ version, rule, ceiling },
            openSince: tripped_at,
          })),
          alerts: alerts.map(({ at, kind, version, rule, roles, words }) => ({
            ...{ at, kind, version, rule, words },
            roles: JSON.parse(roles),
          })),
        },
      }
    }),
    route(
      addRulesetVersion,
      async (call) => {
        const { text, lock } = call.body
        return {
          body: await keepDraft(services, {
            ...{ name: call.params.name, text, doer: doerOf(call) },
            ...(lock !== undefined && { lock: lockOf(lock) }),
            ...(call.once !== undefined && { once: call.once }),
          }),
        }
      },
      MAX_BYTES,
    ),
    route(getRulesetVersion, async ({ params, who, now }) => {
      const row = await store.read(oneVersion, params)
      const labelled = await label()
      const kept = keptOr(registry, row)
      const known = 'refused' in kept ? undefined : kept
      const at = known && (await store.read(standing, { ...params, compared: known.compared }))
      // The operator needs hardly anything; what they are shown is what the author still lacks.
      const by = askerOf(who)
      const asker = by.kind === 'operator' ? { kind: 'staff' as const, id: row.author, roles: [] } : by
      const ask = { by: asker, hash: row.hash, now }
      const told = (needs: (standing: Standing) => readonly Need[]) =>
        'refused' in kept ? [kept.refused] : at === undefined ? [] : needs(at).map(needJson)
      const needs = (step: Step) => told((standing) => needsOf(step, standing, ask))
      const opened = by.kind === 'staff' && (await store.read(hasOpened, { hash: row.hash, staff: by.id }))
      const approval = { staff: asker.id, hash: row.hash, opened }
      const rows =
        known === undefined ? [] : (await store.read(versions, undefined)).filter(({ name }) => name === row.name)
      const hours = await store.read(hoursOf, params)
      return {
        body: {
          ...versionJson(row, labelled),
          text: row.text,
          schema: row.schema_text,
          owner: known?.rules.program.ruleset.owner ?? '',
          own: by.kind === 'staff' && by.id === row.author,
          checked: known === undefined ? [] : checkedJson(known.rules, { hours, versions: rows, label: labelled, now }),
          changes: known === undefined ? [] : changesJson(known.compared),
          counters: known === undefined ? [] : countersJson(known.compared),
          approvalsNeeded: known === undefined ? 0 : approvalsNeeded(known.compared.changes),
          needs: {
            shadow: needs('shadow'),
            trial: needs('trial'),
            live: needs('live'),
            retire: needs('retire'),
            expedited: told((standing) => needsOf('live', standing, { ...ask, expedite: true })),
            approve: told((standing) => approvalFaults(standing, approval)),
            rollback: rollbackNeedsOf(row).map(needJson),
          },
          approvals: (await store.read(approvalRows, row.hash)).map((one) => ({ ...one, by: labelled(one.by) })),
          history: (await store.read(historyOf, params)).map(
            ({ at: when, op, by: who, hash, reason, approvals, solo, record }) => ({
              at: when,
              op,
              by: who,
              hash,
              reason,
              approvals,
              solo: solo === 1,
              record,
            }),
          ),
        },
      }
    }),
    route(getShadowReport, async ({ params, who, now }) => {
      await tally.flush()
      const row = await store.read(oneVersion, params)
      const { compared } = registry.kept(row)
      const at = await store.read(standing, { ...params, compared })
      if (who.kind === 'staff') await store.tx(openReport, { hash: row.hash, staff: who.id })
      return {
        body: {
          name: row.name,
          version: row.version,
          hash: row.hash,
          since: row.beside_since,
          missing: shadowNeeds(at, now).map(needJson),
          rules: reportRules(await store.read(hoursOf, params)),
        },
      }
    }),
    ...stepRoutes(services),
  ]
}

/** Nothing that is not live can be left. */
function rollbackNeedsOf({ state, hash, before_hash: before }: VersionsTable): Need[] {
  return state === 'live' ? rollbackNeeds({ hash, before }, hash) : [{ code: 'wrong_state', state, from: ['live'] }]
}

/** A version that an older software took stays readable. */
function keptOr(registry: RuleRegistry, row: VersionsTable) {
  try {
    return registry.kept(row)
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'rules_refused') throw error
    return { refused: { code: error.code, detail: error.message } }
  }
}

/** The author's lock file. @throws AppError `invalid` */
function lockOf(text: string): Lock {
  const json = jsonOf(text)
  const isMap = (value: unknown): value is Record<string, string> =>
    typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one === 'string')
  if (typeof json === 'object' && json !== null && 'rules' in json && 'rulesets' in json) {
    const { rules, rulesets } = json
    // A lock file from before rules could count names none.
    const counters = 'counters' in json ? json.counters : {}
    if (isMap(rules) && isMap(rulesets) && isMap(counters)) return { format: 1, rules, rulesets, counters }
  }
  throw new AppError('invalid', 'lock: expected the JSON of a lock file, with rules and rulesets.', {
    pointer: '/lock',
  })
}

function jsonOf(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    // What is not JSON is no lock file either; the caller hears that.
    return undefined
  }
}
