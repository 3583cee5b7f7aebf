import { causesOf } from './causes.ts'
import type { CounterTerm, Leaf, Rule, RuleSet, Template, Term } from './checked.ts'
import { countName, readsOf, termsOf } from './checked.ts'
import type { CompiledRule } from './compile.ts'
import { Interval, printInterval, type Reach } from './interval.ts'
import { findHit } from './leaves.ts'
import { type MergedEffect, type Mode, merge, type Verdict } from './merge.ts'
import { duration } from './print-expr.ts'
import type { Judged, Judgement, Outcome, Phase } from './program.ts'
import { type Run, signalValue } from './terms.ts'
import type { Json, Value } from './types.ts'

/** One question with its answer and what it read; `outcome` null is unknown. A value null is none, `{"unknown":true}` unknown. */
export interface ExplainedClause {
  readonly text: string
  /** Line and column, `53:8`. */
  readonly at: string
  readonly outcome: boolean | null
  readonly values: { readonly [name: string]: Json }
}

export interface ExplainedRule {
  readonly rule: string
  readonly version: number
  readonly hash: string
  readonly ruleset: string
  readonly mode: Mode
  readonly outcome: Outcome
  readonly because: string
  /** By language; only for a rule that fired. */
  readonly tell?: { readonly [language: string]: string }
  readonly clauses: readonly ExplainedClause[]
}

/** Why a verdict is as it is (rules.md §7.7): stored with the decision as canonical JSON. */
export type Explanation = {
  readonly format: 1
  readonly decision?: string
  readonly phase: Phase
  readonly verdict: Verdict['verdict']
  readonly event: {
    readonly id: string
    readonly kind: string
    readonly occurred_at: string
    readonly received_at?: string
    readonly flags: readonly string[]
  }
  readonly effects: readonly MergedEffect[]
  readonly rules: readonly ExplainedRule[]
  readonly undecided: readonly { readonly rule: string; readonly because_of: readonly string[] }[]
  /** The versions of the lists that the rules above read; null if down. */
  readonly lists: { readonly [name: string]: string | null }
  readonly signals: { readonly [name: string]: Json }
}

/**
 * Explains the verdict on one event in one phase. Sealed values appear only as `sealed:` and their keyed hash.
 *
 * @param parts at least one; all of the same event and phase
 * @param seal the keyed hash of a sealed value
 */
export function explain(
  parts: readonly { judgement: Judgement; mode: Mode }[],
  seal: (value: string) => string,
  decision?: string,
): Explanation {
  const first = parts[0]?.judgement
  if (first === undefined) throw new TypeError('there is no judgement to explain')
  const { event } = first.plan.run
  const { verdict, effects } = merge(parts)
  const all = parts.flatMap(({ judgement, mode }) => judgement.judged.map((judged) => ({ judged, judgement, mode })))
  return {
    format: 1,
    ...(decision === undefined ? {} : { decision }),
    phase: first.phase,
    verdict,
    event: {
      id: event.id,
      kind: event.kind,
      occurred_at: event.occurred_at,
      ...(event.received_at === undefined ? {} : { received_at: event.received_at }),
      flags: event.flags ?? [],
    },
    effects,
    rules: all.map(({ judged, judgement, mode }) => explainRule(judged, judgement, { mode, seal })),
    undecided: all
      .filter(({ judged }) => judged.result.outcome === 'unknown')
      .map(({ judged, judgement }) => ({
        rule: qualified(judgement, judged.compiled.rule),
        because_of: causesOf(judged, judgement.plan.run),
      })),
    ...readings(all),
  }
}

function qualified(judgement: Judgement, rule: Rule): string {
  return `${judgement.ruleset.name}/${rule.name}`
}

interface Saying {
  readonly compiled: CompiledRule
  readonly run: Run
  readonly seal: (value: string) => string
  readonly ruleset: RuleSet
}

function explainRule(
  judged: Judged,
  judgement: Judgement,
  { mode, seal }: { mode: Mode; seal: (value: string) => string },
): ExplainedRule {
  const { compiled } = judged
  const { rule } = compiled
  const { run } = judgement.plan
  const { outcome } = judged.result
  const saying = {
    compiled,
    run,
    seal,
    ruleset: judgement.ruleset,
  }
  const tell = Object.fromEntries(rule.tell.map((one) => [one.language, render(one.text, saying)]))
  return {
    rule: qualified(judgement, rule),
    version: rule.version,
    hash: rule.hash,
    ruleset: judgement.ruleset.hash,
    mode,
    outcome,
    because: render(rule.because, saying),
    ...(outcome === 'fired' && rule.tell.length > 0 ? { tell } : {}),
    clauses: compiled.leaves.map(({ leaf, ask }) => ({
      text: leaf.place.text,
      at: `${leaf.place.at.line}:${leaf.place.at.column}`,
      outcome: ask(run) ?? null,
      values: valuesOf(leaf, saying),
    })),
  }
}

