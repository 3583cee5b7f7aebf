import { LedgerError } from '../src/errors.ts'

/** 0 all is right · 1 a check failed · 2 wrong use · 3 a quorum is not met, or something could not be checked. */
export type Exit = 0 | 1 | 2 | 3

/** What was checked, in sentences. */
export interface Report {
  readonly exit: Exit
  readonly checks: readonly {
    readonly result: 'ok' | 'failed' | 'not_checked'
    readonly text: string
    readonly code?: string
  }[]
  /** Fields that were shown. */
  readonly shown: Readonly<Record<string, unknown>>
  readonly limits: readonly string[]
}

/** What no check can show (`ledger.md` §1). */
export const LIMITS = [
  'An act that nobody recorded leaves no trace here.',
  'It proves what was said, not that it was true, lawful or wise.',
  'Until witnesses cosign, two people could be shown two logs; with "quorum none" only those who compare notes would see it.',
  "Times are the platform's own until a witness cosigns; after that they are known to one batch.",
  'The platform can read its own records and can refuse to open one. It cannot take back a receipt already given.',
  'Padding hides how much happened only to a factor of two. Open entries are meant to be seen.',
  'Two live copies of one installation, or one put back from an old copy, fork the log. Witnesses catch that; else only a monitor that has seen both.',
  'A page of the platform that says "valid" proves nothing. Take this verifier from a release, or write your own.',
]

/** Wrong use: told with the way to do it right. */
export class UsageError extends Error {}

/** Gathers sentences; the exit code follows from the worst. */
export class Findings {
  readonly #checks: { result: 'ok' | 'failed' | 'not_checked'; text: string; code?: string }[] = []
  #shown: Record<string, unknown> = {}

  ok(text: string): void {
    this.#checks.push({ result: 'ok', text })
  }

  notChecked(text: string): void {
    this.#checks.push({ result: 'not_checked', text })
  }

  failed(code: string, text: string): void {
    this.#checks.push({ result: 'failed', text, code })
  }

  show(fields: ReadonlyMap<string, unknown>): void {
    this.#shown = { ...this.#shown, ...Object.fromEntries(fields) }
  }

  /** Signatures that this runtime cannot check, by the names of their keys. */
  unchecked(names: readonly string[]): void {
    for (const name of names) this.notChecked(`The signature of ${name}: this runtime has no ML-DSA-44.`)
  }

  report(): Report {
    const real = this.#checks.some(({ result, code }) => result === 'failed' && code !== 'quorum_not_met')
    const exit = real ? 1 : this.#checks.every(({ result }) => result === 'ok') ? 0 : 3
    return { exit, checks: this.#checks, shown: this.#shown, limits: LIMITS }
  }
}

/** Runs a check to its end; what it refuses becomes a sentence. */
export async function reporting(check: (found: Findings) => Promise<void>): Promise<Report> {
  const found = new Findings()
  try {
    await check(found)
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error
    // Where the only known signatures could not be checked, nothing has been found wrong.
    const unknown = error.code === 'unknown_key' && error.unchecked.length > 0
    if (!unknown) found.failed(error.code, error.message)
    found.unchecked(error.unchecked)
  }
  return found.report()
}

/** A report as lines for people. */
export function linesOf({ checks, shown, exit }: Report): string[] {
  const marks = { ok: 'ok          ', failed: 'FAILED      ', not_checked: 'not checked ' }
  const fields = Object.entries(shown).map(([name, value]) => `  ${name.padEnd(12)} ${JSON.stringify(value)}`)
  const ends = {
    0: 'Every check passed.',
    1: 'This is not right.',
    2: '',
    3: 'Not everything could be checked; see above.',
  }
  return [
    ...checks.map(({ result, text }) => `${marks[result]}${text}`),
    ...(fields.length > 0 ? ['', 'Shown:', ...fields] : []),
    '',
    ends[exit],
    '',
    ...limitLines(),
  ]
}

/** The limits as lines: they end every report, and the help. */
export function limitLines(): string[] {
  return ['What this cannot show:', ...LIMITS.map((limit, i) => `  ${i + 1}. ${limit}`)]
}
