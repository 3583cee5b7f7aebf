import { type Connection, type Delivery, Do, getConnections, getDeliveries, newConnection } from '@lamplighter/api'
import { type Call, withApi } from '../api.ts'
import type { Command } from '../command.ts'
import { type Io, UsageError } from '../io.ts'

const usualDoes = Do.options.filter((one) => one !== 'offer')

const listed = async (call: Call): Promise<Connection[]> =>
  getConnections.answer.parse(await call('GET', '/v1/connections')).items

/** A connection by its name or id. @throws UsageError */
async function connectionOf(call: Call, given: string): Promise<Connection> {
  const found = (await listed(call)).find(({ id, name }) => id === given || name === given)
  if (found === undefined) throw new UsageError(`there is no connection "${given}"; see: lamplighter connection list`)
  return found
}

function doesOf(text: string | undefined): Do[] {
  if (text === undefined) return usualDoes
  const parsed = Do.array()
    .min(1)
    .safeParse(text.split(',').map((one) => one.trim()))
  if (parsed.success) return parsed.data
  throw new UsageError(`--does: expected one or more of ${Do.options.join(', ')}, separated by commas`)
}

const rowOf = (one: Connection): string =>
  `${one.name.padEnd(20)} ${one.kind.padEnd(8)}${one.state.padEnd(7)} ${one.waiting} waiting, ${one.parked} parked  ${one.url ?? ''}`

const deliveryRow = (one: Delivery): string => {
  const last = one.attempts[0]
  return `${one.id}  ${one.state.padEnd(10)}${one.type.padEnd(18)} ${one.words}${last === undefined ? '' : `  last: ${last.status ?? last.error ?? ''}`}`
}

/** One act on one delivery. */
const ofDelivery = (io: Io, id: string, verb: 'replay' | 'cancel', body: object): Promise<Record<string, unknown>> =>
  withApi(io, (call) => call('POST', `/v1/deliveries/${encodeURIComponent(id)}/${verb}`, body))

/** A command that does one thing to one connection. */
function simple(verb: 'resume' | 'test', summary: string, done: string): Command {
  return {
    name: `connection ${verb}`,
    summary,
    example: `lamplighter connection ${verb} chat`,
    args: ['name'],
    async run(io, { args: [name = ''] }) {
      const answer = await withApi(io, async (call) => {
        const { id } = await connectionOf(call, name)
        return call('POST', `/v1/connections/${id}/${verb}`, {})
      })
      io.result(answer, [done])
      return 0
    },
  }
}

export const commands: readonly Command[] = [
  {
    name: 'connection new',
    summary: 'Adds a webhook, or with --poll a connection that asks for its actions. The signing secret is shown once.',
    example: 'lamplighter connection new chat --url https://chat.example/lamplighter',
    args: ['name'],
    options: {
      url: { help: 'where webhooks go', value: 'url' },
      poll: { help: 'no webhook: the platform asks GET /v1/actions' },
      does: { help: 'what the platform can carry out; all if left out', value: 'list' },
    },
    async run(io, given) {
      const [name = ''] = given.args
      const url = given.value('url')
      if ((url === undefined) !== given.has('poll')) throw new UsageError('give --url for a webhook, or --poll')
      const body = {
        name,
        kind: given.has('poll') ? 'poll' : 'webhook',
        ...(url !== undefined && { url }),
        does: doesOf(given.value('does')),
      }
      const made = await withApi(io, async (call) =>
        newConnection.answer.parse(await call('POST', '/v1/connections', body)),
      )
      const secret =
        made.secret === null ? [] : [made.secret, '', 'Shown this once: your platform checks signatures with it.']
      io.result(made, [...secret, `Next: lamplighter connection test ${name}`])
      return 0
    },
  },
  {
    name: 'connection list',
    summary: 'Lists webhooks and polling connections, and how deliveries stand.',
    example: 'lamplighter connection list',
    async run(io) {
      const items = await withApi(io, listed)
      io.result(items, items.length === 0 ? ['none yet: lamplighter connection new NAME --url URL'] : items.map(rowOf))
      return 0
    },
  },
  {
    name: 'connection pause',
    summary: 'Stops deliveries to a connection; rows wait.',
    example: 'lamplighter connection pause chat --reason "moving house"',
    args: ['name'],
    options: { reason: { help: 'why, for the log', value: 'text' } },
    async run(io, { args: [name = ''], value }) {
      const reason = value('reason') ?? (await io.ask('Why?'))
      const answer = await withApi(io, async (call) => {
        const { id } = await connectionOf(call, name)
        return call('POST', `/v1/connections/${id}/pause`, { reason })
      })
      io.result(answer, ['Paused. Rows wait: lamplighter connection resume'])
      return 0
    },
  },
  simple('resume', 'Goes on with deliveries, oldest first.', 'Goes on.'),
  simple(
    'test',
    'Sends a ping; the answer stands in: lamplighter connection deliveries',
    'A ping is on its way. What the platform answered: lamplighter connection deliveries NAME',
  ),
  {
    name: 'connection rotate',
    summary: 'Gives a webhook a new secret; for a day both sign.',
    example: 'lamplighter connection rotate chat',
    args: ['name'],
    async run(io, { args: [name = ''] }) {
      const answer = await withApi(io, async (call) => {
        const { id } = await connectionOf(call, name)
        return call('POST', `/v1/connections/${id}/rotate`, {})
      })
      io.result(answer, [String(answer.secret), '', 'Shown this once. The old secret signs beside it for a day.'])
      return 0
    },
  },
  {
    name: 'connection deliveries',
    summary: 'The last deliveries of a connection, newest first.',
    example: 'lamplighter connection deliveries chat --state parked',
    args: ['name'],
    options: { state: { help: 'waiting, sending, delivered, unclear, parked or cancelled', value: 'state' } },
    async run(io, { args: [name = ''], value }) {
      const state = value('state')
      const { items } = await withApi(io, async (call) => {
        const { id } = await connectionOf(call, name)
        const query = state === undefined ? '' : `?state=${encodeURIComponent(state)}`
        return getDeliveries.answer.parse(await call('GET', `/v1/connections/${id}/deliveries${query}`))
      })
      io.result(items, items.length === 0 ? ['none'] : items.map(deliveryRow))
      return 0
    },
  },
  {
    name: 'connection replay',
    summary: 'Sends one delivery again, under the same webhook-id.',
    example: 'lamplighter connection replay out_01…',
    args: ['delivery'],
    async run(io, { args: [id = ''] }) {
      const answer = await ofDelivery(io, id, 'replay', {})
      io.result(answer, ['It goes out again.'])
      return 0
    },
  },
  {
    name: 'connection cancel',
    summary: 'Gives up one delivery, with a reason.',
    example: 'lamplighter connection cancel out_01… --reason "done by hand"',
    args: ['delivery'],
    options: { reason: { help: 'why, for the log', value: 'text' } },
    async run(io, { args: [id = ''], value }) {
      const reason = value('reason') ?? (await io.ask('Why?'))
      const answer = await ofDelivery(io, id, 'cancel', { reason })
      io.result(answer, ['Given up.'])
      return 0
    },
  },
]
