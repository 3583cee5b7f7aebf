import type { CardChoice, CardEffect, CardJson, CardPolicy, Choice, Do } from '@lamplighter/api'
import { choices, severeChoices } from '@lamplighter/api'
import { APPEAL_DAYS } from '../actions/index.ts'
import type { Policy } from '../policy/index.ts'

/** The moment after which nothing of a decision can be undone, only reversed (console.md §8). */
export const UNDO_MS = 10_000

export interface CardFacts {
  /** `item`: something that can be removed; `account`: acts of a person without one item. */
  readonly kind: 'item' | 'account' | 'appeal' | 'notice' | 'gathered'
  /** Harms of the rules and reports that brought the case, most important first. */
  readonly harms: readonly string[]
  /** Policies that rules cited: they stand before others of the same harm. */
  readonly policies: readonly string[]
  readonly strikes: number
  /** How the account is called in words, for the preview: `@kestrel`. */
  readonly account: string | null
  readonly reports: number
  /** The machine holds the item back until somebody decides. */
  readonly held?: boolean
  /** What the platform's connections can carry out. */
  readonly supported: ReadonlySet<Do>
  readonly language: string
  /** Seed of the stable shuffle in appeals. */
  readonly caseNumber: number
}

/** What a choice asks the platform to do. `none` lets a held item go. */
export function doOf(choice: Choice): Do | null {
  return choice === 'none' ? null : choice
}

/** How long `limit` lasts when a reviewer chooses it. */
export const LIMIT_MS = 86_400_000

/** The decision card of one case: ranked policies, choices with their effects in words, and what is preselected. Pure. */
export function cardOf(policies: readonly Policy[], facts: CardFacts): CardJson {
  const blind = facts.kind === 'appeal'
  const ordered = blind ? shuffled(policies, facts.caseNumber) : ranked(policies, facts)
  const card = ordered.map((policy) => cardPolicy(policy, facts))
  const first = card[0]
  const named =
    first !== undefined && (facts.policies.includes(first.id) || first.harms.some((harm) => facts.harms.includes(harm)))
  return {
    policies: card,
    choices: choices.map((choice) => cardChoice(choice, facts)),
    preselected: blind || first === undefined || !named ? null : { policy: first.id, choice: first.suggested.choice },
    language: facts.language,
  }
}

function ranked(policies: readonly Policy[], facts: Pick<CardFacts, 'harms' | 'policies'>): readonly Policy[] {
  const cited = (policy: Policy): number => {
    const place = facts.policies.indexOf(policy.id)
    return place < 0 ? facts.policies.length : place
  }
  const rank = (policy: Policy): number => {
    const places = policy.harms.map((harm) => facts.harms.indexOf(harm)).filter((place) => place >= 0)
    return places.length === 0 ? facts.harms.length : Math.min(...places)
  }
  return [...policies].sort((a, b) => cited(a) - cited(b) || rank(a) - rank(b) || (a.id < b.id ? -1 : 1))
}

// In an appeal the order may say nothing about the first decision (console.md §4.1): a shuffle that only the number fixes.
function shuffled(policies: readonly Policy[], seed: number): readonly Policy[] {
  const key = (policy: Policy): number => {
    let hash = seed * 2_654_435_761
    for (const char of policy.id) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 16_777_619)
    return hash >>> 0
  }
  return [...policies].sort((a, b) => key(a) - key(b))
}

function cardPolicy(policy: Policy, facts: CardFacts): CardPolicy {
  return {
    id: policy.id,
    slug: policy.slug,
    name: policy.name,
    harms: [...policy.harms],
    severity: policy.severity,
    statement: policy.statement,
    reasonCodes: policy.reasonCodes.map((reason) => ({ ...reason })),
    suggested: suggest(policy, facts),
  }
}

