import { type Condition, isLeaf, type Leaf, leavesOf, type Rule, type RuleSet, type Term } from './checked.ts'
import { costOf } from './cost.ts'
import { type Ask, compileLeaf } from './leaves.ts'
import type { Truth } from './logic.ts'
import { keyOf } from './meaning.ts'
import { compileTerm, type Run, type Signals, type ValueOf } from './terms.ts'

/** A rule ready to be asked. */
export interface CompiledRule {
  readonly rule: Rule
  readonly when: Ask
  /** Every leaf with its question, in the order of the text. */
  readonly leaves: readonly { readonly leaf: Leaf; readonly ask: Ask }[]
  /** The value of a term that the rule reads or prints, and the answer of a part of its condition. */
  readonly valueOf: (term: Term) => ValueOf
  readonly answerOf: (condition: Condition) => Ask
}

/**
 * Compiles conditions to closures over shared questions: what several rules ask is answered once per event, and what
 * is cheap is asked before what is dear. No code is generated.
 */
export class Compiler {
  readonly #signals: Signals
  readonly #shared = new Map<string, Ask>()
  #slots = 0

  constructor(signals: Signals) {
    this.#signals = signals
  }

  /** How many answers a run has to remember. */
  get slots(): number {
    return this.#slots
  }

  rule(rule: Rule): CompiledRule {
    const leaves = leavesOf(rule.when).map((leaf) => ({ leaf, ask: this.condition(leaf) }))
    const when = this.condition(rule.when)
    return {
      rule,
      when,
      leaves,
      valueOf: (term) => this.term(term),
      answerOf: (condition) => this.condition(condition),
    }
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
    return compileTerm(term, this.#signals, (truth) => this.condition(truth.of))
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
    const slot = this.#slots++
    return (run) => {
      if (run.answered[slot] === 1) return run.answers[slot]
      const answer = ask(run)
      run.answered[slot] = 1
      run.answers[slot] = answer
      return answer
    }
  }
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

function weight(condition: Condition): number {
  if (isLeaf(condition)) return costOf(condition)
  if (condition.kind === 'not') return weight(condition.of)
  return condition.items.reduce((sum, item) => sum + weight(item), 0)
}

/** Every rule of a rule set, compiled together. */
export function compileRules(ruleset: RuleSet): { readonly rules: readonly CompiledRule[]; readonly slots: number } {
  const compiler = new Compiler(ruleset.signals)
  const rules = ruleset.rules.map((rule) => compiler.rule(rule))
  return { rules, slots: compiler.slots }
}
