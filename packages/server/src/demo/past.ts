import { type Event, MemoryCounters } from '@lamplighter/rules'
import type { Context } from '../context.ts'
import { acceptEvent } from '../intake/index.ts'
import { judgeCounted } from '../policy/index.ts'
import { keepTraces, type Pen, type Trace } from '../replay/index.ts'
import { measure } from '../signals/index.ts'
import type { DemoClock } from './clock.ts'
import { makeTown, type Said, seededRandom } from './harbour.ts'
import { eventOf } from './seed.ts'

const HOUR = 3_600_000
const OLDEST_HOURS = 27 * 24
/** A day of silence lies before the town's own story: no counter of the shipped rules has a longer window, so the story is what it was. */
const NEWEST_HOURS = 32
const STEP_HOURS = 6
const PER_STEP = 50
/** One event in so many is trouble. */
const TROUBLE = 40
const PHASES = ['gate', 'follow'] as const
const UNSURE: ReadonlySet<string> = new Set(['warming', 'late', 'store', 'approx'])

/**
 * Four weeks in the town's replay log, so that a version of the rules can be asked about the past at once. Only facts are written: nothing of
 * it was ever a case.
 *
 * @returns how many events
 */
export async function seedPast(context: Context, clock: DemoClock): Promise<number> {
  const historian = makeHistorian(context)
  clock.setBack(0)
  const now = clock.now()
  let count = 0
  for (let hours = OLDEST_HOURS; hours > NEWEST_HOURS; hours -= STEP_HOURS) {
    const from = now - hours * HOUR
    clock.setBack(hours * HOUR)
    const pen = await context.replay.pen()
    if (pen === undefined) break
    const traces: Trace[] = []
    for (let n = 0; n < PER_STEP; n += 1, count += 1) {
      const trace = await historian(from + Math.floor((n * STEP_HOURS * HOUR) / PER_STEP), pen)
      if (trace !== null) traces.push(trace)
    }
    await context.storage.store.tx(keepTraces, { tray: pen.tray, traces })
  }
  clock.setBack(0)
  return count
}

/** Makes one event after another, judged as it would have been. */
function makeHistorian({ registry, library, intake }: Context): (at: number, pen: Pen) => Promise<Trace | null> {
  const { program, schema } = registry.live()
  const { chatter, trouble } = makeTown()
  const random = seededRandom(28)
  const counters = new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
  const pick = (from: readonly Said[]): Said | undefined => from[Math.floor(random() * from.length)]
  let made = 0

  const happened = (at: number): Event | undefined => {
    made += 1
    const said = pick(random() * TROUBLE < 1 ? trouble : chatter)
    if (said === undefined) return undefined
    const from = { connection: 'harbour', now: at, nameOf: intake.nameOf }
    const edge = acceptEvent(eventOf({ ...said, id: `p-${made}` }, at), schema, from)
    return 'accepted' in edge ? edge.accepted.event : undefined
  }

  return async (at, pen) => {
    const event = happened(at)
    if (event === undefined) return null
    const needs = new Map(
      PHASES.flatMap((phase) => program.signals(event.kind, phase)).map((need) => [need.name, need]),
    )
    const measured = await measure([...needs.values()], event, { providers: intake.bench.providers, budgetMs: 1_000 })
    const lists = library.book.bind([], at, new Set(['sha256', 'sha1', 'md5']))
    const plan = program.plan(event, measured, lists)
    const readings = counters.apply('past', plan.ops)
    const results = PHASES.flatMap((phase) => judgeCounted(program, plan, readings, phase).results)
    const named = (outcome: string) => results.filter((one) => one.outcome === outcome).map(({ rule }) => rule)
    return pen.trace({
      ...{ event, schema, receivedAt: at, versions: [{ program, plan, measured }] },
      lists: () => Object.fromEntries([...lists.asked].map(([id, { version }]) => [id, version])),
      said: { fired: named('fired'), unknown: named('unknown') },
      unsure: readings.some(({ flags }) => flags.some((flag) => UNSURE.has(flag))),
    })
  }
}
