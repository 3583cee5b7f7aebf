import { approveRetro, getRetro, getRetros, type RetroResultJson, startRetro } from '@lamplighter/api'
import { listConnections } from '../actions/index.ts'
import { AppError } from '../http/errors.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { doerOf } from '../people/index.ts'
import { type LiveRules, oneVersion } from '../policy/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { type AskedServices, aboutRun, askedSpan, askedVersion, labelsOf } from './asked.ts'
import { openSegment } from './log.ts'
import { addRetro, approveRetro as approveWork, casesOfRetro, firstOf, oneRetro, oneUpload, retrosOf } from './store.ts'
import type { RetrosTable } from './tables.ts'
import { uploadJson } from './upload-routes.ts'

export interface RetroRouteServices extends AskedServices {
  readonly keyring: Pick<Keyring, 'live'>
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}

/** The calls that apply a version to the past (rules.md §8.3). */
export function retroRoutes(services: RetroRouteServices): Route[] {
  const { storage, keyring, keysFor } = services
  const { store } = storage
  const label = () => labelsOf(storage)
  const reaches = async (): Promise<number | null> => {
    const open = openSegment(keyring)
    return open === undefined ? null : ((await store.read(firstOf, open))?.since ?? null)
  }
  return [
    route(startRetro, async (call) => {
      const span = askedSpan(call.body, call.now)
      const { rules, of } = await askedVersion(call, services)
      const { maxCases, reason, source } = call.body
      const wish = {
        ...of,
        ...span,
        ...{ max_cases: maxCases, reason, rules: JSON.stringify(askedRules(rules, call.body.rules)) },
        ...{ source, connection: source === 'upload' ? await askedConnection(call.body.connection, store) : null },
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
      const isLog = row.source === 'log'
      const upload = uploadJson(await store.read(oneUpload, row.id))
      const body = { ...aboutJson(row, await label()), reaches: isLog ? await reaches() : null, upload, result, cases }
      return { body }
    }),
    route(approveRetro, async (call) => {
      const input = { id: call.params.id, hash: call.body.hash, doer: doerOf(call), keys: await keysFor([]) }
      return { body: await store.tx(approveWork, input, onceOf(call)) }
    }),
  ]
}

/** Whose events an archive holds: the cases that come of it are of that connection. @throws AppError `invalid` */
async function askedConnection(asked: string | undefined, store: Storage['store']): Promise<string> {
  const names = (await store.read(listConnections, undefined)).map(({ name }) => name)
  const [only] = names
  if (asked === undefined && names.length === 1 && only !== undefined) return only
  if (asked !== undefined && names.includes(asked)) return asked
  throw new AppError(
    'invalid',
    `connection: expected the one whose events they are: ${names.join(', ') || 'none yet'}.`,
    {
      pointer: '/connection',
    },
  )
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
  const { since, until, reason, source } = row
  return {
    ...aboutRun(row, label),
    source,
    ...{ from: since, to: until, reason },
    rules: JSON.parse(row.rules) as string[],
    maxCases: row.max_cases,
    approved:
      row.approved_by === null || row.approved_at === null
        ? null
        : { by: label(row.approved_by), at: row.approved_at, solo: row.solo === 1 },
  }
}
