import type { Schema } from '@lamplighter/rules'
import { type Difference, differenceOf } from './difference.ts'
import { type Head, unpackChunk } from './line.ts'
import { type Past, pastOf } from './past.ts'
import type { Part, RuleCount } from './result.ts'
import { Side, type Version, type Word } from './side.ts'

const HOUR_MS = 3_600_000
/** Differences of one rule and direction that a segment keeps. */
const DIFFERENCES = 100
/** A longer window is not waited for: its counters stay cold, and what rests on them undecided. */
export const WARMUP_MOST_MS = 7 * 86_400_000

export interface Chunk {
  readonly head: Head
  readonly lines: readonly string[]
  /** When its last event was received, milliseconds since 1970. */
  readonly until: number
}

export interface Compared {
  readonly mine: Version
  /** The live version, or another one. */
  readonly theirs: Version
}

/** How long counters are warmed before what is measured, and those that no warm-up fills. */
export function warmupOf({ mine, theirs }: Compared): { readonly ms: number; readonly cold: readonly string[] } {
  const counters = [mine, theirs].flatMap(({ program }) => [...program.ruleset.counters.values()])
  const fit = counters.filter(({ spec }) => spec.over <= WARMUP_MOST_MS)
  const cold = counters.filter((counter) => !fit.includes(counter)).map(({ name }) => name)
  return { ms: fit.reduce((most, { spec }) => Math.max(most, spec.over), 0), cold: [...new Set(cold)] }
}

/**
 * Two versions on their way through one segment of the log, in the order of arrival. Each has counters of its own that begin with the
 * segment; nothing is measured before a whole window has passed.
 */
export class SegmentRun {
  readonly #compared: Compared
  readonly #span: { readonly from: number; readonly to: number }
  readonly #warmupMs: number
  readonly #count = new Counting()
  readonly #lastUnlogged = new Map<string, number>()
  #sides: { readonly mine: Side; readonly theirs: Side } | undefined
  #from = Number.POSITIVE_INFINITY

  /** @param span what is measured, milliseconds since 1970, both ends included */
  constructor(compared: Compared, span: { readonly from: number; readonly to: number }) {
    this.#compared = compared
    this.#span = span
    this.#warmupMs = warmupOf(compared).ms
  }

  take({ head, lines, until }: Chunk): void {
    for (const [kind, events] of Object.entries(head.unlogged)) {
      this.#lastUnlogged.set(kind, until)
      if (this.#isMeasured(until) && this.#asksAbout(kind)) this.#count.missed(`${kind} is not logged`, events)
    }
    for (const line of lines) this.#one(pastOf(line, head))
  }

  #one(past: Past): void {
    const { mine, theirs } = this.#sidesAt(past.receivedAt)
    const first = mine.ask(past, this.#lastUnlogged)
    const second = theirs.ask(past, this.#lastUnlogged)
    this.#count.events += 1
    if (!this.#isMeasured(past.receivedAt)) return
    this.#count.measured(past, { word: first, side: mine, schema: this.#compared.mine.schema }, second)
    this.#count.checked(past, [
      [mine.program.ruleset.hash, first],
      [theirs.program.ruleset.hash, second],
    ])
    const rules = new Set([...first.outcomes.keys(), ...second.outcomes.keys()])
    for (const rule of rules) {
      if ((first.outcomes.get(rule) === 'fired') === (second.outcomes.get(rule) === 'fired')) continue
      this.#count.differs(rule, first.outcomes.get(rule) === 'fired' ? 'new' : 'lost', () =>
        differenceOf(past, rule, first, second, [mine.program, theirs.program]),
      )
    }
  }

  #sidesAt(at: number) {
    if (this.#sides === undefined) {
      const { mine, theirs } = this.#compared
      this.#sides = { mine: new Side(mine, at), theirs: new Side(theirs, at) }
      this.#from = Math.max(this.#span.from, at + this.#warmupMs)
    }
    return this.#sides
  }

  #isMeasured = (at: number): boolean => at >= this.#from && at <= this.#span.to

  /** Events of a kind that no rule of the new version reads hide nothing from it. */
  #asksAbout(kind: string): boolean {
    const { ruleset } = this.#compared.mine.program
    return (
      ruleset.rules.some(({ on }) => on.includes(kind)) ||
      [...ruleset.counters.values()].some(({ on }) => on.includes(kind))
    )
  }

  end(): { readonly part: Part; readonly differences: readonly Difference[] } {
    return this.#count.end()
  }
}

interface RuleTally {
  readonly fired: { -readonly [name in keyof RuleCount['fired']]: number }
  undecided: number
  readonly people: Set<string>
  readonly hours: Map<number, number>
}

/** Counts what two versions said of the events of one segment. */
class Counting {
  events = 0
  #measured = 0
  #blind = 0
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  readonly #blindBy = new Map<string, number>()
  readonly #rules = new Map<string, RuleTally>()
  readonly #drift = { checked: 0, events: 0, unsure: 0, rules: new Map<string, number>() }
  readonly #differences: Difference[] = []
  readonly #kept = new Map<string, number>()

