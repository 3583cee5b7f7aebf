import type { Schema } from '@lamplighter/rules'
import type { Difference } from './difference.ts'
import type { Past } from './past.ts'
import type { Part, RuleCount } from './result.ts'
import type { Side, Word } from './side.ts'

const HOUR_MS = 3_600_000
/** Differences of one rule and direction that a segment keeps. */
const DIFFERENCES = 100

/** What people decided of events, by the name that the log gives them. */
export type Decided = ReadonlyMap<string, 'upheld' | 'overturned'>

interface RuleTally {
  readonly fired: { -readonly [name in keyof RuleCount['fired']]: number }
  undecided: number
  readonly people: Set<string>
  readonly outcomes: { -readonly [name in keyof RuleCount['outcomes']]: number }
  readonly hours: Map<number, number>
}

/** Counts what two versions said of the events of one segment. */
export class Counting {
  events = 0
  readonly #decided: Decided | undefined
  #measured = 0
  #blind = 0
  #first = Number.POSITIVE_INFINITY
  #last = Number.NEGATIVE_INFINITY
  readonly #blindBy = new Map<string, number>()
  readonly #rules = new Map<string, RuleTally>()
  readonly #drift = { checked: 0, events: 0, unsure: 0, rules: new Map<string, number>() }
  readonly #differences: Difference[] = []
  readonly #kept = new Map<string, number>()

  constructor(decided: Decided | undefined) {
    this.#decided = decided
  }

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
      tally.outcomes[this.#outcomeOf(past)] += 1
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
          [...this.#rules].map(([rule, { fired, undecided, people, outcomes, hours }]) => [
            rule,
            { fired, undecided, people: people.size, outcomes, hours: Object.fromEntries(hours) },
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

  #outcomeOf({ event }: Past): keyof RuleCount['outcomes'] {
    return this.#decided === undefined ? 'untold' : (this.#decided.get(event.id) ?? 'open')
  }

  #tallyOf(rule: string): RuleTally {
    const tally = this.#rules.get(rule) ?? {
      fired: { new: 0, live: 0, both: 0, onlyNew: 0, onlyLive: 0 },
      undecided: 0,
      people: new Set<string>(),
      outcomes: { upheld: 0, overturned: 0, open: 0, untold: 0 },
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