/** Fills `{name}`; what is not known is called so. */
function render(template: Template, { compiled, run }: Saying): string {
  return template.parts
    .map((part) => ('text' in part ? part.text : printed(part.print, compiled.valueOf(part.print)(run))))
    .join('')
}

function printed(term: Term, value: Reach): string {
  if (value instanceof Interval) return printInterval(value)
  if (value === undefined) return 'unknown'
  if (value === null) return 'none'
  if (typeof value === 'number' && term.type.kind === 'dur') return duration(value)
  return Array.isArray(value) ? value.map(String).join(', ') : String(value)
}

function valuesOf(leaf: Leaf, saying: Saying): { [name: string]: Json } {
  const { compiled, run, seal } = saying
  const values: { [name: string]: Json } = {}
  if (leaf.kind === 'missing') values[leaf.member] = run.event[leaf.member] === undefined ? null : {}
  for (const term of termsOf(leaf).flatMap(readsOf)) {
    const value = compiled.valueOf(term)(run)
    if (term.kind === 'field') values[term.path] = term.field.sealed ? sealedJson(value, seal) : stateJson(value)
    else if (term.kind === 'counter') values[countName(term)] = countJson(term, saying)
    else if (term.kind === 'signal') values[term.name] = stateJson(value)
  }
  if (leaf.kind === 'lookup') values[leaf.list] = hitJson(leaf, saying)
  return values
}

/** A reading as it is stored: an open bound is null. Null alone is none: a part of the key is none. */
function countJson(term: CounterTerm, { compiled, run, ruleset }: Saying): Json {
  const counted = compiled.countOf(term)(run)
  if (counted === undefined) return { unknown: true }
  if (counted.reading === null) return null
  const { low, high, flags, events } = counted.reading
  const over = ruleset.counters.get(term.name)?.spec.over ?? null
  return { low, high: Number.isFinite(high) ? high : null, over, flags, events }
}

function sealedJson(value: Reach, seal: (value: string) => string): Json {
  if (value === undefined || value === null) return stateJson(value)
  if (typeof value === 'object' && !(value instanceof Interval)) return value.map((one) => sealedJson(one, seal))
  return `sealed:${seal(String(value))}`
}

function stateJson(value: Reach): Json {
  if (value === undefined || value instanceof Interval) return { unknown: true }
  if (typeof value === 'object' && value !== null) return value.map(stateJson)
  return value
}

/** Which entry was hit and how near. An entry of a sealed list is shown as its keyed hash. */
function hitJson(leaf: Leaf & { kind: 'lookup' }, { compiled, run, seal, ruleset }: Saying): Json {
  const value = compiled.valueOf(leaf.of)(run)
  const elements: readonly Reach[] = Array.isArray(value) ? (value as readonly Value[]) : [value]
  for (const element of elements) {
    if (element === undefined || element === null || element instanceof Interval) continue
    const hit = findHit(run, leaf.list, leaf.how, element)
    if (hit === undefined || hit === null) continue
    const { entry, distance, from, to } = hit
    return {
      hit: true,
      entry: ruleset.lists.get(leaf.list)?.sealed ? `sealed:${seal(entry)}` : entry,
      ...(distance === undefined ? {} : { distance }),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
    }
  }
  return { hit: false }
}

interface Said {
  readonly judged: Judged
  readonly judgement: Judgement
}

/** The versions of the lists and the measurements of the signals that the explained rules read. */
function readings(all: readonly Said[]): Pick<Explanation, 'lists' | 'signals'> {
  const lists: Record<string, string | null> = {}
  const signals: Record<string, Json> = {}
  for (const { judged, judgement } of all) {
    const { run } = judgement.plan
    const { reads } = judged.compiled
    for (const name of reads.lists) lists[name] = run.lists.get(name)?.version ?? null
    for (const name of reads.signals)
      signals[name] = signalJson(name, judgement.ruleset.signals.get(name)?.inputs ?? [], run)
  }
  return { lists, signals }
}

function signalJson(name: string, inputs: readonly string[], run: Run): Json {
  const measured = Object.hasOwn(run.measured, name) ? run.measured[name] : undefined
  const value = signalValue(run, name, inputs)
  return {
    value: typeof value === 'boolean' || typeof value === 'number' ? value : null,
    ...whyNot(value, measured),
    ...(measured?.model === undefined ? {} : { model: measured.model }),
    ...(measured?.ms === undefined ? {} : { ms: measured.ms }),
  }
}

function whyNot(value: Value, measured: Run['measured'][string] | undefined): { why?: string; switch?: string } {
  if (measured?.known === 'off') return { why: 'off', switch: measured.switch }
  if (value === null) return { why: 'none' }
  if (value !== undefined) return {}
  return { why: measured?.known === false ? measured.why : 'not_measured' }
}
