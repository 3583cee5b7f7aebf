import type {
  CounterOp,
  Event,
  Judgement,
  Lists,
  Measured,
  Mode,
  Phase,
  Plan,
  Reading,
  SignalNeed,
} from '@lamplighter/rules'
import { inTrial, judgeCounted, type LiveRules, type Observation, type Running } from '../policy/index.ts'
import { measure, type Provider } from '../signals/index.ts'
import { idOf } from './event.ts'

/** The version that acts on one event, and the one whose word is only counted. */
export interface Acting {
  readonly rules: LiveRules
  readonly mode: 'live' | 'trial'
  readonly other: LiveRules | undefined
}

/** Which version acts on this event: in a trial the new one for its share, else the live one (rules.md §8.1). */
export function actingOn({ live, beside }: Running, event: Event): Acting {
  if (beside === undefined) return { rules: live, mode: 'live', other: undefined }
  const { rules, trial } = beside
  const id = trial === null ? undefined : idOf(event, trial.by === 'actor.id' ? 'actor' : 'room')
  const inShare = trial !== null && id !== undefined && inTrial(rules.hash, id, trial.percent)
  return inShare ? { rules, mode: 'trial', other: live } : { rules: live, mode: 'live', other: rules }
}

/** One judgement as parts of a verdict: what paused rules say is explained, and does nothing. */
export function partsOf(
  judgement: Judgement,
  mode: Mode,
  paused: (rule: string) => boolean,
): { judgement: Judgement; mode: Mode }[] {
  const stopped = judgement.judged.filter(({ result }) => paused(result.rule))
  if (stopped.length === 0) return [{ judgement, mode }]
  const only = (judged: Judgement['judged']): Judgement => ({
    ...judgement,
    judged,
    results: judged.map(({ result }) => result),
  })
  const acting = judgement.judged.filter((one) => !stopped.includes(one))
  return [
    { judgement: only(acting), mode },
    { judgement: only(stopped), mode: 'paused' },
  ]
}

/** A version that does not act on this event: its counters move with it, and one of them may be asked what it would have said. */
export interface Aside {
  readonly rules: LiveRules
  readonly plan: Plan
  readonly measured: Measured
  /** Signals of its own that nobody has measured yet. */
  readonly missing: readonly SignalNeed[]
}

/** The versions that count beside the one that acts: the other one of the two that judge, and the one that may come back. */
export function asidesOf({ before }: Running, { rules, other }: Acting, now: number): LiveRules[] {
  const kept =
    before !== undefined && now < before.until && before.rules.hash !== other?.hash ? before.rules : undefined
  return [other, kept].filter((aside) => aside !== undefined && aside.hash !== rules.hash) as LiveRules[]
}

/** Signals that these phases ask for, each once. */
export function needsIn({ program }: LiveRules, kind: string, phases: readonly Phase[]): SignalNeed[] {
  const needs = phases.flatMap((phase) => program.signals(kind, phase))
  return [...new Map(needs.map((need) => [need.name, need])).values()]
}

/** Signals that only this version asks for. What both ask for in the same words is measured once. */
export const missingOf = (
  rules: LiveRules,
  acting: LiveRules,
  kind: string,
  phases: readonly Phase[],
): SignalNeed[] => {
  const asked = new Set(needsIn(acting, kind, phases).map(({ name }) => name))
  return needsIn(rules, kind, phases).filter(({ name }) => !asked.has(name) || !sameSignal(acting, rules, name))
}

/** What was measured for the acting version and is the same thing here. */
export const knownOf = (rules: LiveRules, acting: LiveRules, measured: Measured): Measured =>
  Object.fromEntries(Object.entries(measured).filter(([name]) => sameSignal(acting, rules, name)))

/** What one event moves and reads for all of them: a counter that is equal in two versions moves once, and both read the same. */
export function allOps(plan: Plan, asides: readonly Aside[]): readonly CounterOp[] {
  const own = new Set(plan.ops.map(placeOf))
  const more = asides.flatMap((aside) => aside.plan.ops)
  const others = new Map(more.filter((op) => !own.has(placeOf(op))).map((op) => [placeOf(op), op]))
  return others.size === 0 ? plan.ops : [...plan.ops, ...others.values()]
}

/** What this version reads, in the order of its own plan; nothing where counting was late. */
export function readingsFor({ plan }: Aside, ops: readonly CounterOp[], readings: readonly Reading[]): Reading[] {
  const found = new Map(ops.map((op, at) => [placeOf(op), readings[at]]))
  const own = plan.ops.map((op) => found.get(placeOf(op)))
  const told = own.filter((reading) => reading !== undefined)
  return told.length === own.length ? told : []
}

const placeOf = ({ counter, key, readOnly }: CounterOp): string =>
  JSON.stringify([counter.id, readOnly === true, ...key])

interface Shared {
  readonly acting: Acting
  readonly event: Event
  readonly judgements: readonly Judgement[]
  /** Those in which this event is asked for the first time. */
  readonly phases: readonly Phase[]
  readonly account: string | undefined
  readonly now: number
}

interface Late extends Shared {
  /** Lists of its own: what the other version asks is no part of the verdict. */
  readonly lists: () => Lists
  readonly providers: ReadonlyMap<string, Provider>
  readonly budgetMs: number
}

/** What the acting version said, to be counted. */
export function observed(shared: Shared): Observation {
  const { acting, event, judgements, phases, account, now } = shared
  const counted = judgements.filter(({ phase }) => phases.includes(phase))
  return { now, kind: event.kind, account, said: { rules: acting.rules, judgements: counted } }
}

/** What the other version says of the same event, its counters read. Signals that only it asks for are measured now. */
export async function judgeOther(aside: Aside, readings: readonly Reading[], late: Late): Promise<Observation> {
  const { acting, event, phases, providers, budgetMs } = late
  const { program } = aside.rules
  const more = await measure(aside.missing, event, { providers, budgetMs })
  const plan =
    aside.missing.length === 0 ? aside.plan : program.plan(event, { ...aside.measured, ...more }, late.lists())
  const judgements = phases.map((phase) => judgeCounted(program, plan, readings, phase))
  const said = { rules: aside.rules, judgements }
  const first = observed(late)
  return acting.mode === 'trial' ? { ...first, against: said } : { ...first, said, against: first.said }
}

function sameSignal(one: LiveRules, other: LiveRules, name: string): boolean {
  const [a, b] = [one.program.ruleset.signals.get(name), other.program.ruleset.signals.get(name)]
  return a?.provider === b?.provider && a?.within === b?.within && String(a?.inputs) === String(b?.inputs)
}
