import { ApiError } from '../../api/errors.ts'
import type { Found, Report, Ruled } from '../../rules/questions.ts'

/** What keeps a text from being handed in. */
export type Missing = 'checking' | 'errors' | 'tests' | 'same'

/** What is still missing before a text can be handed in. Where the checker does not work, the server finds it out. */
export function missingOf(of: {
  readonly fresh: boolean
  readonly broken: boolean
  readonly found: readonly Found[]
  readonly changes: Ruled | null
  readonly report: { readonly text: string; readonly report: Report } | null
  readonly text: string
}): Missing[] {
  if (of.broken) return []
  if (!of.fresh) return ['checking']
  if (of.found.some(({ severity }) => severity === 'error')) return ['errors']
  const ran = of.report?.text === of.text ? of.report.report : null
  return [
    ...(of.changes?.changes.length === 0 ? (['same'] as const) : []),
    ...(ran !== null && ran.failed > 0 ? (['tests'] as const) : []),
  ]
}

/** The name that the text gives its rule set; undefined where the first line does not say. */
export const nameIn = (text: string): string | undefined =>
  /^\s*(?:#[^\n]*\n\s*)*ruleset\s+([a-z][a-z0-9_]*)/.exec(text)?.[1]

/** Offset of a place given by line and column, both counted from 1. */
export function offsetOf(text: string, line: number, column: number): number {
  const before = text.split('\n').slice(0, line - 1)
  return Math.min(text.length, before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1)
}

interface Diagnosed {
  readonly code: string
  readonly severity: 'error' | 'warning'
  readonly message: string
  readonly fix?: string | undefined
  readonly line: number
  readonly column: number
  readonly length: number
}

/** Codes that a page cannot find by itself: what names something of the server's, and what it has locked. */
const SERVERS = /^(D|V01)/

/**
 * What the server found in a text, as the editor shows it. Of a check only what the page cannot know; of a refusal all, by its places.
 *
 * @param about the text that was sent; findings of another text than the present one are none
 */
export function foundByServer(
  given: readonly Diagnosed[] | Error,
  about: string | undefined,
  text: string,
): readonly Found[] {
  if (about !== text) return []
  const diagnosed = given instanceof Error ? refusals(given) : given
  return diagnosed
    .filter(({ code }) => SERVERS.test(code))
    .map(({ code, severity, message, fix, line, column, length }) => {
      const from = offsetOf(text, line, column)
      const known = fix === undefined ? {} : { fix }
      return { ...known, code, severity, message, line, column, from, to: from + length }
    })
}

function refusals(error: Error): Diagnosed[] {
  if (!(error instanceof ApiError)) return []
  return error.faults.flatMap(({ code, pointer, detail }) => {
    const [, line, column] = /^\/text\/(\d+):(\d+)$/.exec(pointer) ?? []
    if (line === undefined || column === undefined) return []
    const place = { line: Number(line), column: Number(column), length: 1 }
    return [{ code, severity: 'error' as const, message: detail, ...place }]
  })
}
