import { setImmediate as nextTurn, setTimeout } from 'node:timers/promises'
import { type KeptCounters, LIVE, type Standing, standingCounters } from '../counters/index.ts'
import type { Handler } from '../jobs/index.ts'
import type { LiveRules } from '../policy/index.ts'
import type { Keyring } from '../storage/keyring/index.ts'
import type { Reached } from './backfills.store.ts'
import { opened } from './backtest.ts'
import { Filling, type Target } from './filling.ts'
import { openedIds } from './ids.ts'
import { idKeysOf, openSegment } from './log.ts'
import { eachPage, heed, linesIn, type RunServices, runHandler, versionWith } from './runs.ts'
import { endBackfill, endRun, firstOf, lastChunk, oneBackfill, segmentsIn, stateOfRun } from './store.ts'
import type { BackfillsTable } from './tables.ts'

export interface BackfillServices extends RunServices {
  readonly keyring: Keyring
  readonly counters: Pick<KeptCounters, 'fill' | 'alone'>
  readonly now: () => number
  /** Gives what tells whether every event that was taken before now is settled, and so is in the log. */
  takenByNow(): Promise<() => Promise<boolean>>
  /** When what the log keeps was changed last; milliseconds since 1970. */
  changedAt(): Promise<number>
}

/** Chunks of a page. */
const AT_ONCE = 16

interface Found {
  readonly events: number
  readonly reached: readonly Reached[]
}

/**
 * Fills counters from the log. After a stop it begins anew: an event counts once however often it comes, and until the very end no counter
 * says that it has seen more than before.
 */
export function backfillHandler(services: BackfillServices): Handler {
  const { store } = services.storage
  return runHandler<Found>(
    services,
    async (id, signal) => {
      const row = await store.read(oneBackfill, id)
      const rules = await versionWith(row.hash, services)
      return rules === undefined ? undefined : await fill(row, rules, services, signal)
    },
    (id, found, job) =>
      found === undefined
        ? store.tx(endRun, { id, result: null, job })
        : services.counters.alone(() => store.tx(endBackfill, { id, ...found, job })),
  )
}

async function fill(
  row: BackfillsTable,
  rules: LiveRules,
  services: BackfillServices,
  signal: AbortSignal,
): Promise<Found | 'stopped'> {
  const { keyring, progress, storage } = services
  const { store } = storage
  const targets = await targetsOf(row, rules, services)
  const segment = openSegment(keyring)
  if (segment === undefined) return { events: 0, reached: nothingKnown(targets) }
  // An event that was planned before its counter was counted moves nothing of it, and is in the log as soon as it is settled. All that is
  // planned from here on moves it by itself. So what is not in the log by then, nobody has to look for.
  if ((await settled(row.id, services, signal)) === 'stopped') return 'stopped'
  const last = await store.read(lastChunk, undefined)
  const changedAt = await services.changedAt()
  const first = await store.read(firstOf, segment)
  if (first === undefined || first.n > last) return { events: 0, reached: nothingKnown(targets) }
  const filling = new Filling(rules, targets, openedIds(await idKeysOf(keyring, segment)), services.now())
  const stretch = { since: 0, until: Number.MAX_SAFE_INTEGER, last }
  const all = await store.read(segmentsIn, stretch)
  const at = progress.begin(row.id, { done: 0, total: all.find((one) => one.segment === segment)?.lines ?? 0 })
  let events = 0
  let before: { readonly n: number; readonly at: number } | undefined
  const walk = { run: row.id, stretch, most: AT_ONCE, after: first.n - 1 }
  const walked = await eachPage(services, walk, signal, async (page) => {
    // Once the segment is closed nobody is led back to an id any more, by nobody.
    if (openSegment(keyring) !== segment) return 'enough'
    for (const chunk of page) {
      heed(signal)
      if (before === undefined) filling.lacks(chunk.at, 'log')
      // Lines of a closed segment are nobody's, chunks that are gone are nothing, and while the log was off there were none.
      else if (chunk.segment !== segment || chunk.n !== before.n + 1 || isBetween(changedAt, before.at, chunk.at))
        filling.lacks(chunk.at, 'gap')
      before = chunk
      if (chunk.segment !== segment) continue
      await services.counters.fill(
        LIVE,
        filling.take(opened(chunk)),
        targets.map(({ of }) => of),
      )
      events += chunk.lines
      // A chunk without anything to count must not keep those waiting who are judged meanwhile.
      await nextTurn()
    }
    at.add(linesIn(page.filter((chunk) => chunk.segment === segment)))
    return 'on'
  })
  if (walked === 'stopped') return walked
  // The end of the log is not there, or what comes after its last chunk was not kept: nothing is certain.
  if (before?.n !== last || changedAt >= before.at) filling.lacks(Number.POSITIVE_INFINITY, 'gap')
  return { events, reached: [...filling.reached()].map(reachedOf) }
}

/** Between two looks at whether what was taken before is settled. */
const LOOK_MS = 250

async function settled(id: string, services: BackfillServices, signal: AbortSignal): Promise<'settled' | 'stopped'> {
  const { store } = services.storage
  const isSettled = await services.takenByNow()
  while (!(await isSettled())) {
    heed(signal)
    if ((await store.read(stateOfRun, id)) !== 'running') return 'stopped'
    await setTimeout(LOOK_MS)
  }
  return 'settled'
}

const isBetween = (instant: number, from: number, to: number): boolean => instant >= from && instant <= to

/** Of the counters that were asked for, those that are counted now. */
async function targetsOf(
  row: BackfillsTable,
  { program }: LiveRules,
  { storage }: BackfillServices,
): Promise<Target[]> {
  const names = JSON.parse(row.counters) as string[]
  const counters = names.flatMap((name) => program.ruleset.counters.get(name) ?? [])
  const ids = counters.map(({ spec }) => spec.id)
  const standing = new Map<string, Standing>(
    (await storage.store.read(standingCounters, { namespace: LIVE, ids })).map((one) => [one.id, one]),
  )
  return counters.flatMap((counter) => {
    const of = standing.get(counter.spec.id)
    return of === undefined ? [] : [{ counter, of }]
  })
}

const nothingKnown = (targets: readonly Target[]): Reached[] =>
  targets.map((target) => reachedOf({ ...target, since: Number.POSITIVE_INFINITY, limit: 'log', what: null }))

const reachedOf = ({
  counter,
  of,
  since,
  limit,
  what,
}: Target & Pick<Reached, 'since' | 'limit' | 'what'>): Reached => ({
  ...{ name: counter.name, over: counter.spec.over, of, limit, what },
  // As a whole number, it survives on its way to the writer.
  since: Math.min(since, Number.MAX_SAFE_INTEGER),
})
