import { compileCauses } from './causes.ts'
import { type Leaf, leavesOf, type Rule, type RuleSet } from './checked.ts'
import type { Compiler } from './compile.ts'
import type { Ask } from './leaves.ts'
import { type Reads, readsOfRule } from './meaning.ts'
import { compileTemplate, type Print } from './print.ts'
import type { Question } from './question.ts'
import type { Run } from './terms.ts'
import { compileValues, type ShowValues } from './values.ts'

/** A rule ready to be asked and explained: all that no event changes is made already. */
export interface CompiledRule {
  readonly rule: Rule
  /** `ruleset/rule`. */
  readonly name: string
  readonly ruleset: RuleSet
  readonly when: Ask
  /** In the order of the text. */
  readonly leaves: readonly CompiledLeaf[]
  /** What it reads outside the event. */
  readonly reads: Reads
  readonly because: Print
  /** By language. */
  readonly tell: readonly { readonly language: string; readonly text: Print }[]
  /** Why it is undecided in a run in which it is. */
  readonly causes: (run: Run) => string[]
}

export interface CompiledLeaf {
  readonly leaf: Leaf
  readonly question: Question
  readonly text: string
  /** Line and column, `53:8`. */
  readonly at: string
  readonly values: ShowValues
}

export function compileRule(rule: Rule, ruleset: RuleSet, compiler: Compiler): CompiledRule {
  return {
    rule,
    name: `${ruleset.name}/${rule.name}`,
    ruleset,
    leaves: leavesOf(rule.when).map((leaf) => compileClause(leaf, ruleset, compiler)),
    when: compiler.rule(rule.when),
    reads: readsOfRule(rule),
    because: compileTemplate(rule.because, compiler),
    tell: rule.tell.map(({ language, text }) => ({ language, text: compileTemplate(text, compiler) })),
    causes: compileCauses(rule.when, compiler),
  }
}

function compileClause(leaf: Leaf, ruleset: RuleSet, compiler: Compiler): CompiledLeaf {
  const { text, at } = leaf.place
  return {
    leaf,
    question: compiler.condition(leaf),
    text,
    at: `${at.line}:${at.column}`,
    values: compileValues(leaf, ruleset, compiler),
  }
}
