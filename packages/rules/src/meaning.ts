import { canonicalJson } from './canonical.ts'
import {
  allLeaves,
  type Condition,
  type Counter,
  type CounterTerm,
  type FieldTerm,
  isLeaf,
  type LeafTest,
  type ListSpec,
  type Rule,
  readsOf,
  type SignalSpec,
  type Term,
  termsOf,
} from './checked.ts'
import { sha256 } from './sha256.ts'
import { type Json, typeName } from './types.ts'

type CallCounter = (term: CounterTerm) => string

/**
 * A condition as plain data: what it means, without where or how it was written. Equal meanings have equal texts.
 *
 * @param call what to call a counter; default: by its identity
 */
export function conditionJson(condition: Condition, call: CallCounter = ({ id }) => id): Json {
  if (isLeaf(condition)) return leafJson(condition, call)
  if (condition.kind === 'not') return { not: conditionJson(condition.of, call) }
  return { [condition.kind]: condition.items.map((item) => conditionJson(item, call)) }
}

function leafJson(leaf: LeafTest, call: CallCounter): Json {
  switch (leaf.kind) {
    case 'test':
      return { test: termJson(leaf.of, call) }
    case 'compare':
      return { compare: leaf.op, left: termJson(leaf.left, call), right: termJson(leaf.right, call) }
    case 'is':
      return { is: leaf.what, of: termJson(leaf.of, call) }
    case 'missing':
      return { is: 'none', record: leaf.member }
    case 'member':
      return { member: termJson(leaf.of, call), values: leaf.values }
    case 'lookup':
      return { lookup: leaf.how, of: termJson(leaf.of, call), list: leaf.list }
    case 'contains':
      return { contains: leaf.text, of: termJson(leaf.of, call) }
    case 'matches':
      return { matches: leaf.pattern, of: termJson(leaf.of, call) }
  }
}

function termJson(term: Term, call: CallCounter): Json {
  switch (term.kind) {
    case 'constant':
      return { constant: term.value, type: typeName(term.type) }
    case 'field':
      return fieldJson(term)
    case 'signal':
      return { signal: term.name }
    case 'counter':
      return { counter: call(term), key: term.key === undefined ? null : term.key.map((one) => one.path) }
    case 'neg':
      return { neg: termJson(term.of, call) }
    case 'arith':
      return { arith: term.op, left: termJson(term.left, call), right: termJson(term.right, call) }
    case 'truth':
      return { truth: conditionJson(term.of, call) }
  }
}

function fieldJson({ path, type }: FieldTerm): Json {
  return { field: path, type: typeName(type) }
}

/** One text for one meaning: shared work, equal costs. */
export function keyOf(condition: Condition): string {
  return canonicalJson(conditionJson(condition))
}

type Unhashed = Omit<Rule, 'hash'>

/** A rule's hash (rules.md §7.5): its checked form with the lists and signals it reads, counters by identity; not comments, layout or tests. */
export function ruleHash(
  rule: Unhashed,
  lists: ReadonlyMap<string, ListSpec>,
  signals: ReadonlyMap<string, SignalSpec>,
): string {
  const reads = readsOfRule(rule)
  const form: Json = {
    format: 1,
    name: rule.name,
    version: rule.version,
    harm: rule.harm,
    policy: rule.policy,
    severity: rule.severity,
    phase: rule.phase,
    on: [...rule.on].sort(),
    when: conditionJson(rule.when),
    effects: rule.effects.map((effect) => ({ ...effect })),
    unknown: rule.onUnknown === 'ignore' ? 'ignore' : rule.onUnknown.map((effect) => ({ ...effect })),
    because: rule.because.source,
    tell: rule.tell.map((one) => ({ language: one.language, text: one.text.source })),
    withhold: rule.withhold === undefined ? null : { because: rule.withhold.because, for: rule.withhold.for ?? null },
    lists: specs(lists, reads.lists),
    signals: specs(signals, reads.signals),
  }
  return `sha256:${sha256(canonicalJson(form))}`
}

function specs(all: ReadonlyMap<string, ListSpec | SignalSpec>, names: ReadonlySet<string>): Json {
  return Object.fromEntries([...names].map((name) => [name, all.has(name) ? { ...all.get(name) } : null]))
}

export interface Reads {
  readonly lists: Set<string>
  readonly signals: Set<string>
  readonly counters: Set<string>
}

/** The names of the lists, signals and counters that a rule reads, in its condition and in its texts. */
export function readsOfRule(rule: Pick<Rule, 'when' | 'because' | 'tell'>): Reads {
  const printed = [rule.because, ...rule.tell.map((one) => one.text)].flatMap((template) =>
    template.parts.flatMap((part) => ('print' in part ? [part.print] : [])),
  )
  return readsOfAll([rule.when, ...printed.flatMap((term) => (term.kind === 'truth' ? [term.of] : []))], printed)
}

/** What outside the event conditions and printed terms read: lists, signals and counters, by name. */
function readsOfAll(conditions: readonly Condition[], printed: readonly Term[]): Reads {
  const reads: Reads = { lists: new Set(), signals: new Set(), counters: new Set() }
  const leaves = conditions.flatMap(allLeaves)
  for (const leaf of leaves) if (leaf.kind === 'lookup') reads.lists.add(leaf.list)
  for (const term of [...leaves.flatMap(termsOf), ...printed].flatMap(readsOf)) {
    if (term.kind === 'signal') reads.signals.add(term.name)
    if (term.kind === 'counter') reads.counters.add(term.name)
  }
  return reads
}

/** What a condition reads outside the event. */
export function readsOfCondition(condition: Condition | undefined): Reads {
  return readsOfAll(condition === undefined ? [] : [condition], [])
}

/**
 * What a counter means (rules.md §6.4, Identity): its name is none of it, so renaming keeps the state, and equal counters
 * of two rule sets share theirs. The lists and signals that it asks belong to it by declaration.
 */
export function counterIdentity(
  counter: Omit<Counter, 'name' | 'spec'> & { readonly spec: Omit<Counter['spec'], 'id'> },
  lists: ReadonlyMap<string, ListSpec>,
  signals: ReadonlyMap<string, SignalSpec>,
): string {
  const reads = readsOfCondition(counter.where)
  const form: Json = {
    format: 1,
    aggregate: counter.spec.what,
    member: counter.member === undefined ? null : fieldJson(counter.member),
    keys: counter.by.map(fieldJson),
    kinds: [...counter.on].sort(),
    where: counter.where === undefined ? null : conditionJson(counter.where),
    over: counter.spec.over,
    precision: counter.spec.upTo ?? 'approx',
    lists: specs(lists, reads.lists),
    signals: specs(signals, reads.signals),
  }
  return `sha256:${sha256(canonicalJson(form))}`
}

/** A rule set's hash: its header, and its rules' hashes by name. */
export function rulesetHash(header: Json, rules: readonly Rule[]): string {
  const byName = Object.fromEntries(rules.map((rule) => [rule.name, rule.hash]))
  return `sha256:${sha256(canonicalJson({ format: 1, header, rules: byName }))}`
}
