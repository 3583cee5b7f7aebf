import type { CounterTerm, FieldTerm, SignalSpec, Term } from './checked.ts'
import type { Reading } from './counters/index.ts'
import type { FieldReader } from './field-reader.ts'
import { calculateIntervals, Interval, interval, negated, type Reach } from './interval.ts'
import type { Truth } from './logic.ts'
import type { Type, Value } from './types.ts'
import { type Event, fieldOf, type Lists, type Measured } from './world.ts'

/** The answer to a question; null: not asked yet. */
export type Answer = Truth | null

/** All that one evaluation reads, and what it has found out so far, by the slot of a field or of a shared question. */
export interface Run {
  readonly event: Event
  readonly measured: Measured
  readonly lists: Lists
  readonly fields: readonly Value[]
  readonly answers: Answer[]
  /** What was read of counters, by the slot of the read; empty until the store has answered. */
  readonly counts: readonly Counted[]
  /** As `answers`, for questions that read a counter: they hold for these counts alone. */
  readonly countedAnswers: Answer[]
  /** The text folded last: several questions mostly ask about the same one. */
  folded: { readonly text: string; readonly as: string }
}

/** One read of a counter: the reading, or null where a part of its key is none; and what it comes to. */
export interface Counted {
  readonly reading: Reading | null
  readonly reach: Reach
}

/** What a run begins with: the fields, and a place for each answer, with and without counters, copied as that is quicker than made. */
export interface Slots {
  readonly fields: FieldReader
  readonly answers: readonly null[]
  readonly counted: readonly null[]
}

const NO_COUNTS: readonly Counted[] = []
const NOTHING_FOLDED = { text: '', as: '' }

/** A fresh run, in which no counter has been read. */
export function newRun({ event, measured, lists }: Pick<Run, 'event' | 'measured' | 'lists'>, slots: Slots): Run {
  return {
    event,
    measured,
    lists,
    fields: slots.fields.read(event),
    answers: slots.answers.slice(),
    counts: NO_COUNTS,
    countedAnswers: slots.counted.slice(),
    folded: NOTHING_FOLDED,
  }
}

/** The same run with its counters read; what was found out without them stays. */
export function withCounts(
  { event, measured, lists, fields, answers, folded }: Run,
  counts: readonly Counted[],
  slots: Slots,
): Run {
  return { event, measured, lists, fields, answers, counts, countedAnswers: slots.counted.slice(), folded }
}

export type ValueOf = (run: Run) => Reach

/** The signals that a term may read, with their inputs. */
export type Signals = ReadonlyMap<string, Pick<SignalSpec, 'inputs'>>

/** What a term is compiled with. */
export interface Sources {
  readonly signals: Signals
  truthOf(term: Term & { kind: 'truth' }): { answer(run: Run): Truth }
  /** Where the reading of a counter stands in `counts`. */
  slotOf(term: CounterTerm): number
  /** Where the value of a field stands in `fields`. */
  slotOfField(term: FieldTerm): number
}

/** Compiles a value to a closure. */
export function compileTerm(term: Term, sources: Sources): ValueOf {
  switch (term.kind) {
    case 'constant': {
      const { value } = term
      return () => value
    }
    case 'field': {
      const slot = sources.slotOfField(term)
      return (run) => run.fields[slot]
    }
    case 'signal': {
      const inputs = sources.signals.get(term.name)?.inputs ?? []
      return (run) => signalValue(run, term.name, inputs)
    }
    case 'counter': {
      const slot = sources.slotOf(term)
      return (run) => run.counts[slot]?.reach
    }
    case 'neg': {
      const of = compileTerm(term.of, sources)
      return (run) => {
        const value = of(run)
        if (value instanceof Interval) return negated(value)
        return typeof value === 'number' ? -value : value === null ? null : undefined
      }
    }
    case 'arith': {
      const left = compileTerm(term.left, sources)
      const right = compileTerm(term.right, sources)
      const { op, type } = term
      return (run) => calculate(op, left(run), right(run), type)
    }
    case 'truth': {
      const of = sources.truthOf(term)
      return (run) => of.answer(run)
    }
  }
}

/**
 * A signal's value (rules.md §6.3): what was measured; none where there is nothing to measure; unknown where an input
 * is unknown, or the signal late or broken.
 */
export function signalValue(run: Pick<Run, 'event' | 'measured'>, name: string, inputs: readonly string[]): Value {
  const measured = Object.hasOwn(run.measured, name) ? run.measured[name] : undefined
  if (measured?.known === true)
    return typeof measured.value === 'number' && !Number.isFinite(measured.value) ? undefined : measured.value
  if (measured?.known === 'none' || measured?.known === 'off') return null
  return inputs.some((input) => isNothing(inputValue(run.event, input))) ? null : undefined
}

function inputValue(event: Event, path: string): Value {
  const dot = path.indexOf('.')
  return fieldOf(event, path.slice(0, dot), path.slice(dot + 1))
}

function isNothing(value: Value): boolean {
  return value === null || value === '' || (Array.isArray(value) && value.length === 0)
}

/** Arithmetic with none is none; with unknown, by zero or beyond what a number holds it is unknown. */
export function calculate(op: '+' | '-' | '*' | '/', left: Reach, right: Reach, type: Type): Reach {
  if (left === null || right === null) return null
  if (left instanceof Interval || right instanceof Interval) return calculateBounds(op, left, right, type)
  if (typeof left !== 'number' || typeof right !== 'number') return undefined
  const result = operate(op, left, right)
  if (!Number.isFinite(result)) return undefined
  return type.kind === 'dur' ? Math.round(result) : result
}

function calculateBounds(op: '+' | '-' | '*' | '/', left: Reach, right: Reach, type: Type): Reach {
  const fits = (one: Reach) => typeof one === 'number' || one instanceof Interval
  if (!fits(left) || !fits(right)) return undefined
  const result = calculateIntervals(op, left, right)
  if (type.kind !== 'dur' || result === undefined) return result
  return result instanceof Interval ? interval(Math.round(result.low), Math.round(result.high)) : Math.round(result)
}

function operate(op: '+' | '-' | '*' | '/', left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right
    case '-':
      return left - right
    case '*':
      return left * right
    case '/':
      return left / right
  }
}
