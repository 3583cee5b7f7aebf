import type { Arithmetic, Relation, SampleDecl, Severity, TestDecl } from './ast.ts'
import type { CounterSpec } from './counters/index.ts'
import type { Span } from './diagnostic.ts'
import type { Field, Schema } from './schema.ts'
import { NUM, type Type } from './types.ts'

/** Where a leaf stands, and how it reads. Not part of a rule's meaning, so not of its hash. */
export interface Place {
  readonly text: string
  readonly at: Span
}

/** A value as checked. Lets are inlined, brackets gone. */
export type Term =
  | { readonly kind: 'constant'; readonly value: boolean | number | string; readonly type: Type }
  | FieldTerm
  | { readonly kind: 'signal'; readonly name: string; readonly type: Type }
  | CounterTerm
  | { readonly kind: 'neg'; readonly of: Term; readonly type: Type }
  | { readonly kind: 'arith'; readonly op: Arithmetic; readonly left: Term; readonly right: Term; readonly type: Type }
  | { readonly kind: 'truth'; readonly of: Condition; readonly type: Type }

export interface FieldTerm {
  readonly kind: 'field'
  readonly path: string
  /** The member of the event, and its field; `id` of `event` is the event's own. */
  readonly member: string
  readonly field: Field
  readonly type: Type
  /** On some kind of the rule it can be unknown, can be none, is only claimed. */
  readonly canBeUnknown: boolean
  readonly canBeNone: boolean
  readonly claimed: boolean
}

/** A counter read by its own key, or `of` another one, without moving it. */
export interface CounterTerm {
  readonly kind: 'counter'
  readonly name: string
  /** Its identity. */
  readonly id: string
  readonly key?: readonly FieldTerm[]
  readonly type: Type
}

export type LeafTest =
  | { readonly kind: 'test'; readonly of: Term }
  | { readonly kind: 'compare'; readonly op: Relation; readonly left: Term; readonly right: Term }
  | { readonly kind: 'is'; readonly what: 'known' | 'unknown' | 'none'; readonly of: Term }
  | { readonly kind: 'missing'; readonly member: string }
  | { readonly kind: 'member'; readonly of: Term; readonly values: readonly (boolean | number | string)[] }
  | { readonly kind: 'lookup'; readonly how: 'in' | 'near' | 'any'; readonly of: Term; readonly list: string }
  | { readonly kind: 'contains'; readonly of: Term; readonly text: string }
  | { readonly kind: 'matches'; readonly of: Term; readonly pattern: string }

/** One question with the answer true, false or unknown. */
export type Leaf = LeafTest & { readonly place: Place }

/** A `bool` expression as checked. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly items: readonly Condition[] }
  | { readonly kind: 'not'; readonly of: Condition }
  | Leaf

export type Effect =
  | { readonly do: 'block' }
  | { readonly do: 'hold'; readonly until: 'review' }
  | { readonly do: 'hold'; readonly until: 'release'; readonly for: number }
  | { readonly do: 'limit'; readonly what: string; readonly for: number; readonly on: string }
  | { readonly do: 'label'; readonly what: string }
  | { readonly do: 'queue'; readonly what: string; readonly within: number }
  | { readonly do: 'preserve'; readonly for: number }
  | { readonly do: 'refer'; readonly what: string; readonly after: 'review' }
  | { readonly do: 'offer'; readonly what: string }

/** A text with `{name}` in it, taken apart. */
export type TemplatePart = { readonly text: string } | { readonly print: Term; readonly name: string }
export interface Template {
  readonly source: string
  readonly parts: readonly TemplatePart[]
}

export interface Rule {
  readonly name: string
  readonly version: number
  /** `sha256:` and hex, over the checked form. */
  readonly hash: string
  readonly harm: string
  readonly grave: boolean
  readonly policy: string
  readonly severity: Severity
  readonly phase: 'gate' | 'follow'
  readonly on: readonly string[]
  readonly when: Condition
  /** Of `then`. */
  readonly effects: readonly Effect[]
  readonly onUnknown: readonly Effect[] | 'ignore'
  readonly because: Template
  /** The first text has the language `default`. */
  readonly tell: readonly { readonly language: string; readonly text: Template }[]
  readonly withhold?: { readonly because: string; readonly for?: number }
  readonly line: number
}

