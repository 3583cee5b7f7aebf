import type { RuleSet } from './checked.ts'
import type { Findings, Span } from './diagnostic.ts'
import { windowText } from './print-expr.ts'

/** `NAME.wick.lock`: what each locked version meant. A version never changes its meaning. */
export interface Lock {
  readonly format: 1
  /** By rule set and version, `core 1`. */
  readonly rulesets: Readonly<Record<string, string>>
  /** By rule and version, `known_csam v1`. */
  readonly rules: Readonly<Record<string, string>>
  /** The identity of each counter, by name. */
  readonly counters: Readonly<Record<string, string>>
}

/** The lock of a rule set, with what was locked before. */
export function lockOf(ruleset: RuleSet, previous?: Lock): Lock {
  const rules = Object.fromEntries(ruleset.rules.map((rule) => [`${rule.name} v${rule.version}`, rule.hash]))
  const counters = Object.fromEntries([...ruleset.counters.values()].map(({ name, spec }) => [name, spec.id]))
  return {
    format: 1,
    rulesets: { ...previous?.rulesets, [`${ruleset.name} ${ruleset.version}`]: ruleset.hash },
    rules: { ...previous?.rules, ...rules },
    counters: { ...previous?.counters, ...counters },
  }
}

/** Reports what changed under a version that was locked (V01), and the counters that begin anew (V02). */
export function checkLock(
  ruleset: RuleSet,
  lock: Lock,
  places: { readonly header: Span; rule(name: string): Span; counter(name: string): Span },
  findings: Findings,
): void {
  for (const rule of ruleset.rules) {
    const locked = own(lock.rules, `${rule.name} v${rule.version}`)
    if (locked === undefined || locked === rule.hash) continue
    const message = `rule '${rule.name}' v${rule.version} changed since it was locked`
    findings.error('V01', places.rule(rule.name), message, `write v${rule.version + 1}`)
  }
  for (const { name, spec } of ruleset.counters.values()) {
    const before = own(lock.counters, name)
    if (before === undefined || before === spec.id) continue
    const message = `counter '${name}' has a new meaning and starts warming (${windowText(spec.over)})`
    findings.warning('V02', places.counter(name), message, 'shadow that long, or backfill')
  }
  const locked = own(lock.rulesets, `${ruleset.name} ${ruleset.version}`)
  if (locked === undefined || locked === ruleset.hash) return
  const message = `rule set '${ruleset.name}' ${ruleset.version} changed since it was locked`
  findings.error('V01', places.header, message, `write version ${ruleset.version + 1}`)
}

function own(record: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined
}
