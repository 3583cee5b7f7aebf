import type { CompiledRule } from './compiled-rule.ts'
import { type MergedEffect, type Mode, merge, type Verdict } from './merge.ts'
import type { Judgement, Outcome, Phase } from './program.ts'
import { type Run, signalValue } from './terms.ts'
import type { Json, Value } from './types.ts'
import type { Seal, Values } from './values.ts'
import type { Event } from './world.ts'

/** One question with its answer and what it read; `outcome` null is unknown. A value null is none, `{"unknown":true}` unknown. */
export interface ExplainedClause {
  readonly text: string
  /** Line and column, `53:8`. */
  readonly at: string
  readonly outcome: boolean | null
  readonly values: Values
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
  seal: Seal,
  decision?: string,
): Explanation {
  const first = parts[0]?.judgement
  if (first === undefined) throw new TypeError('there is no judgement to explain')
  const { event } = first.plan.run
  const { verdict, effects } = merge(parts)
  const sealOnce = remembered(seal)
  const rules: ExplainedRule[] = []
  const undecided: Explanation['undecided'][number][] = []
  const lists: Record<string, string | null> = {}
  const signals: Record<string, Json> = {}
  for (const { judgement, mode } of parts) {
    const { run } = judgement.plan
    for (const { compiled, result } of judgement.judged) {
      const { outcome } = result
      rules.push(explainRule(compiled, run, { outcome, mode, seal: sealOnce }))
      if (outcome === 'unknown') undecided.push({ rule: compiled.name, because_of: compiled.causes(run) })
      for (const name of compiled.reads.lists) lists[name] = run.lists.get(name)?.version ?? null
      for (const name of compiled.reads.signals)
        signals[name] = signalJson(name, judgement.ruleset.signals.get(name)?.inputs ?? [], run)
    }
  }
  const told = {
    format: 1,
    phase: first.phase,
    verdict,
    event: eventJson(event),
    effects,
    rules,
    undecided,
    lists,
    signals,
  } as const
  if (decision === undefined) return told
  const { format, ...rest } = told
  return { format, decision, ...rest }
}

// Written out twice: an object of one shape is made at once, one put together from parts is not.
function eventJson({ id, kind, occurred_at, received_at, flags = [] }: Event): Explanation['event'] {
  return received_at === undefined ? { id, kind, occurred_at, flags } : { id, kind, occurred_at, received_at, flags }
}

/** Several rules mostly read the same text, and its keyed hash is dear. */
function remembered(seal: Seal): Seal {
  let known: Map<string, string> | undefined
  return (value) => {
    known ??= new Map()
    const there = known.get(value)
    if (there !== undefined) return there
    const hash = seal(value)
    known.set(value, hash)
    return hash
  }
}

function explainRule(
  { rule, name, ruleset, because, tell, leaves }: CompiledRule,
  run: Run,
  { outcome, mode, seal }: { outcome: Outcome; mode: Mode; seal: Seal },
): ExplainedRule {
  const { version, hash } = rule
  const clauses = leaves.map(({ text, at, question, values }) => ({
    text,
    at,
    outcome: question.answer(run) ?? null,
    values: values(run, seal),
  }))
  const said = { rule: name, version, hash, ruleset: ruleset.hash, mode, outcome, because: because(run) }
  if (outcome !== 'fired' || tell.length === 0) return { ...said, clauses }
  return { ...said, tell: Object.fromEntries(tell.map(({ language, text }) => [language, text(run)])), clauses }
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
