import type { AnswerOf, getLists } from '@lamplighter/api'

type ListRow = AnswerOf<typeof getLists>['items'][number]

const HEAD = ['list', 'kind', 'version', 'entries', 'matchable', 'age', 'state', 'memory'] as const

/** One line for each list, in columns (matching.md §11.3). Sealed lists do not say how much they hold. */
export function statusLines(items: readonly ListRow[]): string[] {
  if (items.length === 0) return ['no lists yet']
  const rows = [HEAD, ...items.map(cellsOf)]
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

/** Whether newer versions are looked up against what was there before, and how far back. */
export const lookBackLine = ({ hours, items }: AnswerOf<typeof getLists>['lookBack']): string =>
  hours === 0
    ? 'look-back is off (lookback.hours)'
    : `look-back over ${hours} h of public media: ${items.toLocaleString('en')} events`

const cellsOf = (list: ListRow): readonly string[] => [
  list.id,
  list.kind,
  String(list.version),
  list.sealed || list.entries === null ? 'sealed' : list.entries.toLocaleString('en'),
  list.coverage === null ? '–' : percent(list.coverage.share),
  list.ageMs === null ? '–' : ageWords(list.ageMs),
  stateWords(list),
  list.memoryBytes === null ? '–' : sizeWords(list.memoryBytes),
]

function stateWords(list: ListRow): string {
  const { waits, hot, worth, sourceWorth, exceptions } = list
  const source = !worth.doubtful && sourceWorth.doubtful ? sourceWorth : worth
  return [
    list.state === 'stale' && list.staleAfterMs !== null
      ? `STALE after ${ageWords(list.staleAfterMs)}: gives hits, no "no hit"`
      : list.state,
    ...(waits === null ? [] : [`version ${waits.version} ${waits.state}`]),
    ...(hot === 0 ? [] : [`${hot} hot`]),
    ...(source.doubtful && source.rate !== null
      ? [`${fine(source.rate.share)} found wrong${source === worth ? '' : ' of its source'}`]
      : []),
    ...(exceptions.many ? [`exceptions ${fine(exceptions.share)}`] : []),
  ].join(', ')
}

const percent = (share: number): string => `${Math.floor(100 * share)} %`
const fine = (share: number): string => `${(100 * share).toFixed(1)} %`

function ageWords(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 120) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 72 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

function sizeWords(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1e3)} kB`
}
