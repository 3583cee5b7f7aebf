import {
  type CounterOp,
  type CounterSpec,
  type CounterStore,
  GRACE,
  type Hash,
  type Reading,
} from '../counters/index.ts'
import { compareIntervals, interval } from '../interval.ts'
import { type CounterCase, type Figures, type MakeStore, namedCases } from './counter-cases.ts'
import { type Trouble, World } from './counter-world.ts'
import { Random } from './random.ts'

const CALM: Trouble = { unknown: 0, disorder: 0, again: 0, erase: 0, sweep: 0 }
const TROUBLES: readonly (readonly [string, Trouble, ('hashed' | 'plain')?])[] = [
  ['in order with all known, the reading is min(truth, N + 1)', CALM],
  ['redelivered and judged again', { ...CALM, unknown: 0.25, again: 0.3 }],
  ['out of order and late', { ...CALM, disorder: 0.3, again: 0.1 }],
  ['swept', { ...CALM, disorder: 0.15, sweep: 0.05, again: 0.1 }],
  ['erased', { ...CALM, unknown: 0.15, erase: 0.03, again: 0.2 }],
  ['hashed under keys that change', { ...CALM, unknown: 0.1, again: 0.2, sweep: 0.02 }, 'hashed'],
  ['all of it', { unknown: 0.2, disorder: 0.2, again: 0.25, erase: 0.01, sweep: 0.02 }],
  ['all of it, hashed', { unknown: 0.2, disorder: 0.2, again: 0.25, erase: 0.01, sweep: 0.02 }, 'hashed'],
]

/** Deliveries in one world; then another counter is born. */
const LIFE = 120
/** A store is closed and opened again about once in so many readings. A short run does it at least once. */
const RESTART_EVERY = 10_000

export interface SuiteOptions {
  /** How many to look at in all. */
  readonly readings: number
  readonly seed?: number
  /** The most deliveries of one call; default 1. A world takes some number up to it. */
  readonly batch?: number
  /** Closes a store and opens it again with the same content. Absent where nothing outlives it. */
  readonly restart?: (store: CounterStore) => Promise<CounterStore>
}

/** The cases that every counter store passes (rules.md §11.4). */
export function counterSuite(make: MakeStore, options: SuiteOptions): readonly CounterCase[] {
  return [...historyCases(make, options), ...namedCases(make)]
}

/**
 * Random counters against brute force over the full history. Always `low ≤ truth ≤ high`, and no decided comparison is wrong. Each case
 * makes a store of its own: they may run beside each other.
 */
export function historyCases(make: MakeStore, options: SuiteOptions): readonly CounterCase[] {
  const share = Math.ceil(options.readings / TROUBLES.length)
  return TROUBLES.map(([name, trouble, ids], index) => {
    const run = { ...options, trouble, hashed: ids === 'hashed', readings: share, seed: (options.seed ?? 1) + index }
    return { name, run: () => runWorlds(make, run) }
  })
}

interface Run extends SuiteOptions {
  readonly trouble: Trouble
  readonly hashed: boolean
  readonly seed: number
}

async function runWorlds(make: MakeStore, run: Run): Promise<Figures> {
  const random = new Random(run.seed)
  const figures: Figures = { readings: 0, exact: 0, decided: 0, restarts: 0 }
  const restartEvery = Math.min(RESTART_EVERY, Math.ceil(run.readings / 3))
  let restartAt = random.int(1, restartEvery)
  let marks = 0
  let period = 0
  // The key of a hash serves a window and the grace after it, then once more as the last.
  const hash: Hash = (_, id) => [`${period}:${id}`, `${period - 1}:${id}`]
  let store = await make({
    since: Number.NEGATIVE_INFINITY,
    mark: () => `mark-${marks++}`,
    ...(run.hashed ? { hash } : {}),
  })
  for (let number = 0; figures.readings < run.readings; number++) {
    const world = new World(specOf(random, number), random, { trouble: run.trouble, start: 1_700_000_000_000 })
    const namespace = `world:${number}`
    const most = random.int(1, run.batch ?? 1)
    const waiting: { readonly op: CounterOp; readonly due: Due }[] = []
    const deliver = async () => {
      const ops = waiting.map(({ op }) => op)
      const readings = await store.apply(namespace, ops)
      for (const [index, { due }] of waiting.entries()) compare(due, readings[index], figures)
      waiting.length = 0
      if (run.restart === undefined || figures.readings < restartAt) return
      store = await run.restart(store)
      figures.restarts += 1
      restartAt += random.int(1, 2 * restartEvery)
    }
    const setPeriod = async () => {
      const next = Math.floor(world.now / (world.spec.over + GRACE))
      if (next === period) return
      await deliver()
      period = next
      if (run.hashed) await sweep(store, world)
    }
    for (let turn = 0; turn < LIFE && figures.readings + waiting.length < run.readings; turn++) {
      const { op, key } = random.chance(0.1) ? world.question() : world.next()
      await setPeriod()
      const due = dueOf(world, { key, at: op.at, told: `seed ${run.seed}, world ${number}, turn ${turn}` })
      waiting.push({ op, due })
      // The same event at once again moves nothing.
      if (random.chance(0.1)) waiting.push({ op, due: { ...due, told: `${due.told}, again` } })
      if (waiting.length >= most) await deliver()
      if (world.sweeps()) {
        await deliver()
        await sweep(store, world)
      }
      if (world.erases()) {
        await deliver()
        await store.erase({ type: 'account', id: world.erased() })
      }
    }
    await deliver()
    await store.drop(namespace)
  }
  if (figures.exact === 0 || figures.decided < figures.readings) throw new Error('this run has looked at nothing')
  return figures
}

