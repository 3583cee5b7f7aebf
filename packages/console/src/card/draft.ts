import {
  type CardJson,
  type CardPolicy,
  type Choice,
  choices,
  type DecideBody,
  MOST_WITHHELD_DAYS,
  severeChoices,
} from '@lamplighter/api'
import { placeholdersIn } from './placeholders.ts'

export const outcomes = ['upheld', 'partly', 'reversed'] as const
export type Outcome = (typeof outcomes)[number]

/** What can be done with a notice that was withheld. */
export const noticeWays = ['send', 'withhold'] as const
export type NoticeWay = (typeof noticeWays)[number]

/** What a reviewer has chosen and typed so far. Nothing here was sent. */
export interface Draft {
  readonly policy: string | null
  readonly choice: Choice | null
  /** Whether a person chose the action; then another policy does not change it. */
  readonly chosen: boolean
  readonly reasonCode: string | null
  readonly language: string
  /** Edited statements, by policy and language; an absent one is the policy's own text. */
  readonly statements: Readonly<Record<string, string>>
  readonly note: string
  readonly outcome: Outcome | null
  readonly reasons: string
  readonly notice: NoticeWay | null
  /** As typed: how many days a notice is to wait on. */
  readonly days: string
}

const isSevere = (card: CardJson, choice: Choice): boolean =>
  severeChoices.includes(choice) || card.choices.some((one) => one.choice === choice && one.severe)

const isOffered = (card: CardJson, choice: Choice): boolean =>
  card.choices.some((one) => one.choice === choice && one.unsupported === null)

/** An action may be filled in for the reviewer only if it is offered and not severe (console.md §4.2). */
const preselectable = (card: CardJson, choice: Choice): Choice | null =>
  isOffered(card, choice) && !isSevere(card, choice) ? choice : null

export const policyOf = (card: CardJson, draft: Draft): CardPolicy | null =>
  card.policies.find(({ id }) => id === draft.policy) ?? null

/** The card as it opens. A severe action is never preselected, whatever the server says. */
export function startDraft(card: CardJson): Draft {
  const empty: Draft = {
    policy: null,
    choice: null,
    chosen: false,
    reasonCode: null,
    language: card.language,
    statements: {},
    note: '',
    outcome: null,
    reasons: '',
    notice: null,
    days: '14',
  }
  if (card.preselected === null) return empty
  const withPolicy = choosePolicy(empty, card, card.preselected.policy)
  return { ...withPolicy, choice: preselectable(card, card.preselected.choice) }
}

/** Chooses a policy. Its suggestion is taken over unless a person has chosen the action already. */
export function choosePolicy(draft: Draft, card: CardJson, id: string): Draft {
  const policy = card.policies.find((one) => one.id === id)
  if (policy === undefined) return draft
  const choice = draft.chosen ? draft.choice : preselectable(card, policy.suggested.choice)
  return { ...draft, policy: id, choice, reasonCode: policy.reasonCodes[0]?.code ?? null }
}

/** Chooses an action by hand. One that the platform cannot carry out is not taken. */
export function chooseAction(draft: Draft, card: CardJson, choice: Choice): Draft {
  return isOffered(card, choice) ? { ...draft, choice, chosen: true } : draft
}

const statementKey = (policy: string, language: string): string => `${policy} ${language}`

/** Languages that the chosen policy can speak. */
export const languagesOf = (policy: CardPolicy): string[] => Object.keys(policy.statement)

/** The language the person will read: theirs where the policy has it, else English, else the first. */
export function languageOf(draft: Draft, policy: CardPolicy): string {
  const offered = languagesOf(policy)
  return [draft.language, 'en'].find((one) => offered.includes(one)) ?? offered[0] ?? 'en'
}

export function statementOf(draft: Draft, policy: CardPolicy): string {
  const language = languageOf(draft, policy)
  return draft.statements[statementKey(policy.id, language)] ?? policy.statement[language] ?? ''
}

export function writeStatement(draft: Draft, policy: CardPolicy, text: string): Draft {
  const key = statementKey(policy.id, languageOf(draft, policy))
  return { ...draft, statements: { ...draft.statements, [key]: text } }
}

