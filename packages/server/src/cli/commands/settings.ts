import { getSettings } from '@lamplighter/api'
import { withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

export const commands: readonly Command[] = [
  {
    name: 'settings list',
    summary: 'Shows what is set in the running system.',
    example: 'lamplighter settings list',
    async run(io) {
      const { items } = await withApi(io, async (call) => getSettings.answer.parse(await call('GET', '/v1/settings')))
      io.result(
        items,
        items.map(({ name, value, words }) => `${name.padEnd(18)} ${value ?? 'not set'}  (${words})`),
      )
      return 0
    },
  },
  {
    name: 'settings set',
    summary: 'Sets one value; the one before stays on record, with its author and reason.',
    example: 'lamplighter settings set platform.contact privacy@harbour.example --reason "a desk of its own"',
    args: ['name', 'value?'],
    options: { reason: { help: 'why; needed', value: 'words' } },
    async run(io, { args: [name = '', text], value }) {
      const reason = value('reason')
      if (reason === undefined) throw new UsageError('settings set needs --reason')
      const answer = await withApi(io, (call) => call('PUT', `/v1/settings/${name}`, { value: text ?? null, reason }))
      io.result(answer, [`${name} is set (version ${answer.version}).`])
      return 0
    },
  },
]
