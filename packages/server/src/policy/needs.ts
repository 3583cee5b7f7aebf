import type { NeedJson } from '@lamplighter/api'
import type { z } from 'zod'
import type { Need, State } from './states.ts'

const STATES: Readonly<Record<State, string>> = {
  draft: 'a draft',
  shadow: 'in shadow',
  trial: 'in trial',
  live: 'live',
  retired: 'retired',
}

/** What is missing, in one sentence that says what to do: beside the button, in a refusal, on the command line. */
export function wordsOf(need: Need): string {
  switch (need.code) {
    case 'stale_revision':
      return 'It changed since you read it; read it again and send its hash in If-Match.'
    case 'wrong_state':
      return `It is ${STATES[need.state]}; expected ${need.from.map((state) => STATES[state]).join(' or ')}.`
    case 'not_author':
      return 'Only its author puts a version in shadow.'
    case 'own_version':
      return 'Nobody approves their own version; ask a colleague.'
    case 'taken':
      return `${need.version} runs beside the live one already; retire it first.`
    case 'other_schema':
      return 'The live version reads another schema of facts; upload this file again as a new version.'
    case 'shadow_short':
      return `It has not been watched long enough: ${shortOf(need)} to go.`
    case 'approvals':
      return need.given >= need.needed
        ? 'One of those who approve must hold the role child-safety or legal.'
        : `${need.given} of ${need.needed} approvals${need.guard ? ', one by child-safety or legal' : ''}.`
    case 'coverage':
      return `No test saw these questions answered both ways: ${need.leaves.join(', ')}.`
    case 'trial_forbidden':
      return `Protection from grave harm is not withheld at random: ${need.rules.join(', ')}.`
    case 'counter_cold':
      return `These counters have not seen a whole window: ${need.counters.join(', ')}. Wait, or accept them cold.`
    case 'no_model':
      return `These learners have no model here, so every text would be undecided: ${need.learners.join(', ')}. Take out the rules that ask them.`
    case 'nothing_before':
      return 'Nothing was live before it.'
    case 'report_unopened':
      return 'Open its shadow report or a backtest of it first; an approval is of what was found.'
  }
}

/** What the sentence counts and names, apart from its language; undefined where it does neither. */
export function factsOf(need: Need): z.input<typeof NeedJson>['facts'] {
  switch (need.code) {
    case 'wrong_state':
      return { from: [...need.from] }
    case 'taken':
      return { names: [need.version] }
    case 'shadow_short':
      return { ms: need.ms, events: need.events, names: [...need.rules] }
    case 'approvals':
      return { given: need.given, needed: need.needed, guard: need.guard }
    case 'coverage':
      return { names: [...need.leaves] }
    case 'trial_forbidden':
      return { names: [...need.rules] }
    case 'counter_cold':
      return { names: [...need.counters] }
    case 'no_model':
      return { names: [...need.learners] }
    default:
      return undefined
  }
}

function shortOf({ ms, events }: Extract<Need, { code: 'shadow_short' }>): string {
  const minutes = Math.ceil(ms / 60_000)
  const time = minutes > 90 ? `${Math.ceil(minutes / 60)} hours` : `${minutes} minutes`
  return [...(ms > 0 ? [time] : []), ...(events > 0 ? [`${events} events`] : [])].join(' and ')
}
