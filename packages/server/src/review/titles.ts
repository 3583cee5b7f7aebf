import type { CaseStep, CaseTitle, HashMatch, Matter } from '@lamplighter/api'

/** The title of a case in English, for whoever reads the API without words of their own. */
export function titleWords(title: CaseTitle): string {
  if (title.what !== 'notice') return matterWords(title)
  return `notice to send or to withhold: ${title.of === null ? 'an earlier decision' : matterWords(title.of)}`
}

function matterWords(matter: Matter): string {
  switch (matter.what) {
    case 'rule': {
      const reason = matter.rule === null ? 'a rule' : spaced(matter.rule)
      return `${kindWords(matter.kind)}${matter.undecided ? ', not checked' : ''}: ${reason}`
    }
    case 'past':
      return `looked back, ${spaced(matter.kind)}: ${spaced(matter.rule)}`
    case 'list': {
      const near = matter.match === null ? [] : [nearWords(matter.match)]
      return `looked back, ${spaced(matter.kind)}: ${[`${spaced(matter.list)} version ${matter.version}`, ...near].join(', ')}`
    }
    case 'report':
      return matter.harm === null ? 'report' : `report: ${spaced(matter.harm)}`
    case 'appeal':
      return 'appeal against a decision'
    case 'unjudged':
      return 'event that could not be judged'
    case 'breaker':
      return `fires far more often than it did: ${matter.rules.map(spaced).join(', ')}`
    case 'early':
      return `rule set ${matter.ruleset} ${matter.version} went live early: look at what it does`
  }
}

/** One line of the story of a case in English. */
export function stepWords(step: CaseStep): string {
  switch (step.did) {
    case 'opened':
    case 'joined':
      return `${step.did}: ${titleWords(step.title)}`
    case 'decided':
      return `decided: ${step.choice}`
    case 'answered':
      return `appeal: ${step.outcome}`
    case 'noticed':
      return NOTICED[step.outcome]
    case 'undone':
    case 'reversed':
      return `decision ${step.did}`
    case 'skipped':
      return `skipped: ${step.reason}`
    case 'handed':
      return step.to === 'lead' ? 'handed to a lead' : 'handed to whoever comes next'
  }
}

const NOTICED = {
  sent: 'the notice is sent',
  withheld: 'the notice waits for longer',
  nothing: 'nothing was left to tell',
} as const

const KINDS: Readonly<Record<string, string>> = { profile_changed: 'profile', sealed_report: 'report' }
const kindWords = (kind: string): string => KINDS[kind] ?? spaced(kind)

/** How near a file came to an entry, and how it lies. */
export function nearWords({ kind, distanceBits, way, weak, shares }: HashMatch): string {
  const lies = way === null || way.variant === 'original' ? '' : `, ${spaced(way.variant)}`
  const unsure = weak ? ', too little in it to be sure' : ''
  if (shares !== undefined) return `${Math.floor(shares.listed * 100)} % of the listed video${lies}${unsure}`
  return kind === 'pdq' ? `${distanceBits} of 256 bits differ${lies}${unsure}` : `${kind.toUpperCase()} equal`
}

const spaced = (id: string): string => id.replaceAll('_', ' ')
