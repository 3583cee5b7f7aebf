import { type BackfillResultJson, getBackfill, getBackfills, startBackfill } from '@lamplighter/api'
import { LIVE, standingCounters } from '../counters/index.ts'
import { AppError } from '../http/errors.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import { type LiveRules, oneVersion } from '../policy/index.ts'
import { type AskedServices, aboutRun, askedVersion, labelsOf } from './asked.ts'
import { isLogged } from './filling.ts'
import { addBackfill, backfillsOf, oneBackfill } from './store.ts'
import type { BackfillsTable } from './tables.ts'

/** The calls that fill counters from the log (rules.md §6.4, §8.2). */
export function backfillRoutes(services: AskedServices): Route[] {
  const { storage } = services
  const { store } = storage
  return [
    route(startBackfill, async (call) => {
      const { rules, of } = await askedVersion(call, services)
      const counters = await coldIn(rules, call.body.counters, services, call.now)
      return { body: await store.tx(addBackfill, { ...of, counters: JSON.stringify(counters) }, onceOf(call)) }
    }),
    route(getBackfills, async ({ params }) => {
      await store.read(oneVersion, params)
      const by = await labelsOf(storage)
      return { body: { items: (await store.read(backfillsOf, params)).map((row) => backfillJson(row, by)) } }
    }),
    route(getBackfill, async ({ params }) => ({
      body: backfillJson(await store.read(oneBackfill, params.id), await labelsOf(storage)),
    })),
  ]
}

/**
 * The counters that have not seen a whole window and can be filled.
 *
 * @throws AppError `invalid` no such counter · `conflict` nothing to fill · `counter_not_logged`
 */
async function coldIn(
  rules: LiveRules,
  asked: readonly string[] | undefined,
  { storage }: AskedServices,
  now: number,
): Promise<string[]> {
  const all = [...rules.program.ruleset.counters.values()]
  const other = asked?.find((name) => all.every((counter) => counter.name !== name))
  if (other !== undefined)
    throw new AppError('invalid', `counters: this version has no counter ${other}.`, { pointer: '/counters' })
  const wanted = all.filter(({ name }) => asked?.includes(name) ?? true)
  const ids = wanted.map(({ spec }) => spec.id)
  const standing = await storage.store.read(standingCounters, { namespace: LIVE, ids })
  const counted = wanted.filter(({ spec }) => standing.some(({ id }) => id === spec.id))
  if (counted.length < wanted.length)
    throw new AppError(
      'conflict',
      'Counters of this version are not counted yet; they begin when it goes to shadow: take it there first.',
    )
  const cold = counted.filter(({ spec }) =>
    standing.some(({ id, since }) => id === spec.id && isCold(since, spec.over, now)),
  )
  if (cold.length === 0)
    throw new AppError('conflict', 'These counters have seen a whole window; there is nothing to fill.')
  const logged = cold.filter((counter) => isLogged(counter, rules))
  if (logged.length === 0 || (asked !== undefined && logged.length < cold.length))
    throw new AppError(
      'counter_not_logged',
      `The log keeps nothing of what these count, so they warm by waiting: ${cold
        .filter((counter) => !logged.includes(counter))
        .map(({ name }) => name)
        .join(', ')}.`,
    )
  return logged.map(({ name }) => name)
}

const isCold = (since: number | null, over: number, now: number): boolean => since !== null && since > now - over

function backfillJson(row: BackfillsTable, label: (id: string) => string) {
  return {
    ...aboutRun(row, label),
    counters: JSON.parse(row.counters) as string[],
    result: row.result === null ? null : (JSON.parse(row.result) as BackfillResultJson),
  }
}
