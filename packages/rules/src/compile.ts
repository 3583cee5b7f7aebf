import {
  allLeaves,
  type Condition,
  type CounterTerm,
  isLeaf,
  type Leaf,
  readsOf,
  type Term,
  termsOf,
} from './checked.ts'
import { costOf } from './cost.ts'
import { FieldReader } from './field-reader.ts'
import { type Ask, compileLeaf } from './leaves.ts'
import { not, type Truth } from './logic.ts'
import { keyOf } from './meaning.ts'
import { Question } from './question.ts'
import { compileTerm, type Signals, type Slots, type ValueOf } from './terms.ts'

/**
 * Compiles conditions to questions that share their parts: what several rules ask is answered once per event, and what
 * is cheap is asked before what is dear. No code is generated.
 */
export class Compiler {
  readonly #signals: Signals
  readonly #questions = new Map<string, Question>()
  readonly #reads = new Map<string, number>()
  readonly #fields = new FieldReader()
  #answers = 0
  #counted = 0

  constructor(signals: Signals) {
    this.#signals = signals
  }

  /** For all that was compiled so far. */
  slots(): Slots {
    const places = (count: number) => Array.from({ length: count }, () => null)
    return { fields: this.#fields, answers: places(this.#answers), counted: places(this.#counted) }
  }

  /** Where a run keeps what it read of a counter: one place for each counter and key, whatever the counter is called. */
  slotOf({ id, key }: CounterTerm): number {
    const read = key === undefined ? id : JSON.stringify([id, key.map((part) => part.path)])
    const slot = this.#reads.get(read) ?? this.#reads.size
    this.#reads.set(read, slot)
    return slot
  }

  /** The condition of one rule. Its parts are shared with other rules; it is asked once as it is. */
  rule(condition: Condition): Ask {
    return every(this.#items(condition.kind === 'and' ? condition.items : [condition]))
  }

  condition(condition: Condition): Question {
    const key = keyOf(condition)
    const known = this.#questions.get(key)
    if (known !== undefined) return known
    const ask = isLeaf(condition) ? compileLeaf(condition, (term) => this.term(term)) : this.#joined(condition)
    const counted = readsCounter(condition)
    const question = new Question(ask, { slot: counted ? this.#counted++ : this.#answers++, counted })
    this.#questions.set(key, question)
    return question
  }

  term(term: Term): ValueOf {
    return compileTerm(term, {
      signals: this.#signals,
      truthOf: (truth) => this.condition(truth.of),
      slotOf: (counter) => this.slotOf(counter),
      slotOfField: (field) => this.#fields.slotOf(field),
    })
  }

  #joined(condition: Exclude<Condition, Leaf>): Ask {
    if (condition.kind === 'not') {
      const of = this.condition(condition.of)
      return (run) => not(of.answer(run))
    }
    const items = this.#items(condition.items)
    return condition.kind === 'or' ? some(items) : every(items)
  }

  /** What is cheap is asked first. */
  #items(conditions: readonly Condition[]): Question[] {
    return [...conditions].sort((a, b) => weight(a) - weight(b)).map((item) => this.condition(item))
  }
}

// Two functions and not one that is told which answer decides: a comparison with a constant is one instruction.

/** Kleene's `and` over any number: false wins, unknown spoils the rest. */
function every(items: readonly Question[]): Ask {
  return (run) => {
    let outcome: Truth = true
    for (const item of items) {
      const answer = item.answer(run)
      if (answer === false) return false
      if (answer === undefined) outcome = undefined
    }
    return outcome
  }
}

/** Kleene's `or`: true wins. */
function some(items: readonly Question[]): Ask {
  return (run) => {
    let outcome: Truth = false
    for (const item of items) {
      const answer = item.answer(run)
      if (answer === true) return true
      if (answer === undefined) outcome = undefined
    }
    return outcome
  }
}

function readsCounter(condition: Condition): boolean {
  return allLeaves(condition).some((leaf) =>
    termsOf(leaf)
      .flatMap(readsOf)
      .some((term) => term.kind === 'counter'),
  )
}

function weight(condition: Condition): number {
  if (isLeaf(condition)) return costOf(condition)
  if (condition.kind === 'not') return weight(condition.of)
  return condition.items.reduce((sum, item) => sum + weight(item), 0)
}
