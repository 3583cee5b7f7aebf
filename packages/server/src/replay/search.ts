import type { Reading } from '@lamplighter/rules'
import type { Chunk } from './backtest.ts'
import { type Past, pastOf } from './past.ts'
import { Side, type Version } from './side.ts'

/** A past event on which a rule fires that may make a case of it. */
export interface Hit {
  /** Its ids are those of the segment. */
  readonly past: Past
  readonly readings: readonly Reading[]
  readonly rules: readonly string[]
}

export interface Sought {
  /** What is looked at, milliseconds since 1970, both ends included. */
  readonly from: number
  readonly to: number
  readonly rules: readonly string[]
}

/** What was counted on the way. */
export interface Counted {
  readonly events: number
  readonly measured: number
  readonly rules: Readonly<Record<string, { readonly fired: number; readonly undecided: number }>>
}

/**
 * One version on its way through the open segment, in the order of arrival. Its counters begin with the segment and are read as they were
 * then: an event that came before what is looked at only moves them.
 */
export class Search {
  readonly #version: Version
  readonly #sought: Sought
  readonly #rules: Map<string, { fired: number; undecided: number }>
  readonly #lastUnlogged = new Map<string, number>()
  #side: Side | undefined
  #events = 0
  #measured = 0

  constructor(version: Version, sought: Sought) {
    this.#version = version
    this.#sought = sought
    this.#rules = new Map(sought.rules.map((rule) => [rule, { fired: 0, undecided: 0 }]))
  }

  take({ head, lines, until }: Chunk): Hit[] {
    for (const kind of Object.keys(head.unlogged)) this.#lastUnlogged.set(kind, until)
    return lines.flatMap((line) => this.#one(pastOf(line, head)) ?? [])
  }

  #one(past: Past): Hit | undefined {
    const { from, to } = this.#sought
    const { receivedAt } = past
    this.#events += 1
    this.#side ??= new Side(this.#version, receivedAt)
    const { outcomes, readings } = this.#side.ask(past, this.#lastUnlogged)
    if (receivedAt < from || receivedAt > to) return undefined
    this.#measured += 1
    const fired: string[] = []
    for (const [rule, outcome] of outcomes) {
      const tally = this.#rules.get(rule)
      if (tally === undefined) continue
      if (outcome === 'unknown') {
        tally.undecided += 1
        continue
      }
      tally.fired += 1
      fired.push(rule)
    }
    return fired.length === 0 ? undefined : { past, readings, rules: fired }
  }

  end(): Counted {
    return { events: this.#events, measured: this.#measured, rules: Object.fromEntries(this.#rules) }
  }
}
