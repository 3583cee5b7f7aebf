import type { Effect, RuleSet } from './checked.ts'
import { ownKey, type SignalSpec } from './checked.ts'
import { Compiler } from './compile.ts'
import { type CompiledRule, compileRule } from './compiled-rule.ts'
import type { CounterOp, Reading } from './counters/index.ts'
import { type Explanation, explain } from './explain.ts'
import { answerAsKept, type KeptAnswers, type KeptLeaf, keptByKind } from './kept-leaves.ts'
import { readsOfCondition } from './meaning.ts'
import { countersByKind, countsOf, opsOf, type Read } from './plan.ts'
import { type Counted, newRun, type Run, withCounts } from './terms.ts'
import type { Event, Lists, Measured } from './world.ts'

export type Phase = 'gate' | 'follow'
export type Outcome = 'fired' | 'quiet' | 'unknown'

/** A signal that the server must measure before `plan`. */
export type SignalNeed = SignalSpec

/** One event with all that its rules may read. Answers are found when asked for and kept. */
export interface Plan {
  /** What a counter store has to do, in this order. The same for every phase. */
  readonly ops: readonly CounterOp[]
  readonly reads: readonly Read[]
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
  /** With its counters read. */
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
  /**
   * @param event validated by `normalise`; its kind is one of the schema's
   * @param kept of a past event: the answers of its kept leaves, which are not asked again
   */
  plan(event: Event, measured: Measured, lists: Lists, kept?: KeptAnswers): Plan
  /** The questions about events of a kind that nobody can ask again when content and lists are gone. */
  keptLeaves(kind: string): readonly KeptLeaf[]
  /** Pure: the same plan and readings give the same judgement. @param readings one for each op; a missing one is open */
  judge(plan: Plan, readings: readonly Reading[], phase: Phase): Judgement
  /** What a judged run read of a counter by its own key; undefined where its event does not move it. */
  countOf(name: string, run: Run): Counted | undefined
  /** The compiled rules of a kind in a phase; for tests and coverage. */
  rulesFor(kind: string, phase: Phase): readonly CompiledRule[]
}

const NO_OPS: readonly CounterOp[] = []
const NO_READS: readonly Read[] = []

/** Compiles a checked rule set. No code is generated. */
export function compile(ruleset: RuleSet): Program {
  const compiler = new Compiler(ruleset.signals)
  const rules = ruleset.rules.map((rule) => compileRule(rule, ruleset, compiler))
  const counters = countersByKind(ruleset, rules, compiler)
  const keptOf = keptByKind(ruleset, compiler)
  const slots = compiler.slots()
  const all = rules.map(ready)
  const index = { gate: byKind(all, 'gate'), follow: byKind(all, 'follow') }
  const rulesFor = (kind: string, phase: Phase) => (index[phase].get(kind) ?? []).map(({ compiled }) => compiled)
  return {
    ruleset,
    rulesFor,
    countOf: (name, run) => {
      const counter = ruleset.counters.get(name)
      return counter === undefined ? undefined : run.counts[compiler.slotOf(ownKey(counter))]
    },
    signals: (kind, phase) => signalsOf(rulesFor(kind, phase), ruleset, { kind, phase }),
    keptLeaves: (kind) => keptOf.get(kind) ?? [],
    plan: (event, measured, lists, kept) => {
      const run = newRun({ event, measured, lists }, slots)
      if (kept !== undefined) answerAsKept(run, keptOf.get(event.kind) ?? [], kept)
      const moved = counters.get(event.kind)
      return moved === undefined ? { ops: NO_OPS, reads: NO_READS, run } : { ...opsOf(moved, run), run }
    },
    judge: (plan, readings, phase) => {
      const run = plan.reads.length === 0 ? plan.run : withCounts(plan.run, countsOf(plan.reads, readings), slots)
      const judged = judgeRules(index[phase].get(run.event.kind) ?? [], run)
      const judgement: Judgement = {
        ruleset,
        phase,
        results: judged.map((one) => one.result),
        explain: (seal) => explain([{ judgement, mode: 'live' }], seal),
        judged,
        plan: run === plan.run ? plan : { ...plan, run },
      }
      return judgement
    },
  }
}

/** A rule with what it says where it is not quiet. */
interface Ready {
  readonly compiled: CompiledRule
  readonly when: CompiledRule['when']
  readonly fired: Judged
  readonly unknown: Judged
}

function ready(compiled: CompiledRule): Ready {
  const { name: rule, version, effects, onUnknown } = compiled.rule
  const undecided = onUnknown === 'ignore' ? [] : onUnknown
  return {
    compiled,
    when: compiled.when,
    fired: { compiled, result: { rule, version, outcome: 'fired', effects } },
    unknown: { compiled, result: { rule, version, outcome: 'unknown', effects: undecided } },
  }
}

function judgeRules(rules: readonly Ready[], run: Run): Judged[] {
  const judged: Judged[] = []
  for (const { when, fired, unknown } of rules) {
    const answer = when(run)
    if (answer !== false) judged.push(answer === true ? fired : unknown)
  }
  return judged
}

type ByKind = ReadonlyMap<string, readonly Ready[]>

function byKind(rules: readonly Ready[], phase: Phase): ByKind {
  const index = new Map<string, Ready[]>()
  for (const one of rules) {
    if (one.compiled.rule.phase !== phase) continue
    for (const kind of one.compiled.rule.on) index.set(kind, [...(index.get(kind) ?? []), one])
  }
  return index
}

/**
 * A printed signal is needed too: its value stands in the reason for staff. So is one that decides what a counter counts:
 * in the gate where a rule reads the counter, in follow for all that move, since they move whoever reads them.
 */
function signalsOf(
  rules: readonly CompiledRule[],
  ruleset: RuleSet,
  { kind, phase }: { kind: string; phase: Phase },
): SignalSpec[] {
  const names = new Set(rules.flatMap(({ reads }) => [...reads.signals]))
  const read = new Set(rules.flatMap(({ reads }) => [...reads.counters]))
  for (const { name, on, where } of ruleset.counters.values()) {
    if (!on.includes(kind) || (phase === 'gate' && !read.has(name))) continue
    for (const signal of readsOfCondition(where).signals) names.add(signal)
  }
  return [...names].flatMap((name) => ruleset.signals.get(name) ?? [])
}
