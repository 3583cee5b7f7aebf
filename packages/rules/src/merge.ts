import type { Effect } from './checked.ts'
import type { Judgement } from './program.ts'

/** Live and trial act; shadow and paused only record. In a trial the caller passes `shadow` for ids outside the share. */
export type Mode = 'live' | 'shadow' | 'trial' | 'paused'

export type MergedEffect = Effect & {
  /** The rules that asked for it, as `ruleset/rule`. */
  readonly rules: readonly string[]
}

export interface Verdict {
  readonly verdict: 'allow' | 'limit' | 'hold' | 'block'
  readonly effects: readonly MergedEffect[]
}

const ORDER = ['block', 'hold', 'limit', 'label', 'queue', 'preserve', 'refer', 'offer'] as const

/**
 * One verdict from all running rule sets (rules.md §7.2): the highest of allow, limit, hold and block. Equal effects
 * become one that names every rule: the longest limit, preserve and hold, the earliest queue. `block` absorbs `hold`,
 * and `hold until review` absorbs `hold for`.
 */
export function merge(parts: readonly { judgement: Judgement; mode: Mode }[]): Verdict {
  const merged = new Map<string, MergedEffect>()
  for (const { judgement, mode } of parts) {
    if (mode === 'shadow' || mode === 'paused') continue
    for (const result of judgement.results) {
      for (const effect of result.effects) add(merged, effect, `${judgement.ruleset.name}/${result.rule}`)
    }
  }
  if (merged.size > 1) absorb(merged)
  const effects = [...merged.values()]
  if (effects.length > 1) effects.sort(byKind)
  return { verdict: verdictOf(effects), effects }
}

function add(merged: Map<string, MergedEffect>, effect: Effect, rule: string): void {
  const key = keyOf(effect)
  const before = merged.get(key)
  if (before === undefined) merged.set(key, { ...effect, rules: [rule] })
  else merged.set(key, { ...stronger(before, effect), rules: [...new Set([...before.rules, rule])].sort() })
}

function keyOf(effect: Effect): string {
  switch (effect.do) {
    case 'block':
    case 'preserve':
      return effect.do
    case 'hold':
      return effect.until === 'review' ? 'hold until review' : 'hold for'
    case 'limit':
      return `limit ${effect.on} ${effect.what}`
    default:
      return `${effect.do} ${effect.what}`
  }
}

function stronger(a: Effect, b: Effect): Effect {
  if (a.do === 'queue' && b.do === 'queue') return b.within < a.within ? b : a
  if ('for' in a && 'for' in b) return b.for > a.for ? b : a
  return a
}

const ABSORBED = [
  { weak: 'hold for', strong: 'hold until review' },
  { weak: 'hold for', strong: 'block' },
  { weak: 'hold until review', strong: 'block' },
] as const

/** A weaker hold gives its rules to the stronger effect, so that every rule is still named. */
function absorb(merged: Map<string, MergedEffect>): void {
  for (const { weak, strong } of ABSORBED) {
    const from = merged.get(weak)
    const to = merged.get(strong)
    if (from === undefined || to === undefined) continue
    merged.delete(weak)
    merged.set(strong, { ...to, rules: [...new Set([...to.rules, ...from.rules])].sort() })
  }
}

function byKind(a: MergedEffect, b: MergedEffect): number {
  return ORDER.indexOf(a.do) - ORDER.indexOf(b.do) || (keyOf(a) < keyOf(b) ? -1 : 1)
}

function verdictOf(effects: readonly MergedEffect[]): Verdict['verdict'] {
  // They stand in that order, whatever else is asked for.
  const [first] = effects
  return first?.do === 'block' || first?.do === 'hold' || first?.do === 'limit' ? first.do : 'allow'
}
