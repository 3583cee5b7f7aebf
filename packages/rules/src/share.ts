import { allLeaves, countName, type Rule, type RuleSet, readsOf, termsOf } from './checked.ts'

/**
 * The counters that a rule reads and that also count what others do. Where only the events of some accounts are there, each whole, such a
 * counter reads too low; one that is kept by the account itself reads as ever.
 *
 * @param path what names the account, such as `actor.id`
 */
export function countsOthers({ when }: Pick<Rule, 'when'>, { counters }: RuleSet, path: string): string[] {
  const reads = allLeaves(when).flatMap(termsOf).flatMap(readsOf)
  const beyond = reads.flatMap((read) => {
    if (read.kind !== 'counter') return []
    const by = counters.get(read.name)?.by ?? []
    const isOwn = by.some((field, place) => field.path === path && (read.key?.[place] ?? field).path === path)
    return isOwn ? [] : [countName(read)]
  })
  return [...new Set(beyond)]
}
