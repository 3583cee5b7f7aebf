import { allLeaves, type Leaf, type Rule, readsOf, type Term, termsOf } from './checked.ts'
import type { Findings, Span } from './diagnostic.ts'
import { keyOf } from './meaning.ts'
import { TEXT_MAX } from './types.ts'

const BUDGET = { gate: 20_000, follow: 100_000 }

/** The worst case of one leaf in units of about 20 ns (rules.md §7.6). Cheap leaves are asked first. */
export function costOf(leaf: Leaf): number {
  const terms = termsOf(leaf)
  const counters = terms.flatMap(readsOf).filter((term) => term.kind === 'counter').length * 50
  return ownCost(leaf) + counters
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
export function checkCost(rules: readonly { readonly rule: Rule; readonly at: Span }[], findings: Findings): void {
  for (const phase of ['gate', 'follow'] as const) {
    const kinds = new Set(rules.flatMap(({ rule }) => (rule.phase === phase ? rule.on : [])))
    for (const kind of kinds) {
      const here = rules.filter(({ rule }) => rule.phase === phase && rule.on.includes(kind))
      checkKind(kind, phase, here, findings)
    }
  }
}

function checkKind(
  kind: string,
  phase: 'gate' | 'follow',
  rules: readonly { readonly rule: Rule; readonly at: Span }[],
  findings: Findings,
): void {
  const paid = new Set<string>()
  let total = 0
  const shares = rules.map(({ rule, at }) => {
    let share = 0
    for (const leaf of allLeaves(rule.when)) {
      const key = keyOf(leaf)
      if (paid.has(key)) continue
      paid.add(key)
      share += costOf(leaf)
    }
    total += share
    return { name: rule.name, at, share }
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
