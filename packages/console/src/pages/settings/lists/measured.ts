import type { AnswerOf, Coverage, getList, getListVersions, ListMeasures, Worth } from '@lamplighter/api'
import type { Messages } from '../../../messages/index.ts'

type Row = [string, string]
type Version = AnswerOf<typeof getListVersions>['items'][number]

/** A number of entries; of a sealed list only those who answer for it know one. */
export const numberIn = (t: Messages, count: number | null): string =>
  count === null ? t.signals.sealed : t.count(count)

/** What a version changes, as far as the reader may know. */
export const changeIn = (t: Messages, { added, removed }: Pick<Version, 'added' | 'removed'>): string =>
  added === null || removed === null ? t.signals.sealed : t.lists.changeOf(t.count(added), t.count(removed))

/** Whether rules ask the list, which ones, and what they hear. */
export function askedIn(t: Messages, { state, askedBy }: Pick<AnswerOf<typeof getList>, 'state' | 'askedBy'>): string {
  const words = t.lists.words
  const asked = askedBy.length === 0 ? words.askedByNone : words.askedBy(askedBy.join(', '), askedBy.length)
  return state === 'live' ? asked : `${words[state]} ${askedBy.length === 0 ? asked : `${asked} ${words.undecided}`}`
}

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
export function measuresIn(t: Messages, list: ListMeasures & { readonly entries: number | null }): Row[] {
  const words = t.lists.measures
  const { held, share, many } = list.exceptions
  const rows: Row[] = [[words.wrong, worthIn(t, list.worth)]]
  if (list.entries !== 0 || list.exchange !== null) rows.unshift([words.coverage, coverageIn(t, list.coverage)])
  if (list.sourceWorth.decided > list.worth.decided) rows.push([words.ofSource, worthIn(t, list.sourceWorth)])
  if (held > 0)
    rows.push([
      words.exceptions,
      [words.silent(t.count(held), t.fine(share)), ...(many ? [words.many] : [])].join(' · '),
    ])
  if (list.memoryBytes !== null) rows.push([words.memory, t.bytes(list.memoryBytes)])
  return rows
}
