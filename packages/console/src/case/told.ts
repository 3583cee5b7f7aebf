import type { CardEffect, CaseJson, CaseTitle, Matter } from '@lamplighter/api'
import type { Messages } from '../messages/index.ts'
import { matchWords } from './match-words.ts'

type Titled = Pick<CaseJson, 'words' | 'title'>

/** What a case is called; one from before there were codes keeps the words that it has. */
export const titleIn = (t: Messages, { words, title }: Titled): string => (title === null ? words : titleOf(t, title))

function titleOf(t: Messages, title: CaseTitle): string {
  if (title.what !== 'notice') return matterOf(t, title)
  return t.told.title.notice(title.of === null ? null : matterOf(t, title.of))
}

function matterOf(t: Messages, matter: Matter): string {
  const words = t.told.title
  switch (matter.what) {
    case 'rule': {
      const rule = matter.rule === null ? words.anyRule : t.named('rule', matter.rule)
      return words.rule(t.named('kind', matter.kind), rule, matter.undecided)
    }
    case 'past':
      return words.past(t.named('kind', matter.kind), t.named('rule', matter.rule))
    case 'list': {
      const near = matter.match === null ? [] : matchWords(t, matter.match)
      return words.past(t.named('kind', matter.kind), [words.list(matter.list, matter.version), ...near].join(' · '))
    }
    case 'report':
      return words.report(matter.harm === null ? null : t.named('harm', matter.harm))
    case 'breaker':
      return words.breaker(matter.rules.map((rule) => t.named('rule', rule)).join(', '))
    case 'early':
      return words.early(matter.ruleset, matter.version)
    case 'appeal':
    case 'unjudged':
      return words[matter.what]
  }
}

/** One line of the story of a case. */
export function lineIn(t: Messages, { words, step }: CaseJson['history'][number]): string {
  const told = t.told.step
  switch (step?.did) {
    case undefined:
      return words
    case 'opened':
    case 'joined':
      return told[step.did](titleOf(t, step.title))
    case 'decided':
      return told.decided(t.choiceWords(step.choice))
    case 'answered':
    case 'noticed':
      return step.did === 'answered' ? told.answered[step.outcome] : told.noticed[step.outcome]
    case 'undone':
    case 'reversed':
      return told[step.did]
    case 'skipped':
      return told.skipped(t.named('skip', step.reason))
    case 'handed':
      return told.handed[step.to]
  }
}

/** What a choice does, to the account that the case calls `person`. */
export function effectIn(t: Messages, effect: CardEffect, person: string | null): string {
  const words = t.told.effect
  switch (effect.does) {
    case 'tell_person':
    case 'warn':
    case 'suspend':
      return words[effect.does](person)
    case 'limit':
      return words.limit(person, effect.hours)
    case 'tell_reporters':
      return words.tell_reporters(effect.count)
    case 'appealable':
      return words.appealable(effect.days)
    default:
      return words[effect.does]
  }
}

/** A fact of an account: its name and its value, where there are words for them. */
export function factIn(t: Messages, { name, value }: CaseJson['account']['facts'][number]): [string, string] {
  const days = /^(\d+) d$/.exec(value)?.[1]
  const shown = days === undefined ? (t.known.factValue[value] ?? t.said(value)) : t.length(Number(days) * 86_400_000)
  return [t.named('fact', name), shown]
}
