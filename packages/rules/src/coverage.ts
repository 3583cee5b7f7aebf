import type { RuleSet } from './checked.ts'
import { leavesOf } from './checked.ts'
import type { CompiledRule } from './compiled-rule.ts'
import type { Run } from './terms.ts'

export interface UnseenLeaf {
  /** Line and column, `29:8`. */
  readonly at: string
  readonly text: string
  /** Whether a rule of severity high or critical reads it: such a rule set may not go live. */
  readonly required: boolean
}

/** Which questions the tests saw answered both ways. A leaf of a let counts once, at its own place. */
export interface CoverageReport {
  readonly leaves: number
  readonly bothWays: number
  readonly neverTrue: readonly UnseenLeaf[]
  readonly neverFalse: readonly UnseenLeaf[]
  /** Whether every leaf of a rule of severity high or critical was seen both ways. */
  readonly complete: boolean
}

interface Seen {
  readonly line: number
  readonly column: number
  readonly text: string
  required: boolean
  true: boolean
  false: boolean
}

/** Collects what the leaves of a rule set answered. */
export class Coverage {
  readonly #seen = new Map<string, Seen>()

  constructor(ruleset: RuleSet) {
    for (const rule of ruleset.rules) {
      const required = rule.severity === 'high' || rule.severity === 'critical'
      for (const { place } of leavesOf(rule.when)) {
        const { line, column } = place.at
        const seen = this.#seen.get(`${line}:${column}`) ?? {
          line,
          column,
          text: place.text,
          required: false,
          true: false,
          false: false,
        }
        seen.required ||= required
        this.#seen.set(`${line}:${column}`, seen)
      }
    }
  }

  see(rules: readonly CompiledRule[], run: Run): void {
    for (const { leaf, question } of rules.flatMap((rule) => rule.leaves)) {
      const seen = this.#seen.get(`${leaf.place.at.line}:${leaf.place.at.column}`)
      const answer = question.answer(run)
      if (seen === undefined || answer === undefined) continue
      if (answer) seen.true = true
      else seen.false = true
    }
  }

  report(): CoverageReport {
    const all = [...this.#seen.values()].sort((a, b) => a.line - b.line || a.column - b.column)
    return {
      leaves: all.length,
      bothWays: all.filter((one) => one.true && one.false).length,
      neverTrue: all.filter((one) => !one.true).map(unseen),
      neverFalse: all.filter((one) => !one.false).map(unseen),
      complete: all.every((one) => !one.required || (one.true && one.false)),
    }
  }
}

function unseen({ line, column, text, required }: Seen): UnseenLeaf {
  return { at: `${line}:${column}`, text, required }
}
