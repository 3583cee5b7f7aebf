import { canonicalJson } from './canonical.ts'
import type { Condition, Counter, Effect, Rule, RuleSet } from './checked.ts'
import { leavesOf } from './checked.ts'
import { actsOnPerson, printEffect } from './effects.ts'
import { conditionJson } from './meaning.ts'
import { duration } from './print-expr.ts'

/** What a new version of a rule set does to one rule, or to one counter. */
export type Change = RuleChange | CounterReset

/** A counter of the same name that means something else: a new counter, which begins empty. */
export interface CounterReset {
  readonly kind: 'reset'
  readonly counter: string
  /** What differs: `where`, `window`, … */
  readonly what: readonly string[]
  /** Milliseconds until it has seen a whole window, unless it is backfilled. */
  readonly warmAfter: number
}

export interface RuleChange {
  /** `texts`: only the reasons given to people differ. */
  readonly kind: 'added' | 'removed' | 'changed' | 'texts'
  readonly rule: string
  readonly from?: number
  readonly to?: number
  /** What differs, each as `before → after`. */
  readonly what: readonly string[]
  /** How many others than the author must approve, and why (rules.md §8.1). */
  readonly approvals: number
  readonly because?: string
}

/** What changes from one version of a rule set to another: rules in the order of the new file, then counters. */
export function diff(before: RuleSet, after: RuleSet): Change[] {
  const old = new Map(before.rules.map((rule) => [rule.name, rule]))
  const changes: RuleChange[] = []
  for (const rule of after.rules) {
    const was = old.get(rule.name)
    old.delete(rule.name)
    if (was === undefined)
      changes.push({ kind: 'added', rule: rule.name, to: rule.version, what: [], ...approvals([rule]) })
    else if (was.hash !== rule.hash) changes.push(changeOf(was, rule))
  }
  for (const rule of old.values()) {
    changes.push({ kind: 'removed', rule: rule.name, from: rule.version, what: [], ...approvals([rule]) })
  }
  return [...changes, ...resets(before, after)]
}

function resets(before: RuleSet, after: RuleSet): CounterReset[] {
  return [...after.counters.values()].flatMap((counter): CounterReset[] => {
    const was = before.counters.get(counter.name)
    if (was === undefined || was.spec.id === counter.spec.id) return []
    return [{ kind: 'reset', counter: counter.name, what: resetOf(was, counter), warmAfter: counter.spec.over }]
  })
}

function resetOf(was: Counter, now: Counter): string[] {
  const parts: Readonly<Record<string, (of: Counter) => string>> = {
    aggregate: ({ spec }) => spec.what,
    member: ({ member }) => member?.path ?? '',
    key: ({ by }) => by.map((part) => part.path).join(', '),
    kinds: ({ on }) => [...on].sort().join(', '),
    where: ({ where }) => (where === undefined ? '' : canonicalJson(conditionJson(where))),
    window: ({ spec }) => duration(spec.over),
    precision: ({ spec }) => (spec.upTo === undefined ? 'approx' : String(spec.upTo)),
  }
  const what = Object.entries(parts).flatMap(([name, of]) => (of(was) === of(now) ? [] : [name]))
  return what.length > 0 ? what : ['a list or signal that it asks']
}

function changeOf(was: Rule, rule: Rule): RuleChange {
  const what = [...whenChanges(was, rule), ...clauseChanges(was, rule)]
  const texts = textChanges(was, rule)
  const onlyTexts = what.length === 0 && texts.length > 0
  const told = [...what, ...texts]
  return {
    kind: onlyTexts ? 'texts' : 'changed',
    rule: rule.name,
    from: was.version,
    to: rule.version,
    // The hash differs and no clause does: what it reads is declared anew, or only the version moved.
    what:
      told.length > 0 ? told : [was.version === rule.version ? 'a list, signal or counter that it reads' : 'version'],
    ...approvals([was, rule]),
  }
}

function whenChanges(was: Rule, rule: Rule): string[] {
  if (wordsOf(was.when) === wordsOf(rule.when)) return []
  const before = leavesOf(was.when).map((leaf) => leaf.place.text)
  const after = leavesOf(rule.when).map((leaf) => leaf.place.text)
  const gone = before.filter((text) => !after.includes(text))
  const fresh = after.filter((text) => !before.includes(text))
  if (gone.length === 0 && fresh.length === 0) return ['when: how its questions are joined']
  return [`${gone.join(', ') || 'nothing'} → ${fresh.join(', ') || 'nothing'}`]
}

/** A condition with its counters by name: a counter's new meaning is told as a reset, not as another question. */
function wordsOf(when: Condition): string {
  return canonicalJson(conditionJson(when, ({ name }) => name))
}

function clauseChanges(was: Rule, rule: Rule): string[] {
  const changes: string[] = []
  const compare = (name: string, before: string, after: string): void => {
    if (before !== after) changes.push(`${name}: ${before} → ${after}`)
  }
  for (const name of ['harm', 'policy', 'severity', 'phase'] as const) compare(name, was[name], rule[name])
  compare('on', [...was.on].sort().join(', '), [...rule.on].sort().join(', '))
  compare('then', printEffects(was.effects), printEffects(rule.effects))
  compare('on unknown', printEffects(was.onUnknown), printEffects(rule.onUnknown))
  return changes
}

function textChanges(was: Rule, rule: Rule): string[] {
  const tell = (of: Rule) => of.tell.map((one) => `${one.language} ${one.text.source}`).join('\n')
  const changes: string[] = []
  if (was.because.source !== rule.because.source) changes.push('because')
  if (tell(was) !== tell(rule)) changes.push('tell user')
  if (was.withhold?.because !== rule.withhold?.because || was.withhold?.for !== rule.withhold?.for)
    changes.push('withhold')
  return changes
}

function printEffects(effects: readonly Effect[] | 'ignore'): string {
  return effects === 'ignore' ? 'ignore' : effects.map(printEffect).join(', ')
}

function approvals(rules: readonly Rule[]): { approvals: number; because?: string } {
  const effects = rules.flatMap((rule) => [...rule.effects, ...(rule.onUnknown === 'ignore' ? [] : rule.onUnknown)])
  if (rules.some((rule) => rule.grave)) return { approvals: 2, because: 'grave harm' }
  if (effects.some((effect) => effect.do === 'refer')) return { approvals: 2, because: 'refer' }
  const acting = effects.find(actsOnPerson)
  return acting === undefined ? { approvals: 0 } : { approvals: 1, because: acting.do }
}
