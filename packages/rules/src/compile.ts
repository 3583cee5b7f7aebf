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
import { type Ask, compileLeaf } from './leaves.ts'
import type { Truth } from './logic.ts'
import { keyOf } from './meaning.ts'
import { compileTerm, NOT_YET, type Run, type Signals, type Slots, type ValueOf } from './terms.ts'

/**
 * Compiles conditions to closures over shared questions: what several rules ask is answered once per event, and what
 * is cheap is asked before what is dear. No code is generated.
 */
export class Compiler {
  readonly #signals: Signals
  readonly #shared = new Map<string, Ask>()
  readonly #reads = new Map<string, number>()
  readonly #fields = new Map<string, number>()
  #answers = 0
  #counted = 0

  constructor(signals: Signals) {
    this.#signals = signals
  }

  get slots(): Slots {
    return { fields: this.#fields.size, answers: this.#answers, counted: this.#counted }
  }

  /** Where a run keeps what it read of a counter: one place for each counter and key, whatever the counter is called. */
  slotOf({ id, key }: CounterTerm): number {
    const read = key === undefined ? id : JSON.stringify([id, key.map((part) => part.path)])
    return slotIn(this.#reads, read)
  }

  condition(condition: Condition): Ask {
    const key = keyOf(condition)
    const known = this.#shared.get(key)
    if (known !== undefined) return known
    const ask = this.#remembered(isLeaf(condition) ? this.#leaf(condition) : this.#joined(condition), condition)
    this.#shared.set(key, ask)
    return ask
  }

  term(term: Term): ValueOf {
    return compileTerm(term, {
      signals: this.#signals,
      truthOf: (truth) => this.condition(truth.of),
      slotOf: (counter) => this.slotOf(counter),
      slotOfField: (field) => slotIn(this.#fields, field.path),
    })
  }

  #joined(condition: Exclude<Condition, Leaf>): Ask {
    if (condition.kind === 'not') {
      const of = this.condition(condition.of)
      return (run) => {
        const answer = of(run)
        return answer === undefined ? undefined : !answer
      }
    }
    const asks = [...condition.items].sort((a, b) => weight(a) - weight(b)).map((item) => this.condition(item))
    return joined(asks, condition.kind === 'or')
  }

  #leaf(leaf: Leaf): Ask {
    return compileLeaf(leaf, (term) => this.term(term))
  }

  /** Questions that cost no more than looking up the answer are asked anew. */
  #remembered(ask: Ask, condition: Condition): Ask {
    if (weight(condition) <= 1) return ask
    if (readsCounter(condition)) {
      const slot = this.#counted++
      return (run) => {
        const known = run.countedAnswers[slot]
        if (known !== NOT_YET) return known
        const answer = ask(run)
        run.countedAnswers[slot] = answer
        return answer
      }
    }
    const slot = this.#answers++
    return (run) => {
      const known = run.answers[slot]
      if (known !== NOT_YET) return known
      const answer = ask(run)
      run.answers[slot] = answer
      return answer
    }
  }
}

/** The place of what has this name: the next free one where it is new. */
function slotIn(slots: Map<string, number>, name: string): number {
  const slot = slots.get(name) ?? slots.size
  slots.set(name, slot)
  return slot
}

/** Kleene's `and` (or `or`, if `decisive` is true) over any number: the decisive answer wins, unknown spoils the rest. */
function joined(asks: readonly Ask[], decisive: boolean): Ask {
  return (run: Run): Truth => {
    let outcome: Truth = !decisive
    for (const ask of asks) {
      const answer = ask(run)
      if (answer === decisive) return decisive
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
