import type { Explanation, MergedEffect } from '@lamplighter/rules'
import type { Ruling } from './settle.ts'

/** What a rule says of telling: it waits on a stated ground, for a time or for ever. */
interface Withheld {
  readonly because: string
  readonly for?: number
}

/**
 * What the person addressed is told: only where something acts on them (rules.md §7.1). Effects and facts are words that the page of the
 * notice says in its reader's language; the reason is the rule's own, in the languages that it gives.
 */
export function tellingOf(
  said: { readonly effects: readonly MergedEffect[]; readonly explanation: Explanation },
  withhold: Withheld | undefined,
): { notice: Ruling['notice']; withheld: { because: string; forMs: number } | null } {
  const effects = said.effects.flatMap(effectWord)
  if (effects.length === 0) return { notice: null, withheld: null }
  // Without an end the exception for deceptive bulk content holds (DSA Art. 17(2)): never told.
  if (withhold !== undefined && withhold.for === undefined) return { notice: null, withheld: null }
  const told = said.explanation.rules.find((rule) => hasFired(rule) && rule.tell !== undefined)?.tell
  const { default: first, en, ...others } = told ?? CHECKING
  const notice = {
    language: 'en',
    text: first ?? en ?? CHECKING.en,
    translations: others,
    facts: told === undefined ? 'not_checked' : 'rule_matched',
    effects,
  }
  if (withhold?.for !== undefined) return { notice, withheld: { because: withhold.because, forMs: withhold.for } }
  const refers = said.effects.some((effect) => effect.do === 'refer')
  return { notice, withheld: refers ? BEFORE_REFERRAL : null }
}

/** Who was told could destroy what the authority would need: the notice waits until a person has decided (rules.md §7.2). */
const BEFORE_REFERRAL = { because: 'The rules ask for a referral to an authority first', forMs: 14 * 86_400_000 }

/** What a person is told whose item waits because nobody could tell: nothing of what it is suspected of. */
const CHECKING: Readonly<Record<string, string>> & { readonly en: string } = {
  en: 'This is being checked.',
  de: 'Dies wird geprüft.',
  es: 'Se está comprobando.',
  fr: 'Une vérification est en cours.',
  ar: 'يجري التحقق من هذا.',
}

function effectWord(effect: MergedEffect): string[] {
  switch (effect.do) {
    case 'block':
      return ['block']
    case 'hold':
      return effect.until === 'review' ? ['hold'] : []
    case 'limit':
      return [`limit ${effect.what}`]
    default:
      return []
  }
}

/** What a paused rule says stands in the explanation, and is nobody's reason. */
export const hasFired = ({ outcome, mode }: Explanation['rules'][number]): boolean =>
  outcome === 'fired' && mode !== 'paused'