export interface ListSpec {
  readonly name: string
  readonly type: 'text' | 'domain' | 'hash' | 'phash' | 'id'
  readonly thing?: string
  readonly sealed: boolean
  readonly context: boolean
  readonly from: string
  readonly staleAfter?: number
}

export interface SignalSpec {
  readonly name: string
  readonly type: 'bool' | 'num' | 'score'
  readonly provider: string
  readonly inputs: readonly string[]
  /** Milliseconds. */
  readonly within: number
}

/** A counter as checked: how an event of its kinds moves it (rules.md §6.4). */
export interface Counter {
  readonly name: string
  /** What a store has to know; its `id` is the counter's identity. */
  readonly spec: CounterSpec
  readonly by: readonly FieldTerm[]
  /** What `distinct` counts and `sum` adds. */
  readonly member?: FieldTerm
  readonly on: readonly string[]
  readonly where?: Condition
}

/** A rule set that may run: checked, hashed, with its tests. */
export interface RuleSet {
  readonly name: string
  readonly version: number
  readonly owner: string
  readonly schema: Schema
  readonly hash: string
  readonly rules: readonly Rule[]
  readonly lists: ReadonlyMap<string, ListSpec>
  readonly signals: ReadonlyMap<string, SignalSpec>
  readonly counters: ReadonlyMap<string, Counter>
  readonly samples: ReadonlyMap<string, SampleDecl>
  readonly tests: readonly TestDecl[]
  readonly sourceName: string
}

export function isLeaf(condition: Condition): condition is Leaf {
  return condition.kind !== 'and' && condition.kind !== 'or' && condition.kind !== 'not'
}

/** The leaves of a condition, in the order of the text; those inside an operand's brackets belong to its leaf. */
export function leavesOf(condition: Condition): Leaf[] {
  if (isLeaf(condition)) return [condition]
  return condition.kind === 'not' ? leavesOf(condition.of) : condition.items.flatMap(leavesOf)
}

/** The values that a leaf asks about. */
export function termsOf(leaf: Leaf): readonly Term[] {
  switch (leaf.kind) {
    case 'compare':
      return [leaf.left, leaf.right]
    case 'missing':
      return []
    default:
      return [leaf.of]
  }
}

/** Every field, signal and counter that a term reads. */
export function readsOf(term: Term): readonly Term[] {
  switch (term.kind) {
    case 'constant':
      return []
    case 'field':
    case 'signal':
    case 'counter':
      return [term]
    case 'neg':
      return readsOf(term.of)
    case 'arith':
      return [...readsOf(term.left), ...readsOf(term.right)]
    case 'truth':
      return leavesOf(term.of).flatMap((leaf) => termsOf(leaf).flatMap(readsOf))
  }
}

/** The counter read by its own key. */
export function ownKey({ name, spec }: Counter): CounterTerm {
  return { kind: 'counter', name, id: spec.id, type: NUM }
}

/** How a read of a counter is written: `sent`, or `sent of target.id`. */
export function countName({ name, key }: CounterTerm): string {
  return key === undefined ? name : `${name} of ${key.map((one) => one.path).join(', ')}`
}

/** Every leaf with those inside operands, for what asks about lists and patterns. */
export function allLeaves(condition: Condition): Leaf[] {
  return leavesOf(condition).flatMap((leaf) => [leaf, ...termsOf(leaf).flatMap(leavesInside)])
}

function leavesInside(term: Term): Leaf[] {
  switch (term.kind) {
    case 'truth':
      return allLeaves(term.of)
    case 'neg':
      return leavesInside(term.of)
    case 'arith':
      return [...leavesInside(term.left), ...leavesInside(term.right)]
    default:
      return []
  }
}
