import { canonicalJson } from './canonical.ts'
import {
  allLeaves,
  type Condition,
  type Counter,
  type FieldTerm,
  type Leaf,
  type RuleSet,
  type Term,
  termsOf,
} from './checked.ts'
import type { Compiler } from './compile.ts'
import type { Truth } from './logic.ts'
import { conditionJson, readsOfCondition } from './meaning.ts'
import type { Question } from './question.ts'
import { sha256 } from './sha256.ts'
import type { Run } from './terms.ts'
import { elementType } from './types.ts'
import { recordOf } from './world.ts'

/**
 * A question whose answer has to be kept where what it reads is not: about content, or about what a list holds (rules.md §8.4).
 */
export interface KeptLeaf {
  /** Equal for equal questions, in whichever rule set. */
  readonly key: string
  /** As it stands in the rule. */
  readonly text: string
  answer(run: Run): Truth
}

/** Answers kept of one event, by key; undefined is *unknown*. A question that is not in it is unknown, too. */
export type KeptAnswers = ReadonlyMap<string, Truth>

interface Kept extends KeptLeaf {
  readonly question: Question
  /** What it reads of the event itself. */
  readonly fields: readonly FieldTerm[]
}

/** The kept questions of each kind of event. */
export type KeptByKind = ReadonlyMap<string, readonly Kept[]>

/** Finds them in the conditions of rules and of counters: both are asked of past events. */
export function keptByKind(ruleset: RuleSet, compiler: Compiler): KeptByKind {
  const found = new Map<string, Map<string, Kept>>()
  const add = (kinds: readonly string[], condition: Condition): void => {
    for (const leaf of allLeaves(condition).filter(mustBeKept)) {
      const question = compiler.condition(leaf)
      const key = keyOf(leaf, ruleset)
      const fields = termsOf(leaf).flatMap(fieldsOf)
      const kept = { key, text: leaf.place.text, question, fields, answer: (run: Run) => question.answer(run) }
      for (const kind of kinds) {
        const own = found.get(kind) ?? new Map<string, Kept>()
        found.set(kind, own.has(key) ? own : own.set(key, kept))
      }
    }
  }
  for (const { on, when } of ruleset.rules) add(on, when)
  for (const { on, where } of ruleset.counters.values()) if (where !== undefined) add(on, where)
  return new Map([...found].map(([kind, own]) => [kind, [...own.values()]]))
}

/**
 * Answers the kept questions as they were answered, before anything is asked. One that nobody asked then is unknown, unless it reads what
 * is none, such as content that a switch kept from being read: then the event itself answers it.
 */
export function answerAsKept(run: Run, kept: readonly Kept[], answers: KeptAnswers): void {
  for (const { key, question, fields } of kept) {
    const isAsked =
      !answers.has(key) && fields.some(({ member, field }) => recordOf(run.event, member)?.[field.name] === null)
    if (!isAsked) question.settle(run, answers.get(key))
  }
}

/**
 * True for a question that cannot be asked again when content and lists are gone. Ids may stand under other names: the language compares
 * them with each other alone.
 */
export function mustBeKept(leaf: Leaf): boolean {
  return (
    leaf.kind === 'lookup' ||
    termsOf(leaf)
      .flatMap(fieldsOf)
      .some(({ field }) => isHidden(field))
  )
}

/** What a replay log never holds: sealed fields, and hashes of files whether they are sealed or not. */
export function isHidden(field: FieldTerm['field']): boolean {
  const { kind } = elementType(field.type)
  return field.sealed || kind === 'hash' || kind === 'phash'
}

/** What has to be known of a past event so that a counter moves with it as it would have moved then. */
export interface CountedBy {
  /** Key and member are there. */
  readonly named: boolean
  /** Its kept questions, by key and as they stand in the rules. */
  readonly questions: readonly { readonly key: string; readonly text: string }[]
  /** Names of signals. */
  readonly signals: readonly string[]
}

export function countedBy({ by, member, where }: Counter, ruleset: RuleSet): CountedBy {
  const leaves = where === undefined ? [] : allLeaves(where).filter(mustBeKept)
  return {
    named: [...by, ...(member === undefined ? [] : [member])].every(({ field }) => !isHidden(field)),
    questions: leaves.map((leaf) => ({ key: keyOf(leaf, ruleset), text: leaf.place.text })),
    signals: [...readsOfCondition(where).signals],
  }
}

/** The fields that a term itself reads; a condition inside it has leaves of its own. */
function fieldsOf(term: Term): FieldTerm[] {
  switch (term.kind) {
    case 'field':
      return [term]
    case 'neg':
      return fieldsOf(term.of)
    case 'arith':
      return [...fieldsOf(term.left), ...fieldsOf(term.right)]
    default:
      return []
  }
}

// A list of the same name that is declared otherwise is another list. 64 bits: a rule set has some hundred questions.
function keyOf(leaf: Leaf, { lists }: RuleSet): string {
  const list = leaf.kind === 'lookup' ? lists.get(leaf.list) : undefined
  const form = { leaf: conditionJson(leaf), list: list === undefined ? null : { ...list } }
  return sha256(canonicalJson(form)).slice(0, 16)
}