async function sweep(store: CounterStore, world: World): Promise<void> {
  await store.sweep(world.now)
  world.swept = Math.max(world.swept, world.now - world.spec.over - GRACE)
}

function specOf(random: Random, number: number): CounterSpec {
  const what = random.pick(['count', 'distinct', 'sum'] as const)
  return {
    id: `sha256:${number}`,
    what,
    over: random.pick([1000, 60_000, 1_200_000, 10_800_000]) * random.int(1, 7),
    upTo: random.pick([1, 2, 3, 5, 10, 25]),
    keys: ['account'],
    member: what === 'distinct' ? 'account' : null,
  }
}

/** What a reading must be, noted before anything else is delivered. */
interface Due {
  readonly told: string
  readonly spec: CounterSpec
  readonly truth: number
  readonly events: number
  readonly plain: boolean
  /** What was told, where the reading may be no wider. */
  readonly tight: { readonly low: number; readonly high: number; readonly events: number } | undefined
  readonly evidence: ReadonlySet<string>
}

function dueOf(world: World, { key, at, told }: { key: string; at: number; told: string }): Due {
  return {
    told,
    spec: world.spec,
    ...world.truth(key, at),
    plain: world.isPlain(key, at),
    tight: world.isTight(key, at) ? world.told(key, at) : undefined,
    evidence: world.evidence(key, at),
  }
}

function compare(due: Due, reading: Reading | undefined, figures: Figures): void {
  const { told, spec, truth, events, plain, tight, evidence } = due
  const limit = spec.upTo ?? 0
  const fail = (what: string): never => {
    throw new Error(`${told}: ${what}; truth ${truth} of ${events} events, ${JSON.stringify([spec, reading])}`)
  }
  if (reading === undefined) throw new Error(`${told}: no reading`)
  figures.readings += 1
  const { low, high } = reading
  if (low > truth || truth > high) fail('the truth is outside')
  if (plain) {
    figures.exact += 1
    if (spec.what === 'sum' ? events <= limit && low !== truth : low !== Math.min(truth, limit + 1)) fail('not exact')
    const full = spec.what === 'sum' ? events > limit : truth > limit
    if (high !== (full ? Number.POSITIVE_INFINITY : truth)) fail('high is not exact')
    if (JSON.stringify(reading.flags) !== JSON.stringify(full ? ['capped'] : [])) fail('flags')
  }
  // Where the cap took nothing, what was told is all that is known.
  if (
    tight !== undefined &&
    tight.events <= limit &&
    (low !== tight.low || (spec.what !== 'distinct' && high !== tight.high))
  )
    fail(`not tight: told ${tight.low} to ${tight.high}`)
  const bounds = interval(low, high) ?? fail('no interval')
  for (let threshold = 0; threshold <= limit + 1; threshold++) {
    for (const [op, is] of [
      ['>=', truth >= threshold],
      ['<', truth < threshold],
      ['==', truth === threshold],
    ] as const) {
      const answer = compareIntervals(op, bounds, threshold)
      if (answer === undefined) continue
      figures.decided += 1
      if (answer !== is) fail(`${op} ${threshold} was decided wrongly`)
    }
  }
  if (reading.events.length > limit + 1) fail('too much evidence')
  if (spec.what !== 'distinct' && reading.events.some((one) => !evidence.has(one))) fail('evidence of nothing')
}
