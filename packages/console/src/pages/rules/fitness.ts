import { ApiError } from '../../api/errors.ts'
import type { Found, Report } from '../../rules/questions.ts'

/** What keeps a text from being handed in. */
export type Missing = 'checking' | 'errors' | 'tests' | 'same'

/** What is still missing before a text can be handed in. Where the checker does not work, the server finds it out. */
export function missingOf(of: {
  readonly fresh: boolean
  readonly broken: boolean
  readonly found: readonly Found[]
  /** The text that the writing began with. */
  readonly began: string
  readonly report: { readonly text: string; readonly report: Report } | null
  readonly text: string
}): Missing[] {
  if (of.broken) return []
  if (!of.fresh) return ['checking']
  if (of.found.some(({ severity }) => severity === 'error')) return ['errors']
  const ran = of.report?.text === of.text ? of.report.report : null
  return [
    ...(of.text === of.began ? (['same'] as const) : []),
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

/**
 * What the server found in a text, as the editor shows it.
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
  return diagnosed.map(({ code, severity, message, fix, line, column, length }) => {
    const from = offsetOf(text, line, column)
    const known = fix === undefined ? {} : { fix }
    return { ...known, code, severity, message, line, column, from, to: from + length }
  })
}

/** Findings of the page, and those of the server that the page could not make: of lanes, policies, locks of other versions. */
export function withNew(own: readonly Found[], servers: readonly Found[]): readonly Found[] {
  const known = new Set(own.map(placeOf))
  return [...own, ...servers.filter((one) => !known.has(placeOf(one)))]
}

const placeOf = ({ code, line, column }: Found): string => `${code} ${line}:${column}`

function refusals(error: Error): Diagnosed[] {
  if (!(error instanceof ApiError)) return []
  return error.faults.flatMap(({ code, pointer, detail }) => {
    const [, line, column] = /^\/text\/(\d+):(\d+)$/.exec(pointer) ?? []
    if (line === undefined || column === undefined) return []
    const place = { line: Number(line), column: Number(column), length: 1 }
    return [{ code, severity: 'error' as const, message: detail, ...place }]
  })
}
