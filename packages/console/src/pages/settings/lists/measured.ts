import type { Coverage, ListMeasures, Worth } from '@lamplighter/api'
import type { Messages } from '../../../messages/index.ts'

type Row = [string, string]

/** How many of the decided hits were wrong, and how sure that is. */
export function worthIn(t: Messages, { rate, wrong, decided, doubtful }: Worth): string {
  const words = t.lists.measures
  if (rate === null) return words.undecided
  const said = [
    words.rate(t.fine(rate.share), t.count(wrong), t.count(decided)),
    words.between(t.fine(rate.low), t.fine(rate.high)),
  ]
  return [...said, ...(doubtful ? [words.doubtful] : [])].join(' · ')
}

/** How much of what the source names can be matched here, and which kinds cannot. */
export function coverageIn(t: Messages, coverage: Coverage | null): string {
  const words = t.lists.measures
  if (coverage === null) return words.unknown
  const others = Object.entries(coverage.unmatched).map(([kind, count]) => `${kind} ${t.count(count)}`)
  return words.covered(t.percent(coverage.share), others.join(', '))
}

/** What a list says of itself, as rows of facts. */
export function measuresIn(t: Messages, list: ListMeasures & { readonly entries: number }): Row[] {
  const words = t.lists.measures
  const { held, share, many } = list.exceptions
  const rows: Row[] = [[words.wrong, worthIn(t, list.worth)]]
  if (list.entries > 0 || list.exchange !== null) rows.unshift([words.coverage, coverageIn(t, list.coverage)])
  if (list.sourceWorth.decided > list.worth.decided) rows.push([words.ofSource, worthIn(t, list.sourceWorth)])
  if (held > 0)
    rows.push([
      words.exceptions,
      [words.silent(t.count(held), t.fine(share)), ...(many ? [words.many] : [])].join(' · '),
    ])
  if (list.memoryBytes !== null) rows.push([words.memory, t.bytes(list.memoryBytes)])
  return rows
}