  /** Events that the new version would have asked about, and that are not there. */
  missed(what: string, events: number): void {
    this.#blind += events
    this.#blindBy.set(what, (this.#blindBy.get(what) ?? 0) + events)
  }

  measured(past: Past, mine: { word: Word; side: Side; schema: Schema }, theirs: Word): void {
    const at = past.receivedAt
    this.#measured += 1
    this.#first = Math.min(this.#first, at)
    this.#last = Math.max(this.#last, at)
    this.#blindness(past, mine.side)
    const hour = at - (at % HOUR_MS)
    for (const [rule, outcome] of mine.word.outcomes) {
      const tally = this.#tallyOf(rule)
      if (outcome === 'unknown') {
        tally.undecided += 1
        continue
      }
      const both = theirs.outcomes.get(rule) === 'fired'
      tally.fired.new += 1
      tally.fired[both ? 'both' : 'onlyNew'] += 1
      tally.hours.set(hour, (tally.hours.get(hour) ?? 0) + 1)
      const person = personOf(past, mine.schema)
      if (person !== undefined) tally.people.add(person)
    }
    for (const [rule, outcome] of theirs.outcomes) {
      if (outcome !== 'fired') continue
      const tally = this.#tallyOf(rule)
      tally.fired.live += 1
      if (mine.word.outcomes.get(rule) !== 'fired') tally.fired.onlyLive += 1
    }
  }

  /** What ran then, and is asked again here, must say what it said then. */
  checked({ said, unsure }: Past, words: readonly (readonly [hash: string, word: Word])[]): void {
    const word = words.find(([hash]) => hash === said?.by)?.[1]
    if (said === undefined || word === undefined) return
    if (unsure || word.unsure) {
      this.#drift.unsure += 1
      return
    }
    this.#drift.checked += 1
    const then = new Map<string, 'fired' | 'unknown'>([
      ...said.fired.map((rule) => [rule, 'fired'] as const),
      ...said.unknown.map((rule) => [rule, 'unknown'] as const),
    ])
    const rules = new Set([...then.keys(), ...word.outcomes.keys()])
    const other = [...rules].filter((rule) => then.get(rule) !== word.outcomes.get(rule))
    if (other.length > 0) this.#drift.events += 1
    for (const rule of other) this.#drift.rules.set(rule, (this.#drift.rules.get(rule) ?? 0) + 1)
  }

  differs(rule: string, what: Difference['what'], make: () => Difference): void {
    const name = `${what} ${rule}`
    const kept = this.#kept.get(name) ?? 0
    if (kept >= DIFFERENCES) return
    this.#kept.set(name, kept + 1)
    this.#differences.push(make())
  }

  end(): { readonly part: Part; readonly differences: readonly Difference[] } {
    const { checked, events, unsure, rules } = this.#drift
    return {
      part: {
        events: this.events,
        measured: this.#measured,
        measuredMs: this.#measured === 0 ? 0 : this.#last - this.#first,
        drift: { checked, events, unsure, rules: Object.fromEntries(rules) },
        blind: this.#blind,
        blindBy: Object.fromEntries(this.#blindBy),
        rules: Object.fromEntries(
          [...this.#rules].map(([rule, { fired, undecided, people, hours }]) => [
            rule,
            { fired, undecided, people: people.size, hours: Object.fromEntries(hours) },
          ]),
        ),
      },
      differences: this.#differences,
    }
  }

  #blindness({ event, answers, told }: Past, side: Side): void {
    const missing = [
      ...side.program
        .keptLeaves(event.kind)
        .filter(({ key }) => !answers.has(key))
        .map(({ text }) => text),
      ...side
        .wanted(event.kind)
        .filter(({ key }) => told[key] === undefined)
        .map(({ name }) => name),
    ]
    if (missing.length === 0) return
    this.#blind += 1
    for (const what of new Set(missing)) this.#blindBy.set(what, (this.#blindBy.get(what) ?? 0) + 1)
  }

  #tallyOf(rule: string): RuleTally {
    const tally = this.#rules.get(rule) ?? {
      fired: { new: 0, live: 0, both: 0, onlyNew: 0, onlyLive: 0 },
      undecided: 0,
      people: new Set<string>(),
      hours: new Map<number, number>(),
    }
    this.#rules.set(rule, tally)
    return tally
  }
}

/** The person addressed, under the name that the log gives them. */
function personOf({ event }: Past, schema: Schema): string | undefined {
  const about = event[schema.events.get(event.kind)?.about ?? 'actor']
  const id: unknown = typeof about === 'object' && about !== null ? Reflect.get(about, 'id') : undefined
  return typeof id === 'string' ? id : undefined
}

/** A chunk as it is stored, opened. */
export const opened = ({ body, until }: { readonly body: Uint8Array; readonly until: number }): Chunk => ({
  ...unpackChunk(body),
  until,
})
