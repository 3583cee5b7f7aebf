import { ApiKey, newKey, Scope } from '@lamplighter/api'
import { z } from 'zod'
import { withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

const Keys = z.object({ items: z.array(ApiKey) })

function scopesOf(text: string): z.infer<typeof Scope>[] {
  const parsed = z
    .array(Scope)
    .min(1)
    .safeParse(text.split(',').map((one) => one.trim()))
  if (parsed.success) return parsed.data
  throw new UsageError(`--scopes: expected one or more of ${Scope.options.join(', ')}, separated by commas`)
}

export const commands: readonly Command[] = [
  {
    name: 'key new',
    summary: 'Makes an API key and shows it once.',
    example: 'lamplighter key new chat --scopes screen,events,reports',
    args: ['name'],
    options: {
      scopes: { help: `what it opens: ${Scope.options.join(', ')}`, value: 'list' },
      days: { help: 'how long it lives, 365 by default', value: 'n' },
      addresses: { help: 'where it may be used from, with commas; a key for sealed lists needs it', value: 'list' },
      connection: { help: 'the connection it belongs to; two keys of one may overlap', value: 'name' },
    },
    async run(io, { args: [name = ''], value }) {
      const days = value('days')
      const connection = value('connection')
      const addresses = value('addresses')
        ?.split(',')
        .map((one) => one.trim())
      const body = {
        name,
        scopes: scopesOf(value('scopes') ?? 'screen,events,reports,appeals,actions,policies'),
        ...(days !== undefined && { days: Number(days) }),
        ...(connection !== undefined && { connection }),
        ...(addresses !== undefined && { addresses }),
      }
      const made = await withApi(io, async (call) => newKey.answer.parse(await call('POST', '/v1/keys', body)))
      io.result(made, [
        made.key,
        '',
        `Shown this once. Scopes: ${body.scopes.join(', ')}. Ends ${new Date(made.expiresAt).toISOString().slice(0, 10)}.`,
        `Send it as: Authorization: Bearer ${made.key.slice(0, 14)}…`,
      ])
      return 0
    },
  },
  {
    name: 'key list',
    summary: 'Lists API keys, without their secrets.',
    example: 'lamplighter key list --json',
    async run(io) {
      const { items } = await withApi(io, async (call) => Keys.parse(await call('GET', '/v1/keys')))
      io.result(
        items,
        items.flatMap((key) => [
          `${key.id}  ${key.state.padEnd(8)}${key.name}  ${key.scopes.join(',')}  last used ${key.lastUsedDay ?? 'never'}${key.addresses === null ? '' : `  from ${key.addresses.join(', ')}`}`,
          ...key.ignoredFields.map(({ field, day }) => `            sends ${field}, which no rule can read (${day})`),
        ]),
      )
      return 0
    },
  },
  {
    name: 'key revoke',
    summary: 'Ends an API key at once.',
    example: 'lamplighter key revoke 8fq2kx7m3d',
    args: ['id'],
    async run(io, { args: [id = ''] }) {
      await withApi(io, (call) => call('POST', `/v1/keys/${encodeURIComponent(id)}/revoke`, {}))
      io.result({ id, state: 'revoked' }, [`${id} ended.`])
      return 0
    },
  },
]
