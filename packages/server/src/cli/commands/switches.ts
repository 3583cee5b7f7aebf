import { getSwitches, proposeSwitch, type SwitchJson } from '@lamplighter/api'
import { withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

const DATE = /^\d{4}-\d{2}-\d{2}$/

/** The instant at which a day begins, UTC. @throws UsageError */
function dayOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const at = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  if (Number.isNaN(at)) throw new UsageError(`--${name}: expected a day, for example 2027-03-01, found "${text}"`)
  return at
}

const shown = (at: number | null): string => (at === null ? '–' : new Date(at).toISOString().slice(0, 10))

const STATES: Readonly<Record<SwitchJson['state'], string>> = {
  off: 'off',
  on: 'on',
  not_yet: 'off until it begins',
  ended: 'OFF: its end is past',
  review_due: 'OFF: its review is due',
}

function linesOf({ id, state, on, law, reason, until, reviewBy, enabledBy, proposed }: SwitchJson): string[] {
  return [
    `${id.padEnd(18)} ${STATES[state]}`,
    ...(on
      ? [`  by ${law}; review by ${shown(reviewBy)}, until ${shown(until)}; ${enabledBy.join(' and ')}: ${reason}`]
      : []),
    ...(proposed === null
      ? []
      : [
          `  ${proposed.by} asks for ${proposed.on ? 'on' : 'off'} (${proposed.id}): ${proposed.reason}; another person has to agree`,
        ]),
  ]
}

export const commands: readonly Command[] = [
  {
    name: 'switches list',
    summary:
      'Shows which processing of private content is permitted where, by which law, until when, and what is asked for.',
    example: 'lamplighter switches list',
    async run(io) {
      const book = await withApi(io, async (call) => getSwitches.answer.parse(await call('GET', '/v1/switches')))
      io.result(book, [...book.items.flatMap(linesOf), `version ${book.version}, ${book.hash}`])
      return 0
    },
  },
  {
    name: 'switches ask',
    summary:
      'Asks for a change of a switch. Nothing changes before a person of the role legal has agreed, signed in by name.',
    example:
      'lamplighter switches ask uk.private_scan on --law "Act, s. 1" --review 2027-03-01 --reason "the board decided"',
    args: ['switch', 'on|off'],
    options: {
      law: { help: 'the provision that permits it, with its section; needed for on', value: 'words' },
      review: { help: 'day from which it is off unless somebody renews it; needed for on', value: 'day' },
      until: { help: 'day from which it is off, where the law names an end', value: 'day' },
      from: { help: 'day on which it begins; with the approval by default', value: 'day' },
      reason: { help: 'why, for the public log; needed', value: 'words' },
    },
    async run(io, { args: [id = '', wanted = ''], value }) {
      if (wanted !== 'on' && wanted !== 'off') throw new UsageError(`expected on or off, found "${wanted}"`)
      const reason = value('reason')
      if (reason === undefined) throw new UsageError('switches ask needs --reason')
      const law = value('law')
      const days = { from: dayOf('from', value('from')), until: dayOf('until', value('until')) }
      const body = { on: wanted === 'on', reason, law, ...days, reviewBy: dayOf('review', value('review')) }
      const asked = await withApi(io, async (call) => {
        const known = getSwitches.answer.parse(await call('GET', '/v1/switches')).items.map((one) => one.id)
        if (known.every((one) => one !== id))
          throw new UsageError(`there is no switch "${id}"; there are ${known.join(', ')}`)
        return proposeSwitch.answer.parse(await call('POST', `/v1/switches/${id}/changes`, body))
      })
      io.result(asked, [`Noted as ${asked.id}. A person of the role legal agrees in Settings → Switches.`])
      return 0
    },
  },
  {
    name: 'switches withdraw',
    summary: 'Takes back a change of a switch that nobody has agreed to.',
    example: 'lamplighter switches withdraw sw_01k… --reason "asked too early"',
    args: ['change'],
    options: { reason: { help: 'why; needed', value: 'words' } },
    async run(io, { args: [id = ''], value }) {
      const reason = value('reason')
      if (reason === undefined) throw new UsageError('switches withdraw needs --reason')
      const path = `/v1/switch-changes/${encodeURIComponent(id)}/withdraw`
      const answer = await withApi(io, (call) => call('POST', path, { reason }))
      io.result(answer, ['Withdrawn.'])
      return 0
    },
  },
]
