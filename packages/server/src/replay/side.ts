import {
  type Counter,
  type Judgement,
  type Lists,
  MemoryCounters,
  type Plan,
  type Program,
  type Reading,
  type Schema,
} from '@lamplighter/rules'
import { judgeCounted } from '../policy/index.ts'
import { measuredOf, type Past, type Wanted, wantedBy } from './past.ts'

/** A version that is asked about the past. */
export interface Version {
  readonly program: Program
  readonly schema: Schema
}

export type Outcomes = ReadonlyMap<string, 'fired' | 'unknown'>

/** What one version says of one past event. */
export interface Word {
  readonly plan: Plan
  readonly judgements: readonly Judgement[]
  /** Rules that are not quiet. */
  readonly outcomes: Outcomes
  readonly readings: readonly Reading[]
  /** A reading was of no sure number, so that it may have been another one then. */
  readonly unsure: boolean
}

const NAMESPACE = 'backtest'
const SWEEP_MS = 3_600_000
export const NO_LISTS: Lists = { get: () => undefined }
const QUIET: Outcomes = new Map()
const UNSURE: ReadonlySet<string> = new Set(['warming', 'late', 'approx'])

/** One version on its way through a segment, with counters of its own that begin with it. */
export class Side {
  readonly program: Program
  readonly #counters: MemoryCounters
  readonly #wanted = new Map<string, Wanted>()
  /** Kinds that move a counter and are not in the log, by the counter's identity. */
  readonly #unlogged = new Map<string, readonly string[]>()
  #sweptAt: number

  /** @param since when the segment begins, milliseconds since 1970 */
  constructor({ program, schema }: Version, since: number) {
    this.program = program
    this.#counters = new MemoryCounters({ since })
    this.#sweptAt = since
    for (const { spec, on } of program.ruleset.counters.values()) {
      const kinds = on.filter((kind) => schema.events.get(kind)?.encrypted === true)
      if (kinds.length > 0) this.#unlogged.set(spec.id, kinds)
    }
  }

  /** @param lastUnlogged when an event of an `encrypted` kind came last, by kind */
  ask(past: Past, lastUnlogged: ReadonlyMap<string, number>): Word {
    const { event, receivedAt } = past
    this.#sweep(receivedAt)
    const plan = this.program.plan(event, measuredOf(this.wanted(event.kind), past), NO_LISTS, past.answers)
    const readings = plan.ops.length === 0 ? [] : this.#counters.apply(NAMESPACE, plan.ops)
    const seen = readings.map((reading, place) => {
      const op = plan.ops[place]
      return op !== undefined && this.#isBlind(op.counter, op.at, lastUnlogged) ? opened(reading) : reading
    })
    const judgements = (['gate', 'follow'] as const).map((phase) => judgeCounted(this.program, plan, seen, phase))
    return { plan, judgements, outcomes: outcomesOf(judgements), readings: seen, unsure: seen.some(isUnsure) }
  }

  wanted(kind: string): Wanted {
    const known = this.#wanted.get(kind) ?? wantedBy(this.program, kind)
    this.#wanted.set(kind, known)
    return known
  }

  /** Events that are not in the log may have moved it within its window. */
  #isBlind({ id, over }: Counter['spec'], at: number, lastUnlogged: ReadonlyMap<string, number>): boolean {
    const kinds = this.#unlogged.get(id)
    return kinds?.some((kind) => (lastUnlogged.get(kind) ?? Number.NEGATIVE_INFINITY) > at - over) === true
  }

  #sweep(now: number): void {
    if (now - this.#sweptAt < SWEEP_MS) return
    this.#counters.sweep(now)
    this.#sweptAt = now
  }
}

const opened = (reading: Reading): Reading => ({
  ...reading,
  high: Number.POSITIVE_INFINITY,
  flags: [...reading.flags, 'late'],
})

const isUnsure = ({ flags }: Reading): boolean => flags.some((flag) => UNSURE.has(flag))

function outcomesOf(judgements: readonly Judgement[]): Outcomes {
  if (judgements.every(({ results }) => results.length === 0)) return QUIET
  const found = new Map<string, 'fired' | 'unknown'>()
  for (const { results } of judgements)
    for (const { rule, outcome } of results) if (outcome !== 'quiet') found.set(rule, outcome)
  return found
}
