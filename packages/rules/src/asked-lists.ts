import { allLeaves, type Condition, type Rule, type RuleSet, readsOf, termsOf } from './checked.ts'

/** The lists that a rule rests on: those that it asks, and those that its counters ask before they move. */
export function askedLists({ when }: Pick<Rule, 'when'>, { counters }: RuleSet): string[] {
  const counted = allLeaves(when)
    .flatMap(termsOf)
    .flatMap(readsOf)
    .flatMap((read) => (read.kind === 'counter' ? (counters.get(read.name)?.where ?? []) : []))
  return [...new Set([when, ...counted].flatMap(listsIn))]
}

const listsIn = (condition: Condition): string[] =>
  allLeaves(condition).flatMap((leaf) => (leaf.kind === 'lookup' ? [leaf.list] : []))
