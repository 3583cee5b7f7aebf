import type { Event, Judgement, Lists, Measured, Mode, Phase } from '@lamplighter/rules'
import { inTrial, type LiveRules, type Observation, type Running } from '../policy/index.ts'
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

interface Shared {
  readonly acting: Acting
  readonly event: Event
  readonly measured: Measured
  /** Lists of its own: what the other version asks is no part of the verdict. */
  readonly lists: () => Lists
  readonly judgements: readonly Judgement[]
  /** Those in which this event is asked for the first time. */
  readonly phases: readonly Phase[]
  readonly account: string | undefined
  readonly now: number
  readonly providers: ReadonlyMap<string, Provider>
  readonly budgetMs: number
}

/** What the acting version said, to be counted. */
export function observed(shared: Shared): Observation {
  const { acting, event, judgements, phases, account, now } = shared
  const counted = judgements.filter(({ phase }) => phases.includes(phase))
  return { now, kind: event.kind, account, said: { rules: acting.rules, judgements: counted } }
}

/** What the other version says of the same event. Signals that both ask for in the same words are measured once. */
export async function judgeOther(other: LiveRules, shared: Shared): Promise<Observation> {
  const { acting, event, phases } = shared
  const needs = phases.flatMap((phase) => other.program.signals(event.kind, phase))
  const known = needs.filter(({ name }) => name in shared.measured && sameSignal(acting.rules, other, name))
  const own = needs.filter((need) => !known.includes(need))
  const measured = {
    ...Object.fromEntries(known.map(({ name }) => [name, shared.measured[name]])),
    ...(await measure(own, event, { providers: shared.providers, budgetMs: shared.budgetMs })),
  } as Measured
  const plan = other.program.plan(event, measured, shared.lists())
  const said = { rules: other, judgements: phases.map((phase) => other.program.judge(plan, [], phase)) }
  const first = observed(shared)
  return acting.mode === 'trial' ? { ...first, against: said } : { ...first, said, against: first.said }
}

function sameSignal(one: LiveRules, other: LiveRules, name: string): boolean {
  const [a, b] = [one.program.ruleset.signals.get(name), other.program.ruleset.signals.get(name)]
  return a?.provider === b?.provider && a?.within === b?.within && String(a?.inputs) === String(b?.inputs)
}
