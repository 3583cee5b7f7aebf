import { AHEAD, type CountedBy, type Counter, type CounterOp, countedBy, GRACE } from '@lamplighter/rules'
import type { Standing } from '../counters/index.ts'
import type { LiveRules } from '../policy/index.ts'
import { factsOf } from './facts.ts'
import type { OpenedId } from './ids.ts'
import { type Head, signalKey, UNREAD } from './line.ts'
import { measuredOf, type Past, pastOf, wantedBy } from './past.ts'
import { NO_LISTS } from './side.ts'

/**
 * Why a counter has not seen more: it need not (`window`), the log begins there (`log`), something of that time is not in it (`gap`), or it
 * does not hold what the counter asks of an event (`missing`).
 */
export type Limit = 'window' | 'log' | 'gap' | 'missing'

/** A counter that is to be filled, as it stood when that began. */
export interface Target {
  readonly counter: Counter
  readonly of: Standing
}

/** Up to when not everything is known. */
interface Reach {
  readonly at: number
  readonly limit: Limit
  /** The question that nobody can answer any more, as it stands in the rules. */
  readonly what: string | null
}

interface Filled extends Target {
  readonly needs: CountedBy
  reach: Reach
}

/** Later wins: a reading is certain only of what came after the last thing that is not known. */
const later = (one: Reach, other: Reach): Reach => (other.at > one.at ? other : one)

/** Whether the log can tell at all what a counter counts: nothing is kept of encrypted kinds, nor of hashes of files. */
export function isLogged(counter: Counter, { program, schema }: Pick<LiveRules, 'program' | 'schema'>): boolean {
  const encrypted = counter.on.some((kind) => schema.events.get(kind)?.encrypted === true)
  return !encrypted && countedBy(counter, program.ruleset).named
}

/**
 * What the log makes of some counters, line by line: the very moves that the events make when they are judged, under the ids of the
 * platform, so that an event counts once, however often it comes and whoever counts it. And from when on nothing is missing.
 */
export class Filling {
  readonly #rules: LiveRules
  readonly #openedId: OpenedId
  readonly #filled: readonly Filled[]
  #log: Reach = { at: Number.NEGATIVE_INFINITY, limit: 'window', what: null }

  /** @param now milliseconds since 1970: what no window reaches any more is left out */
  constructor(rules: LiveRules, targets: readonly Target[], openedId: OpenedId, now: number) {
    this.#rules = rules
    this.#openedId = openedId
    this.#filled = targets.map((target) => ({
      ...target,
      needs: countedBy(target.counter, rules.program.ruleset),
      reach: { at: now - target.counter.spec.over - GRACE, limit: 'window', what: null },
    }))
  }

  /** What was settled up to this instant may not be in the log. The clock of a platform may run ahead of ours. */
  lacks(settledAt: number, limit: 'log' | 'gap'): void {
    this.#log = later(this.#log, { at: settledAt + AHEAD, limit, what: null })
  }

  /** The moves of a chunk's events, in their order. @param until when the last of them was received */
  take({
    head,
    lines,
    until,
  }: {
    readonly head: Head
    readonly lines: readonly string[]
    readonly until: number
  }): CounterOp[] {
    for (const kind of Object.keys(head.unlogged))
      for (const one of kind === UNREAD ? this.#filled : this.#countersOf(kind))
        one.reach = later(one.reach, { at: until + AHEAD, limit: 'missing', what: null })
    return lines.flatMap((line) => this.#movesOf(pastOf(line, head)))
  }

  /** From when on each counter has seen everything, and why not from earlier on. */
  *reached(): Generator<Target & { readonly since: number; readonly limit: Limit; readonly what: string | null }> {
    for (const { counter, of, reach } of this.#filled) {
      const { at, limit, what } = later(reach, this.#log)
      yield { counter, of, since: at, limit, what }
    }
  }

  #countersOf = (kind: string): Filled[] => this.#filled.filter(({ counter }) => counter.on.includes(kind))

  #movesOf(past: Past): CounterOp[] {
    const { program, schema } = this.#rules
    const own = new Map(this.#countersOf(past.event.kind).map((one) => [one.counter.spec.id, one]))
    const kind = schema.events.get(past.event.kind)
    if (own.size === 0 || kind === undefined) return []
    const event = factsOf(past.event, kind, this.#openedId)
    const measured = measuredOf(wantedBy(program, event.kind), past)
    const { ops } = program.plan(event, measured, NO_LISTS, past.answers)
    const [connection] = past.origin ?? []
    return ops.flatMap((op) => {
      const one = own.get(op.counter.id)
      if (one === undefined || op.readOnly === true || op.at <= one.reach.at) return []
      // Without its connection nobody can say whether it was counted before.
      const missing = connection === undefined ? '' : op.where === undefined ? this.#missingOf(one, past) : undefined
      if (missing === undefined) return { ...op, event: `${connection}|${event.kind}|${event.id}` }
      one.reach = later(one.reach, { at: op.at, limit: 'missing', what: missing === '' ? null : missing })
      return []
    })
  }

  /** What a counter asks of an event and the log does not hold; what nobody could tell then is held, as unknown. */
  #missingOf({ needs }: Filled, { answers, told }: Past): string | undefined {
    const { signals } = this.#rules.program.ruleset
    const silent = needs.signals.find((name) => {
      const spec = signals.get(name)
      return spec === undefined || told[signalKey(spec)] === undefined
    })
    return needs.questions.find(({ key }) => !answers.has(key))?.text ?? silent
  }
}