/** What policy × severity × strikes suggests. Never a severe choice: a person has to reach for those (console 13). */
export function suggest(policy: Policy, facts: CardFacts): { choice: Choice; why: string } {
  const wish = suggestedOf(policy, facts)
  if (!severeChoices.includes(wish.choice) && isSupported(wish.choice, facts)) return wish
  return { choice: 'none', why: 'nothing is suggested: the measure that fits needs your own choice' }
}

function suggestedOf(policy: Policy, facts: CardFacts): { choice: Choice; why: string } {
  const strikes = facts.strikes === 1 ? '1 strike' : `${facts.strikes} strikes`
  if (facts.kind !== 'item') {
    return facts.strikes > 0
      ? { choice: 'limit', why: `${policy.severity} severity, ${strikes} before` }
      : { choice: 'warn', why: `${policy.severity} severity, no strike before` }
  }
  if (policy.severity === 'low' && facts.strikes === 0) return { choice: 'warn', why: 'low severity, no strike before' }
  return { choice: 'remove', why: `${policy.severity} severity, ${strikes} before` }
}

function isSupported(choice: Choice, facts: CardFacts): boolean {
  const asked = doOf(choice)
  return asked === null || facts.supported.has(asked)
}

function cardChoice(choice: Choice, facts: CardFacts): CardChoice {
  const needsItem = choice === 'remove'
  const unsupported = !isSupported(choice, facts) ? 'platform' : needsItem && facts.kind !== 'item' ? 'no_item' : null
  return {
    choice,
    severe: severeChoices.includes(choice),
    unsupported,
    effects: effectsOf(choice, facts),
    tellsPerson: choice !== 'none',
  }
}

/** What will happen, in the order in which it happens (console.md §4.3). */
export function effectsOf(choice: Choice, facts: Pick<CardFacts, 'reports' | 'held'>): CardEffect[] {
  const told: CardEffect[] = facts.reports === 0 ? [] : [{ does: 'tell_reporters', count: facts.reports }]
  const after: CardEffect[] = [...told, { does: 'appealable', days: APPEAL_DAYS }]
  // Somebody is warned for it, so it is not delivered; and nothing may stay held for ever.
  const notDelivered: CardEffect[] = facts.held === true ? [{ does: 'not_delivered' }] : []
  switch (choice) {
    case 'none':
      return [{ does: 'keep' }, { does: 'release' }, ...told]
    case 'remove':
      return [{ does: 'remove' }, { does: 'tell_person' }, ...after]
    case 'warn':
      return [{ does: 'warn' }, ...notDelivered, ...after]
    case 'limit':
      return [{ does: 'limit', hours: LIMIT_MS / 3_600_000 }, ...notDelivered, { does: 'tell_person' }, ...after]
    case 'suspend':
      return [{ does: 'suspend' }, ...notDelivered, { does: 'tell_person' }, ...after]
  }
}

/** The same in plain English, as the record of a decision keeps it. */
export function effectsInWords(choice: Choice, facts: Pick<CardFacts, 'account' | 'reports' | 'held'>): string[] {
  const person = facts.account ?? 'the account'
  return effectsOf(choice, facts).map((effect) => effectWords(effect, person))
}

function effectWords(effect: CardEffect, person: string): string {
  switch (effect.does) {
    case 'keep':
      return 'nothing is removed'
    case 'release':
      return 'a held item is released'
    case 'remove':
      return 'remove 1 item'
    case 'not_delivered':
      return 'the held item is not delivered'
    case 'tell_person':
      return `tell ${person} why`
    case 'warn':
      return `warn ${person}`
    case 'suspend':
      return `suspend ${person} until somebody ends it`
    case 'limit':
      return `limit messages of ${person} for ${effect.hours} hours`
    case 'tell_reporters':
      return effect.count === 1 ? 'tell the reporter' : `tell ${effect.count} reporters`
    case 'appealable':
      return `can be appealed for ${effect.days} days`
  }
}

/** The first placeholder that is still in a statement, or undefined (console 15). */
export function placeholderIn(text: string): string | undefined {
  return /\{\{[^{}]*\}\}/.exec(text)?.[0]
}

export type { CardPolicy }
