import type { Diagnostic, Source } from './diagnostic.ts'
import type { ExplainedClause, Explanation } from './explain.ts'
import { Interval, interval, printInterval } from './interval.ts'
import { printable } from './lex.ts'
import { windowText } from './print-expr.ts'
import type { TestReport } from './tests.ts'
import type { Json } from './types.ts'
import { offBy } from './world.ts'

/** Characters of one line of a file that are shown. */
const MAX_LINE = 240

/** Diagnostics with the line they speak of, as `lamplighter rules check` prints them. Ends with a line end, if there is any. */
export function renderDiagnostics(source: Source, diagnostics: readonly Diagnostic[]): string {
  const lines = source.text.split('\n')
  return diagnostics.map((one) => renderOne(source.name, lines, one)).join('')
}

function renderOne(
  name: string,
  lines: readonly string[],
  { at, code, severity, message, fix, also }: Diagnostic,
): string {
  const head = `${name}:${at.line}:${at.column} ${severity} ${code}: ${printable(message)}\n`
  const column = at.column - 1
  // Of a line that no window shows whole, the part with the mark.
  const from = column < MAX_LINE ? 0 : column - MAX_LINE / 2
  const line = (lines[at.line - 1] ?? '').slice(from, from + MAX_LINE).trimEnd()
  const gutter = String(at.line).padStart(5)
  const width = Math.max(1, Math.min(at.to - at.from, line.length - (column - from)))
  const marks = `${' '.repeat(column - from)}${'^'.repeat(width)}${fix === undefined ? '' : ` ${printable(fix)}`}`
  const notes = also
    .map((note) => `${name}:${note.at.line}:${note.at.column} note: ${printable(note.message)}\n`)
    .join('')
  return `${head}${gutter} | ${shownLine(line)}\n${' '.repeat(5)} | ${marks}\n${notes}`
}

/** As wide as the line, so that the mark stands right, and without what would move a terminal's cursor. */
function shownLine(line: string): string {
  return line.replaceAll('\t', ' ').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
}

/** One line a test, each failed expectation below it, and the sum, as `lamplighter rules test` prints it. */
export function renderTestReport(report: TestReport, { coverage = true }: { coverage?: boolean } = {}): string {
  const lines: string[] = []
  for (const test of report.tests) {
    lines.push(`${test.passed ? 'ok    ' : 'FAIL  '}${printable(test.name)}`)
    for (const { at, message } of test.failures) {
      lines.push(`      ${report.source}:${at.line}  ${printable(message.replace(/^test "(?:[^"\\]|\\.)*": /, ''))}`)
    }
  }
  const total = report.tests.length
  lines.push(`${report.passed} of ${total} passed${coverage ? `; ${renderCoverage(report.coverage)}` : ''}`)
  return `${lines.join('\n')}\n`
}

function renderCoverage({ leaves, bothWays, neverTrue, neverFalse }: TestReport['coverage']): string {
  const places = (label: string, unseen: typeof neverTrue) =>
    unseen.length === 0 ? [] : [`${label} ${unseen.map((one) => one.at).join(', ')}`]
  const missing = [...places('never true', neverTrue), ...places('never false', neverFalse)]
  return `leaves seen both ways ${bothWays} of ${leaves}${missing.length === 0 ? '' : `: ${missing.join('; ')}`}`
}

/** An explanation for people: each rule, each question with its answer and what it read. */
export function renderExplanation(explanation: Explanation): string {
  const { event, verdict, phase, rules, undecided } = explanation
  const lines = [`${event.kind} ${printable(event.id)} → ${verdict} (${phase})`]
  const off = offBy(event)
  if (off !== undefined) lines.push(`  content was not measured: ${printable(off)} is off`)
  for (const rule of rules) {
    lines.push(`  ${rule.rule} v${rule.version}  ${rule.outcome}${rule.mode === 'live' ? '' : ` (${rule.mode})`}`)
    const width = Math.max(0, ...rule.clauses.map((clause) => clause.text.length))
    lines.push(...rule.clauses.map((clause) => renderClause(clause, width)))
    const causes = undecided.find((one) => one.rule === rule.rule)?.because_of ?? []
    if (causes.length > 0) lines.push(`    undecided because of ${causes.join(', ')}`)
  }
  if (rules.length === 0) lines.push('  no rule fired')
  return `${lines.join('\n')}\n`
}

function renderClause({ text, outcome, values }: ExplainedClause, width: number): string {
  const answer = outcome === null ? 'unknown' : String(outcome)
  return `    ${answer.padEnd(6)} ${printable(text).padEnd(width)}  ${renderValues(values, outcome)}`.trimEnd()
}

/**
 * What a question of a rule read, for people: `over 3 in 1m, the counter has only begun to count: b-1 … b-4`. Commas set values apart.
 *
 * @param outcome the question's answer; null is unknown. A list that could not tell has not said that there is no hit
 */
export function renderValues(values: Readonly<Record<string, Json>>, outcome: boolean | null): string {
  return printable(
    Object.values(values)
      .map((value) => renderValue(value, outcome === null ? 'cannot tell' : 'no hit'))
      .join(', '),
  )
}

/** Whether a counter among the values has not counted for its whole window yet, so that the truth may be more than what it has seen. */
export function hasOnlyBegun(values: Readonly<Record<string, Json>>): boolean {
  return Object.values(values).some(
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      !isList(value) &&
      value.low !== value.high &&
      listOf(value.flags).includes('warming'),
  )
}

function renderValue(value: Json, noHit: string): string {
  if (value === null) return 'none'
  if (typeof value === 'string') return value.startsWith('sealed:') ? value : JSON.stringify(value)
  if (typeof value !== 'object') return String(value)
  if (isList(value)) return value.length === 0 ? 'empty' : value.map((one) => renderValue(one, noHit)).join(' ')
  if (value.unknown === true) return 'unknown'
  if (typeof value.low === 'number') return renderReading(value, value.low)
  if (value.hit === false) return noHit
  if (value.hit !== true) return 'there'
  const distance = value.distance === undefined ? '' : ` at distance ${String(value.distance)}`
  return `hit ${String(value.entry)}${distance}`
}

/** `10 in 24h, exact: m-1 … m-10`. */
function renderReading({ high, over, flags, events }: { readonly [key: string]: Json }, low: number): string {
  const bounds = interval(low, typeof high === 'number' ? high : Number.POSITIVE_INFINITY)
  const shown = bounds instanceof Interval ? printInterval(bounds) : String(bounds)
  const window = typeof over === 'number' ? ` in ${windowText(over)}` : ''
  const why = listOf(flags).length === 0 ? 'exact' : listOf(flags).map(flagWords).join(', ')
  return `${shown}${window}, ${why}${renderEvents(listOf(events).map(String))}`
}

/** `warming` is a word of ours; the others stand in the language's own description. */
const flagWords = (flag: Json): string => (flag === 'warming' ? 'the counter has only begun to count' : String(flag))

function renderEvents(events: readonly string[]): string {
  if (events.length === 0) return ''
  return events.length <= 3 ? `: ${events.join(', ')}` : `: ${events[0]} … ${events.at(-1)}`
}

function listOf(value: Json | undefined): readonly Json[] {
  return value !== undefined && isList(value) ? value : []
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
