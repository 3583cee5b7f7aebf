import { invitePerson, Person, Role } from '@lamplighter/api'
import { z } from 'zod'
import { type Call, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { UsageError } from '../io.ts'

const People = z.object({ items: z.array(Person) })
const Link = invitePerson.answer

const listed = async (call: Call) => People.parse(await call('GET', '/v1/people')).items

/** `R-7` or an id. */
async function personOf(call: Call, given: string): Promise<z.infer<typeof Person>> {
  const found = (await listed(call)).find(
    ({ id, staff }) => id === given || staff.toLowerCase() === given.toLowerCase(),
  )
  if (found === undefined) throw new UsageError(`there is no ${given}; see: lamplighter people list`)
  return found
}

const shown = (made: z.infer<typeof Link>): string[] => [
  `${made.staff}  ${made.link}`,
  'Signs in once, within 15 minutes. Hand it over in person or by a channel you trust.',
]

export const commands: readonly Command[] = [
  {
    name: 'people invite',
    summary: 'Adds a person and prints a link that signs them in once.',
    example: 'lamplighter people invite "Robin Vale" --roles reviewer,lead',
    args: ['name'],
    options: { roles: { help: `one or more of ${Role.options.join(', ')}`, value: 'list' } },
    async run(io, { args: [name = ''], value }) {
      const roles = z
        .array(Role)
        .min(1)
        .safeParse((value('roles') ?? 'reviewer').split(','))
      if (!roles.success) throw new UsageError(`--roles: expected one or more of ${Role.options.join(', ')}`)
      const body = { name, roles: roles.data }
      const made = await withApi(io, async (call) => Link.parse(await call('POST', '/v1/people', body)))
      io.result(made, shown(made))
      return 0
    },
  },
  {
    name: 'people list',
    summary: 'Lists staff and their roles.',
    example: 'lamplighter people list',
    async run(io) {
      const items = await withApi(io, listed)
      io.result(
        items,
        items.map(
          (one) =>
            `${one.staff.padEnd(6)}${one.state.padEnd(9)}${one.name}  ${one.roles.join(',')}  last seen ${one.lastSeenDay ?? 'never'}`,
        ),
      )
      return 0
    },
  },
  {
    name: 'people revoke',
    summary: 'Ends a person’s access at once: sessions, claims and links.',
    example: 'lamplighter people revoke R-7 --reason "left the team"',
    args: ['person'],
    options: { reason: { help: 'kept in the audit log', value: 'text' } },
    async run(io, { args: [person = ''], value }) {
      const reason = value('reason') ?? (await io.ask('Why?'))
      await withApi(io, async (call) => {
        const { id } = await personOf(call, person)
        await call('POST', `/v1/people/${id}/revoke`, { reason })
      })
      io.result({ person, state: 'revoked' }, [`${person} has no access any more.`])
      return 0
    },
  },
  {
    name: 'people recover',
    summary: 'Prints a new link for a person who cannot sign in.',
    example: 'lamplighter people recover R-7 --reason "new laptop"',
    args: ['person'],
    options: { reason: { help: 'kept in the audit log', value: 'text' } },
    async run(io, { args: [person = ''], value }) {
      const reason = value('reason') ?? (await io.ask('Why?', 'signs in again'))
      const made = await withApi(io, async (call) => {
        const { id } = await personOf(call, person)
        return Link.parse(await call('POST', `/v1/people/${id}/link`, { reason }))
      })
      io.result(made, shown(made))
      return 0
    },
  },
]
