import { Counting, type Decided } from './counting.ts'
import { type Difference, differenceOf } from './difference.ts'
import { type Head, unpackChunk } from './line.ts'
import { type Past, pastOf } from './past.ts'
import type { Part } from './result.ts'
import { actorOf, isIn, type Sample } from './sample.ts'
import { Side, type Version, type Word } from './side.ts'

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

/** What is measured, milliseconds since 1970, both ends included. */
export interface Span {
  readonly from: number
  readonly to: number
  /** Only these accounts; all by default. */
  readonly sample?: Sample
  /** Rules of which nothing is said. */
  readonly leftOut?: readonly string[]
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
  readonly #span: Span
  readonly #leftOut: ReadonlySet<string>
  readonly #warmupMs: number
  readonly #count: Counting
  readonly #lastUnlogged = new Map<string, number>()
  #sides: { readonly mine: Side; readonly theirs: Side } | undefined
  #from = Number.POSITIVE_INFINITY

  /**
   * @param of `decided`: absent in a segment that is closed: nobody can tell any more which events those were; `first`: when its first
   *   event came, milliseconds since 1970, where that one may not be among what is taken
   */
  constructor(compared: Compared, span: Span, of: { readonly decided?: Decided; readonly first?: number } = {}) {
    this.#compared = compared
    this.#count = new Counting(of.decided)
    this.#span = span
    this.#leftOut = new Set(span.leftOut)
    this.#warmupMs = warmupOf(compared).ms
    if (of.first !== undefined) this.#sidesAt(of.first)
  }

  take({ head, lines, until }: Chunk): void {
    for (const [kind, events] of Object.entries(head.unlogged)) {
      this.#lastUnlogged.set(kind, until)
      if (this.#isMeasured(until) && this.#asksAbout(kind)) this.#count.missed(`${kind} is not logged`, events)
    }
    for (const line of lines) this.#one(pastOf(line, head))
  }

  /** Without the rules of which a sample says nothing. */
  #measured(word: Word): Word {
    if (this.#leftOut.size === 0) return word
    return { ...word, outcomes: new Map([...word.outcomes].filter(([rule]) => !this.#leftOut.has(rule))) }
  }

  #one(past: Past): void {
    // Warming begins with the first event that is there, also where it is not one of the sample's.
    const { mine, theirs } = this.#sidesAt(past.receivedAt)
    const { sample } = this.#span
    if (sample !== undefined && !isIn(sample, actorOf(past.event))) return
    const first = this.#measured(mine.ask(past, this.#lastUnlogged))
    const second = this.#measured(theirs.ask(past, this.#lastUnlogged))
    this.#count.events += 1
    if (!this.#isMeasured(past.receivedAt)) return
    this.#count.measured(past, { word: first, side: mine, schema: this.#compared.mine.schema }, second)
    this.#count.checked(this.#said(past), [
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

  #said(past: Past): Past {
    const { said } = past
    if (said === undefined || this.#leftOut.size === 0) return past
    const own = (rules: readonly string[]) => rules.filter((rule) => !this.#leftOut.has(rule))
    return { ...past, said: { ...said, fired: own(said.fired), unknown: own(said.unknown) } }
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

/** A chunk as it is stored, opened. */
export const opened = ({ body, until }: { readonly body: Uint8Array; readonly until: number }): Chunk => ({
  ...unpackChunk(body),
  until,
})
