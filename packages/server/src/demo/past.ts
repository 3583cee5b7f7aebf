import { type Event, MemoryCounters } from '@lamplighter/rules'
import { seeded } from '@lamplighter/text'
import type { Context } from '../context.ts'
import { acceptEvent, permitted } from '../intake/index.ts'
import { judgeCounted } from '../policy/index.ts'
import { keepTraces, type Pen, type Trace } from '../replay/index.ts'
import { measure } from '../signals/index.ts'
import type { DemoClock } from './clock.ts'
import { makeTown, type Said } from './harbour.ts'
import { eventOf } from './seed.ts'

const HOUR = 3_600_000
const OLDEST_HOURS = 27 * 24
/** A day of silence lies before the town's own story: no counter that the town moves has a longer window, so the story is what it was. */
const NEWEST_HOURS = 32
const STEP_HOURS = 6
/** One event in a quarter of an hour: enough to see what a version changes, and made within a second or two. */
const PER_STEP = 24
/** One event in so many is trouble. */
const TROUBLE = 40
/** Texts that are said again and again: looking them up in lists is what takes time. */
const USUAL = 200
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
  const { chatter, trouble: all } = makeTown()
  // What was said in private is nothing that rules about content could find.
  const trouble = all.filter(({ where }) => where !== 'direct')
  const usual = chatter.slice(0, USUAL)
  // One for all: a text that was looked up once is known from then on.
  const bound = library.book.bind([], 0, new Set(['sha256', 'sha1', 'md5']))
  const random = seeded(28)
  const counters = new MemoryCounters({ since: Number.NEGATIVE_INFINITY })
  const pick = (from: readonly Said[]): Said | undefined => from[Math.floor(random() * from.length)]
  let made = 0

  const happened = async (at: number): Promise<Event | undefined> => {
    made += 1
    const said = pick(random() * TROUBLE < 1 ? trouble : usual)
    if (said === undefined) return undefined
    const from = { connection: 'harbour', now: at, nameOf: intake.nameOf }
    const edge = acceptEvent(eventOf({ ...said, id: `p-${made}` }, at), schema, from)
    return 'accepted' in edge ? (await permitted(edge.accepted, intake.bench)).event : undefined
  }

  return async (at, pen) => {
    const event = await happened(at)
    if (event === undefined) return null
    const needs = new Map(
      PHASES.flatMap((phase) => program.signals(event.kind, phase)).map((need) => [need.name, need]),
    )
    const measured = await measure([...needs.values()], event, { providers: intake.bench.providers, budgetMs: 1_000 })
    const asked: Record<string, number> = {}
    const get = (name: string) => {
      const list = bound.get(name)
      if (list !== undefined) asked[name] = bound.asked.get(name)?.version ?? 0
      return list
    }
    const plan = program.plan(event, measured, { get })
    const readings = counters.apply('past', plan.ops)
    const results = PHASES.flatMap((phase) => judgeCounted(program, plan, readings, phase).results)
    const named = (outcome: string) => results.filter((one) => one.outcome === outcome).map(({ rule }) => rule)
    return pen.trace({
      ...{ event, schema, receivedAt: at, versions: [{ program, plan, measured }] },
      lists: () => asked,
      said: { fired: named('fired'), unknown: named('unknown') },
      unsure: readings.some(({ flags }) => flags.some((flag) => UNSURE.has(flag))),
      origin: { connection: 'harbour', item: itemIn(event) },
    })
  }
}

/** What was said, as a case of it would call it. */
function itemIn(event: Event): { type: string; id: string } | null {
  const item = event.item
  const id: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'id') : undefined
  return typeof id === 'string' ? { type: event.kind, id } : null
}
