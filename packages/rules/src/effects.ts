import type { EffectNode, RuleDecl } from './ast.ts'
import type { Effect } from './checked.ts'
import { duration } from './print-expr.ts'
import type { EventKind } from './schema.ts'
import type { Scope } from './scope.ts'

const MINUTE = 60_000
const DAY = 86_400_000

/** The effect as data. `about` is the member on whom a limit falls. */
export function effectOf(node: EffectNode, about: string): Effect {
  switch (node.do) {
    case 'block':
      return { do: 'block' }
    case 'hold':
      return node.until === 'review' ? { do: 'hold', until: 'review' } : { do: 'hold', until: 'release', for: node.for }
    case 'limit':
      return { do: 'limit', what: node.what.text, for: node.for, on: about }
    case 'queue':
      return { do: 'queue', what: node.what.text, within: node.within }
    case 'preserve':
      return { do: 'preserve', for: node.for }
    case 'refer':
      return { do: 'refer', what: node.what.text, after: 'review' }
    case 'label':
    case 'offer':
      return { do: node.do, what: node.what.text }
  }
}

/** How an effect is written in a rule. */
export function printEffect(effect: Effect): string {
  switch (effect.do) {
    case 'block':
      return 'block'
    case 'hold':
      return effect.until === 'review' ? 'hold until review' : `hold for ${duration(effect.for)} then release`
    case 'limit':
      return `limit "${effect.what}" for ${duration(effect.for)}`
    case 'queue':
      return `queue "${effect.what}" within ${duration(effect.within)}`
    case 'preserve':
      return `preserve for ${duration(effect.for)}`
    case 'refer':
      return `refer "${effect.what}" after review`
    case 'label':
    case 'offer':
      return `${effect.do} "${effect.what}"`
  }
}

/** Whether an effect is felt by a person: that person is told why, and can appeal. */
export function actsOnPerson(effect: { readonly do: Effect['do'] }): boolean {
  return effect.do === 'block' || effect.do === 'hold' || effect.do === 'limit'
}

/** Bounds, names and what the kinds of the rule allow (rules.md §7.2; P09, P11, C03, N03). */
export function checkEffects(
  effects: readonly EffectNode[],
  rule: RuleDecl,
  kinds: readonly EventKind[],
  scope: Scope,
): void {
  const has = (kind: Effect['do']) => effects.some((effect) => effect.do === kind)
  for (const effect of effects) {
    checkBounds(effect, scope)
    checkPlace(effect, rule, kinds, scope)
    const name = effect.do === 'hold' && effect.until === 'review' ? 'hold until review' : effect.do
    if ((name === 'hold until review' || name === 'refer') && !has('queue')) {
      scope.findings.error('P09', effect.at, `'${name}' needs a 'queue'`, 'add queue "…" within 1h')
    }
    if (name === 'refer' && !has('preserve')) {
      scope.findings.error('P09', effect.at, "'refer' needs 'preserve'", 'add preserve for 365d')
    }
  }
}

function checkBounds(effect: EffectNode, scope: Scope): void {
  const within = (value: number, low: number, high: number): void => {
    if (value >= low && value <= high) return
    const bounds = `${duration(low)} to ${duration(high)}`
    scope.findings.error('C03', effect.at, `${duration(value)} is out of bounds for '${effect.do}'`, `${bounds}`)
  }
  if (effect.do === 'limit') {
    within(effect.for, MINUTE, 30 * DAY)
    if (!scope.schema.limits.has(effect.what.text)) {
      const fix = scope.findings.didYouMean(effect.what.text, scope.schema.limits)
      scope.findings.error('N03', effect.what.at, `no limit '${effect.what.text}'`, fix)
    }
  }
  if (effect.do === 'preserve') within(effect.for, DAY, 366 * DAY)
  if (effect.do === 'queue') within(effect.within, 1000, 366 * DAY)
  if (effect.do === 'hold' && effect.until === 'release') within(effect.for, 1, 10 * MINUTE)
}

function checkPlace(effect: EffectNode, rule: RuleDecl, kinds: readonly EventKind[], scope: Scope): void {
  const needsItem = effect.do === 'block' || effect.do === 'hold' || effect.do === 'label'
  const without = kinds.find((kind) => kind.item === undefined && !(effect.do === 'label' && kind.encrypted))
  if (needsItem && without !== undefined) {
    scope.findings.error(
      'P11',
      effect.at,
      `no item to ${effect.do} on '${without.name}'`,
      'a rule of its own for the kinds with an item',
    )
  }
  const gateOnly = effect.do === 'offer' || (effect.do === 'hold' && effect.until === 'release')
  if (gateOnly && rule.phase === 'follow') {
    const name = effect.do === 'offer' ? 'offer' : 'hold for'
    scope.findings.error(
      'P11',
      effect.at,
      `'${name}' works only in the gate`,
      effect.do === 'offer' ? 'phase gate' : 'hold until review',
    )
  }
}
