import { approveRetro, getRetro, getRetros, type RetroResultJson, startRetro } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { allStaff, doerOf } from '../people/index.ts'
import { askerOf, type LiveRules, labels, oneVersion, type RuleRegistry } from '../policy/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { addRetro, approveRetro as approveWork, casesOfRetro, oneRetro, retrosOf } from './store.ts'
import type { RetrosTable } from './tables.ts'

export interface RetroRouteServices {
  readonly storage: Storage
  readonly registry: Pick<RuleRegistry, 'live' | 'kept'>
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** The calls that apply a version to the past (rules.md §8.3). */
export function retroRoutes({ storage, registry, keysFor }: RetroRouteServices): Route[] {
  const { store } = storage
  const label = async () => labels(await store.read(allStaff, undefined))
  return [
    route(startRetro, async (call) => {
      const { name, version } = call.params
      const { from, to = call.now, maxCases, reason } = call.body
      if (from > to) throw new AppError('invalid', 'from: expected an instant before "to".', { pointer: '/from' })
      const live = registry.live()
      const { rules } = registry.kept(await store.read(oneVersion, { name, version }))
      // One schema says what may be read of an event: the log was written by the live version's.
      if (rules.schemaText !== live.schemaText)
        throw new AppError(
          'conflict',
          'The live version reads another schema of facts; upload this file again as a new version.',
        )
      const asker = askerOf(call.who)
      const wish = {
        ...{ name, version, hash: rules.hash, since: from, until: to, max_cases: maxCases, reason },
        rules: JSON.stringify(askedRules(rules, call.body.rules)),
        by: asker.kind === 'staff' ? asker.id : 'operator',
      }
      return { body: await store.tx(addRetro, wish, onceOf(call)) }
    }),
    route(getRetros, async ({ params }) => {
      await store.read(oneVersion, params)
      const by = await label()
      return { body: { items: (await store.read(retrosOf, params)).map((row) => aboutJson(row, by)) } }
    }),
    route(getRetro, async ({ params }) => {
      const row = await store.read(oneRetro, params.id)
      const result = row.result === null ? null : (JSON.parse(row.result) as RetroResultJson)
      const cases = await store.read(casesOfRetro, row.id)
      return { body: { ...aboutJson(row, await label()), result, cases } }
    }),
    route(approveRetro, async (call) => {
      const input = { id: call.params.id, hash: call.body.hash, doer: doerOf(call), keys: await keysFor([]) }
      return { body: await store.tx(approveWork, input, onceOf(call)) }
    }),
  ]
}

/** The rules whose findings become cases: only one that queues can make any. @throws AppError `invalid` */
function askedRules({ program }: LiveRules, asked: readonly string[] | undefined): string[] {
  const queuing = program.ruleset.rules.filter(({ effects }) => effects.some(({ do: act }) => act === 'queue'))
  const names = queuing.map(({ name }) => name)
  if (asked === undefined && names.length > 0) return names
  const other = asked?.find((rule) => !names.includes(rule))
  if (asked !== undefined && other === undefined) return [...new Set(asked)]
  throw new AppError(
    'invalid',
    other === undefined
      ? 'rules: no rule of this version queues, so looking back could make no case.'
      : `rules: ${other} is no rule of this version that queues; these are: ${names.join(', ') || 'none'}.`,
    { pointer: '/rules' },
  )
}

function aboutJson(row: RetrosTable, label: (id: string) => string) {
  const { id, state, name, version, hash, since, until, reason, by, at } = row
  return {
    ...{ id, state, name, version, hash, from: since, to: until, reason, by: label(by), at },
    rules: JSON.parse(row.rules) as string[],
    maxCases: row.max_cases,
    approved:
      row.approved_by === null || row.approved_at === null
        ? null
        : { by: label(row.approved_by), at: row.approved_at, solo: row.solo === 1 },
  }
}
