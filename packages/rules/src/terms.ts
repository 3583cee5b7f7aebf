import type { SignalSpec, Term } from './checked.ts'
import type { Truth } from './logic.ts'
import type { Type, Value } from './types.ts'
import { type Event, fieldOf, type Lists, type Measured } from './world.ts'

/** All that one evaluation reads, and what it has found out so far, by the slot of a shared question. */
export interface Run {
  readonly event: Event
  readonly measured: Measured
  readonly lists: Lists
  readonly answers: Truth[]
  readonly answered: Uint8Array
  /** The text folded last: several questions mostly ask about the same one. */
  folded: { readonly text: string; readonly as: string }
}

/** A fresh run. @param slots how many answers it has to remember */
export function newRun(given: Pick<Run, 'event' | 'measured' | 'lists'>, slots: number): Run {
  return { ...given, answers: new Array(slots), answered: new Uint8Array(slots), folded: { text: '', as: '' } }
}

export type ValueOf = (run: Run) => Value

/** The signals that a term may read, with their inputs. */
export type Signals = ReadonlyMap<string, Pick<SignalSpec, 'inputs'>>

/** Compiles a value to a closure. */
export function compileTerm(
  term: Term,
  signals: Signals,
  truthOf: (term: Term & { kind: 'truth' }) => (run: Run) => Truth,
): ValueOf {
  switch (term.kind) {
    case 'constant': {
      const { value } = term
      return () => value
    }
    case 'field': {
      const { member } = term
      const field = term.field.name
      return (run) => fieldOf(run.event, member, field)
    }
    case 'signal': {
      const inputs = signals.get(term.name)?.inputs ?? []
      return (run) => signalValue(run, term.name, inputs)
    }
    case 'counter':
      // The checker refuses counters (C00); a reading that nobody took is unknown.
      return () => undefined
    case 'neg': {
      const of = compileTerm(term.of, signals, truthOf)
      return (run) => {
        const value = of(run)
        return typeof value === 'number' ? -value : value === null ? null : undefined
      }
    }
    case 'arith': {
      const left = compileTerm(term.left, signals, truthOf)
      const right = compileTerm(term.right, signals, truthOf)
      const { op, type } = term
      return (run) => calculate(op, left(run), right(run), type)
    }
    case 'truth':
      return truthOf(term)
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
export function calculate(op: '+' | '-' | '*' | '/', left: Value, right: Value, type: Type): Value {
  if (left === null || right === null) return null
  if (typeof left !== 'number' || typeof right !== 'number') return undefined
  const result = operate(op, left, right)
  if (!Number.isFinite(result)) return undefined
  return type.kind === 'dur' ? Math.round(result) : result
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
