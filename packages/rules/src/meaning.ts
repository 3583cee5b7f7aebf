import { canonicalJson } from './canonical.ts'
import {
  allLeaves,
  type Condition,
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

/** A condition as plain data: what it means, without where or how it was written. Equal meanings have equal texts. */
export function conditionJson(condition: Condition): Json {
  if (isLeaf(condition)) return leafJson(condition)
  if (condition.kind === 'not') return { not: conditionJson(condition.of) }
  return { [condition.kind]: condition.items.map(conditionJson) }
}

function leafJson(leaf: LeafTest): Json {
  switch (leaf.kind) {
    case 'test':
      return { test: termJson(leaf.of) }
    case 'compare':
      return { compare: leaf.op, left: termJson(leaf.left), right: termJson(leaf.right) }
    case 'is':
      return { is: leaf.what, of: termJson(leaf.of) }
    case 'missing':
      return { is: 'none', record: leaf.member }
    case 'member':
      return { member: termJson(leaf.of), values: leaf.values }
    case 'lookup':
      return { lookup: leaf.how, of: termJson(leaf.of), list: leaf.list }
    case 'contains':
      return { contains: leaf.text, of: termJson(leaf.of) }
    case 'matches':
      return { matches: leaf.pattern, of: termJson(leaf.of) }
  }
}

function termJson(term: Term): Json {
  switch (term.kind) {
    case 'constant':
      return { constant: term.value, type: typeName(term.type) }
    case 'field':
      return { field: term.path, type: typeName(term.type) }
    case 'signal':
      return { signal: term.name }
    case 'counter':
      return term.key === undefined ? { counter: term.name } : { counter: term.name, key: term.key }
    case 'neg':
      return { neg: termJson(term.of) }
    case 'arith':
      return { arith: term.op, left: termJson(term.left), right: termJson(term.right) }
    case 'truth':
      return { truth: conditionJson(term.of) }
  }
}

/** One text for one meaning: shared work, equal costs. */
export function keyOf(condition: Condition): string {
  return canonicalJson(conditionJson(condition))
}

type Unhashed = Omit<Rule, 'hash'>

/** A rule's hash (rules.md §7.5): its checked form with the lists and signals it reads; not comments, layout or tests. */
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

/** The names of the lists and signals that a rule reads, in its condition and in its texts. */
export function readsOfRule(rule: Pick<Rule, 'when' | 'because' | 'tell'>): {
  lists: Set<string>
  signals: Set<string>
} {
  const lists = new Set<string>()
  const signals = new Set<string>()
  const printed = [rule.because, ...rule.tell.map((one) => one.text)].flatMap((template) =>
    template.parts.flatMap((part) => ('print' in part ? [part.print] : [])),
  )
  const conditions = [rule.when, ...printed.flatMap((term) => (term.kind === 'truth' ? [term.of] : []))]
  const leaves = conditions.flatMap(allLeaves)
  for (const leaf of leaves) if (leaf.kind === 'lookup') lists.add(leaf.list)
  for (const term of [...leaves.flatMap(termsOf), ...printed].flatMap(readsOf)) {
    if (term.kind === 'signal') signals.add(term.name)
  }
  return { lists, signals }
}

/** A rule set's hash: its header, and its rules' hashes by name. */
export function rulesetHash(header: Json, rules: readonly Rule[]): string {
  const byName = Object.fromEntries(rules.map((rule) => [rule.name, rule.hash]))
  return `sha256:${sha256(canonicalJson({ format: 1, header, rules: byName }))}`
}
