import type { Effect, RuleSet } from './checked.ts'
import { allLeaves, readsOf, type SignalSpec, termsOf } from './checked.ts'
import { type CompiledRule, compileRules } from './compile.ts'
import { type Explanation, explain } from './explain.ts'
import { newRun, type Run } from './terms.ts'
import type { Event, Lists, Measured } from './world.ts'

export type Phase = 'gate' | 'follow'
export type Outcome = 'fired' | 'quiet' | 'unknown'

/** A signal that the server must measure before `plan`. */
export type SignalNeed = SignalSpec

/** What a counter store has to do for one event. Counters are not available yet, so there is none. */
export type CounterOp = never

/** What a counter store read, one for each op. */
export interface Reading {
  readonly low: number
  readonly high: number
  readonly events: readonly string[]
  readonly flags: readonly string[]
}

/** One event with all that its rules may read. Answers are found when asked for and kept. */
export interface Plan {
  readonly ops: readonly CounterOp[]
  readonly run: Run
}

/** What one rule said. */
export interface Result {
  readonly rule: string
  readonly version: number
  readonly outcome: Outcome
  /** Those of `then` if it fired, those of `on unknown` if it is unknown. */
  readonly effects: readonly Effect[]
}

export interface Judgement {
  readonly ruleset: RuleSet
  readonly phase: Phase
  /** In the order of the file; quiet ones left out. */
  readonly results: readonly Result[]
  /** Why, as data to store. Built when asked; lists must still answer as they did. @param seal keyed hash of a sealed value */
  explain(seal: (value: string) => string): Explanation
  /** The rules behind `results`, in the same order. */
  readonly judged: readonly Judged[]
  readonly plan: Plan
}

export interface Judged {
  readonly compiled: CompiledRule
  readonly result: Result
}

export interface Program {
  readonly ruleset: RuleSet
  /** What must be measured for this kind in this phase; nothing else is read. */
  signals(kind: string, phase: Phase): readonly SignalNeed[]
  /** @param event validated by `normalise`; its kind is one of the schema's */
  plan(event: Event, measured: Measured, lists: Lists): Plan
  /** Pure: the same plan and readings give the same judgement. */
  judge(plan: Plan, readings: readonly Reading[], phase: Phase): Judgement
  /** The compiled rules of a kind in a phase; for tests and coverage. */
  rulesFor(kind: string, phase: Phase): readonly CompiledRule[]
}

/** Compiles a checked rule set. No code is generated. */
export function compile(ruleset: RuleSet): Program {
  const { rules, slots } = compileRules(ruleset)
  const byKind = indexRules(rules)
  const rulesFor = (kind: string, phase: Phase) => byKind.get(`${phase} ${kind}`) ?? []
  return {
    ruleset,
    rulesFor,
    signals: (kind, phase) => signalsOf(rulesFor(kind, phase), ruleset),
    plan: (event, measured, lists) => ({
      ops: [],
      run: newRun({ event, measured, lists }, slots),
    }),
    judge: (plan, _readings, phase) => {
      const judged = judgeRules(rulesFor(plan.run.event.kind, phase), plan.run)
      const judgement: Judgement = {
        ruleset,
        phase,
        results: judged.map((one) => one.result),
        explain: (seal) => explain([{ judgement, mode: 'live' }], seal),
        judged,
        plan,
      }
      return judgement
    },
  }
}

function judgeRules(rules: readonly CompiledRule[], run: Run): Judged[] {
  const judged: Judged[] = []
  for (const compiled of rules) {
    const answer = compiled.when(run)
    if (answer === false) continue
    const { name: rule, version, effects: fired, onUnknown } = compiled.rule
    const outcome = answer === true ? 'fired' : 'unknown'
    const effects = answer === true ? fired : onUnknown === 'ignore' ? [] : onUnknown
    judged.push({ compiled, result: { rule, version, outcome, effects } })
  }
  return judged
}

function indexRules(rules: readonly CompiledRule[]): ReadonlyMap<string, readonly CompiledRule[]> {
  const index = new Map<string, CompiledRule[]>()
  for (const compiled of rules) {
    for (const kind of compiled.rule.on) {
      const key = `${compiled.rule.phase} ${kind}`
      index.set(key, [...(index.get(key) ?? []), compiled])
    }
  }
  return index
}

/** A printed signal is needed too: its value stands in the reason for staff. */
function signalsOf(rules: readonly CompiledRule[], ruleset: RuleSet): SignalSpec[] {
  const names = new Set<string>()
  for (const { rule } of rules) {
    const printed = rule.because.parts.flatMap((part) => ('print' in part ? [part.print] : []))
    for (const term of [...allLeaves(rule.when).flatMap(termsOf), ...printed].flatMap(readsOf)) {
      if (term.kind === 'signal') names.add(term.name)
    }
  }
  return [...names].flatMap((name) => ruleset.signals.get(name) ?? [])
}
