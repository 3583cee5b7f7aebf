import { getModels, type Model } from '@lamplighter/api'
import type { z } from 'zod'
import { withApi } from '../api.ts'
import type { Command } from '../command.ts'

export const commands: readonly Command[] = [
  {
    name: 'models',
    summary: 'Shows the learnt models with their cards: what each was made of, how it did, what it cannot see.',
    example: 'lamplighter models',
    async run(io) {
      const { items } = getModels.answer.parse(await withApi(io, (call) => call('GET', '/v1/models')))
      const none = 'there is no model: rules that ask a learner are undecided'
      io.result({ items }, items.length === 0 ? [none] : items.flatMap(linesOf))
      return 0
    },
  },
]

function linesOf({ id, learner, state, liveAt, retiredAt, sha256, examples, card }: z.infer<typeof Model>): string[] {
  const { heldOut } = card
  const until = retiredAt === null ? '' : ` to ${new Date(retiredAt).toISOString()}`
  return [
    `${learner}  ${state}  ${id}, live from ${new Date(liveAt).toISOString()}${until}`,
    `  made of   ${card.madeOf}: ${examples.positive} examples and ${examples.negative} others (${card.licence})`,
    `  measured  on ${heldOut.positive} and ${heldOut.negative} that it was not trained on; ${heldOut.unfamiliar} unfamiliar`,
    ...heldOut.at.map(
      ({ threshold, found, falseAlarms }) =>
        `            at ${threshold}: found ${found} of ${heldOut.positive}, ${falseAlarms} false alarms of ${heldOut.negative}`,
    ),
    `  limits    ${card.limits}`,
    `  blind to  ${card.blind.join('; ')}`,
    `  sha256    ${sha256}`,
  ]
}
