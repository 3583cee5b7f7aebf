import {
  allLeaves,
  type Counter,
  type CounterTerm,
  ownKey,
  type RuleSet,
  readsOf,
  type Term,
  termsOf,
} from './checked.ts'
import type { Compiler } from './compile.ts'
import type { CompiledRule } from './compiled-rule.ts'
import type { CounterOp, Reading } from './counters/index.ts'
import { interval } from './interval.ts'
import type { Question } from './question.ts'
import type { Counted, Run, ValueOf } from './terms.ts'
import type { Event } from './world.ts'

/** The clock of a platform may run ahead by this much before its times are cut (rules.md §6.2). */
export const AHEAD = 120_000

/** Which reading answers which read: the place of its op, or why there is none. */
export interface Read {
  readonly slot: number
  /** `none`: a part of the key is none; `key`: one is unknown. */
  readonly op: number | 'none' | 'key'
}

/** How the events of one kind move and read counters. */
export interface KindCounters {
  readonly moves: readonly Moving[]
  readonly asks: readonly Asking[]
}

interface Asking {
  readonly counter: Counter
  readonly key: readonly ValueOf[]
  readonly slot: number
  readonly encrypted: boolean
}

interface Moving extends Asking {
  readonly where: Question | undefined
  readonly member: ValueOf | undefined
}

/**
 * What each kind of event does with counters: every counter of the kind moves, whoever reads it, and rules may read others
 * by another key.
 */
export function countersByKind(
  ruleset: RuleSet,
  rules: readonly CompiledRule[],
  compiler: Compiler,
): ReadonlyMap<string, KindCounters> {
  const found = new Map<string, KindCounters>()
  for (const { name: kind, encrypted } of ruleset.schema.events.values()) {
    const moves = new Map<number, Moving>()
    const asks = new Map<number, Asking>()
    for (const counter of ruleset.counters.values()) {
      if (!counter.on.includes(kind)) continue
      const moving = movingOf(counter, encrypted, compiler)
      moves.set(moving.slot, moving)
    }
    for (const { rule } of rules) {
      if (!rule.on.includes(kind)) continue
      for (const term of printedAndAsked(rule)) {
        const counter = ruleset.counters.get(term.name)
        if (term.key === undefined || counter === undefined) continue
        const slot = compiler.slotOf(term)
        asks.set(slot, { counter, key: term.key.map((part) => compiler.term(part)), slot, encrypted })
      }
    }
    if (moves.size + asks.size > 0) found.set(kind, { moves: [...moves.values()], asks: [...asks.values()] })
  }
  return found
}

function movingOf(counter: Counter, encrypted: boolean, compiler: Compiler): Moving {
  return {
    counter,
    key: counter.by.map((part) => compiler.term(part)),
    slot: compiler.slotOf(ownKey(counter)),
    encrypted,
    where: counter.where === undefined ? undefined : compiler.condition(counter.where),
    member: counter.member === undefined ? undefined : compiler.term(counter.member),
  }
}

/** The counters that a rule reads, in its condition and in its texts. */
export function printedAndAsked({ when, because, tell }: CompiledRule['rule']): CounterTerm[] {
  const printed = [because, ...tell.map((one) => one.text)].flatMap(({ parts }) =>
    parts.flatMap((part) => ('print' in part ? [part.print] : [])),
  )
  const terms: readonly Term[] = [...allLeaves(when).flatMap(termsOf), ...printed].flatMap(readsOf)
  return terms.filter((term) => term.kind === 'counter')
}

/** What the store has to do for one event, in the order of the file, and which reading is whose. */
export function opsOf({ moves, asks }: KindCounters, run: Run): { ops: readonly CounterOp[]; reads: readonly Read[] } {
  const ops: CounterOp[] = []
  const reads: Read[] = []
  const at = timeOf(run.event)
  const add = (asking: Asking, op: (base: Pick<CounterOp, 'counter' | 'key' | 'at' | 'event'>) => CounterOp): void => {
    const key = keyOf(asking.key, run)
    if (typeof key === 'string') reads.push({ slot: asking.slot, op: key })
    else {
      reads.push({ slot: asking.slot, op: ops.length })
      const made = op({ counter: asking.counter.spec, key, at, event: run.event.id })
      ops.push(asking.encrypted ? { ...made, encrypted: true } : made)
    }
  }
  for (const moving of moves) add(moving, (base) => ({ ...base, ...movementOf(moving, run) }))
  for (const asking of asks) add(asking, (base) => ({ ...base, where: undefined, readOnly: true }))
  return { ops, reads }
}

/** `min(occurred_at, received_at + 2m)`, so that a clock that runs ahead cannot count for later. */
function timeOf({ occurred_at, received_at }: Event): number {
  const occurred = Date.parse(occurred_at)
  return received_at === undefined ? occurred : Math.min(occurred, Date.parse(received_at) + AHEAD)
}

function keyOf(parts: readonly ValueOf[], run: Run): string[] | 'none' | 'key' {
  const values = parts.map((part) => part(run))
  if (values.includes(null)) return 'none'
  return values.includes(undefined) ? 'key' : values.map(String)
}

/** A member that is none counts nothing; one that is unknown, or a sum's negative value, may count. */
function movementOf({ counter, where, member }: Moving, run: Run): Pick<CounterOp, 'where' | 'member' | 'value'> {
  const counts = where === undefined ? true : where.answer(run)
  if (counts === false || member === undefined) return { where: counts }
  const value = member(run)
  if (value === null) return { where: false }
  if (value === undefined) return { where: counts }
  if (counter.spec.what === 'distinct') return { where: counts, member: String(value) }
  return typeof value === 'number' && value >= 0 ? { where: counts, value } : { where: counts }
}

const CLOSED: Counted = { reading: null, reach: null }

/** The readings by the slots that ask for them. One that the store did not give is open. */
export function countsOf(reads: readonly Read[], readings: readonly Reading[]): readonly Counted[] {
  const counts: Counted[] = []
  for (const { slot, op } of reads) {
    if (op === 'none') counts[slot] = CLOSED
    else counts[slot] = countedOf(op === 'key' ? open('key') : (readings[op] ?? open('store')))
  }
  return counts
}

function countedOf(reading: Reading): Counted {
  return { reading, reach: interval(reading.low, reading.high) }
}

function open(flag: 'key' | 'store'): Reading {
  return { low: 0, high: Number.POSITIVE_INFINITY, events: [], flags: [flag] }
}
