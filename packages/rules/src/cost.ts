import {
  allLeaves,
  type Condition,
  type Counter,
  countName,
  type Leaf,
  type Rule,
  readsOf,
  type Term,
  termsOf,
} from './checked.ts'
import type { Findings, Span } from './diagnostic.ts'
import { keyOf } from './meaning.ts'
import { TEXT_MAX } from './types.ts'

const COUNTER = 50
const BUDGET = { gate: 20_000, follow: 100_000 }

/** The worst case of one leaf in units of about 20 ns (rules.md §7.6). Cheap leaves are asked first. */
export function costOf(leaf: Leaf): number {
  const terms = termsOf(leaf)
  const counters = terms.flatMap(readsOf).filter((term) => term.kind === 'counter').length * COUNTER
  return ownCost(leaf) + counters
}

/** The worst case of one rule that shares nothing, in units of about 20 ns; its counters are paid where they move. */
export function costOfRule(rule: Pick<Rule, 'when'>): number {
  const leaves = new Map(allLeaves(rule.when).map((leaf) => [keyOf(leaf), leaf]))
  return [...leaves.values()].reduce((sum, leaf) => sum + costOf(leaf), 0)
}

function ownCost(leaf: Leaf): number {
  switch (leaf.kind) {
    case 'lookup':
      return { in: 5, near: 200, any: textCost(leaf.of) }[leaf.how]
    case 'contains':
    case 'matches':
      return textCost(leaf.of)
    default:
      return 1
  }
}

function textCost(term: Term): number {
  const { type } = term
  if (type.kind === 'text') return Math.ceil(type.max / 4)
  if (type.kind !== 'list') return 1
  return type.of.kind === 'text' ? Math.ceil((type.max * Math.max(type.of.max, TEXT_MAX)) / 4) : type.max
}

/** Refuses a rule set that could keep an event waiting (B01). Leaves that several rules share are paid once. */
export function checkCost(
  rules: readonly { readonly rule: Rule; readonly at: Span }[],
  counters: readonly { readonly counter: Counter; readonly at: Span }[],
  findings: Findings,
): void {
  for (const phase of ['gate', 'follow'] as const) {
    const kinds = new Set(rules.flatMap(({ rule }) => (rule.phase === phase ? rule.on : [])))
    for (const kind of kinds) {
      const moved = counters.filter(({ counter }) => counter.on.includes(kind))
      const here = rules.filter(({ rule }) => rule.phase === phase && rule.on.includes(kind))
      const payers = [
        ...moved.map(({ counter, at }) => ({ name: counter.name, at, base: COUNTER, condition: counter.where })),
        ...here.map(({ rule, at }) => ({
          name: rule.name,
          at,
          base: readElsewhere(rule) * COUNTER,
          condition: rule.when,
        })),
      ]
      checkKind(kind, phase, payers, findings)
    }
  }
}

/** A counter that moves on the kind is paid there, once; one that is read by another key is paid by the rule. */
function readElsewhere(rule: Rule): number {
  const terms = allLeaves(rule.when).flatMap(termsOf).flatMap(readsOf)
  return new Set(terms.flatMap((term) => (term.kind === 'counter' && term.key !== undefined ? [countName(term)] : [])))
    .size
}

interface Payer {
  readonly name: string
  readonly at: Span
  readonly base: number
  readonly condition: Condition | undefined
}

function checkKind(kind: string, phase: 'gate' | 'follow', payers: readonly Payer[], findings: Findings): void {
  const paid = new Set<string>()
  let total = 0
  const shares = payers.map(({ name, at, base, condition }) => {
    let share = base
    for (const leaf of condition === undefined ? [] : allLeaves(condition)) {
      const key = keyOf(leaf)
      if (paid.has(key)) continue
      paid.add(key)
      share += ownCost(leaf)
    }
    total += share
    return { name, at, share }
  })
  if (total <= BUDGET[phase]) return
  const dearest = shares.sort((a, b) => b.share - a.share).slice(0, 3)
  const names = dearest.map((one) => one.name).join(', ')
  const message = `the ${phase} for '${kind}' costs ${grouped(total)} units of ${grouped(BUDGET[phase])}; dearest: ${names}`
  const at = dearest[0]?.at
  if (at !== undefined)
    findings.error('B01', at, message, 'share texts and lists between rules, or move a rule to follow')
}

/** Thousands apart by a space: `24 100`. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ')
}