export const tellsPerson = (card: CardJson, draft: Draft): boolean =>
  card.choices.some(({ choice, tellsPerson: tells }) => choice === draft.choice && tells)

/** What still stands in the way of deciding, in the order of the card; null when nothing does. */
export type Gap = 'policy' | 'choice' | 'statement' | 'placeholder' | 'reason' | 'outcome' | 'reasons' | 'days' | null

export function gapOf(card: CardJson, draft: Draft): Gap {
  if (draft.choice === null) return draft.policy === null ? 'policy' : 'choice'
  if (draft.choice === 'none') return null
  const policy = policyOf(card, draft)
  if (policy === null) return 'policy'
  if (tellsPerson(card, draft)) {
    const text = statementOf(draft, policy)
    if (text.trim() === '') return 'statement'
    if (placeholdersIn(text).length > 0) return 'placeholder'
  }
  if (policy.reasonCodes.length > 0 && draft.reasonCode === null) return 'reason'
  return null
}

export function appealGapOf(draft: Draft): Gap {
  if (draft.outcome === null) return 'outcome'
  if (draft.reasons.trim() === '') return 'reasons'
  return placeholdersIn(draft.reasons).length > 0 ? 'placeholder' : null
}

export function noticeGapOf(draft: Draft): Gap {
  if (draft.notice !== 'withhold') return draft.notice === null ? 'outcome' : null
  const days = Number(draft.days)
  if (!Number.isInteger(days) || days < 1 || days > MOST_WITHHELD_DAYS) return 'days'
  return draft.reasons.trim() === '' ? 'reasons' : null
}

/** Reason code of a case in which nothing was wrong: there is no policy to take one from. */
const NO_VIOLATION = 'no_violation'

/** The body of the decision. Call only when `gapOf` says null. */
export function bodyOf(card: CardJson, draft: Draft): DecideBody {
  const choice = draft.choice ?? 'none'
  const policy = choice === 'none' ? null : policyOf(card, draft)
  const note = draft.note.trim()
  return {
    policy: policy?.id ?? null,
    choice,
    reasonCode: policy === null ? NO_VIOLATION : (draft.reasonCode ?? ''),
    statement:
      policy !== null && tellsPerson(card, draft)
        ? { language: languageOf(draft, policy), text: statementOf(draft, policy) }
        : null,
    ...(note !== '' && { note }),
  }
}

/** A draft that the server kept for its author. A field of the wrong shape is left out, never guessed. */
export function draftFrom(kept: Record<string, unknown> | null, card: CardJson): Draft {
  const start = startDraft(card)
  if (kept === null) return start
  const text = (name: string): string | null => {
    const value = kept[name]
    return typeof value === 'string' ? value : null
  }
  const policy = text('policy')
  const chosen = choices.find((one) => one === text('choice')) ?? null
  const withPolicy = policy === null ? start : choosePolicy(start, card, policy)
  const withChoice = chosen === null ? withPolicy : chooseAction(withPolicy, card, chosen)
  const statements: unknown = kept.statements
  return {
    ...withChoice,
    reasonCode: text('reasonCode') ?? withChoice.reasonCode,
    language: text('language') ?? start.language,
    statements:
      typeof statements === 'object' && statements !== null
        ? Object.fromEntries(
            Object.entries(statements).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
          )
        : {},
    note: text('note') ?? '',
    outcome: outcomes.find((one) => one === text('outcome')) ?? null,
    reasons: text('reasons') ?? '',
    notice: noticeWays.find((one) => one === text('notice')) ?? null,
    days: text('days') ?? start.days,
  }
}

/** Policies that match what was typed: every word somewhere in name, slug or harm. Order is kept. */
export function filterPolicies(policies: readonly CardPolicy[], typed: string): CardPolicy[] {
  const words = typed.toLocaleLowerCase().split(/\s+/).filter(Boolean)
  return policies.filter((policy) => {
    const text = [policy.name, policy.slug, ...policy.harms].join(' ').toLocaleLowerCase()
    return words.every((word) => text.includes(word))
  })
}
