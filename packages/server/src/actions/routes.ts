import {
  ackAction,
  cancelDelivery as cancelDeliveryEndpoint,
  getActions,
  getConnections,
  getDeliveries,
  newConnection,
  pauseConnection as pauseEndpoint,
  replayDelivery as replayEndpoint,
  resumeConnection as resumeEndpoint,
  rotateConnection,
  sendAppeal,
  testConnection,
} from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { nameOf, type Principal } from '../http/principal.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import type { Store, Wakeup, Work } from '../storage/index.ts'
import type { Affected } from '../transparency/index.ts'
import type { NewAppeal } from './appeals.store.ts'
import {
  accountOfDelivery,
  addConnection,
  cancelDelivery,
  listConnections,
  listDeliveries,
  openSecret,
  pauseConnection,
  replayDelivery,
  resumeConnection,
  rotateSecret,
  sendPing,
} from './connections.store.ts'
import { accountOfNotice } from './notice-view.store.ts'
import { answerPlace } from './places.ts'
import { ackOf, pollActions } from './poll.ts'
import { openText } from './sealing.ts'
import type { ActionMeans } from './wishes.ts'

/** The work that takes an appeal. Review makes it, because it opens the case. */
export type ReceiveAppealWork = Work<
  { readonly appeal: NewAppeal; readonly means: ActionMeans },
  { readonly id: string; readonly recorded: { record: string; commitment: string; promise: string | null } }
>

export interface ActionsServices {
  readonly store: Store
  readonly wakeup: Wakeup
  /** Keys for the records and columns that acts on these persons write. */
  meansFor(affected: readonly Affected[]): Promise<ActionMeans>
  readonly receiveAppeal: ReceiveAppealWork
  now(): number
  /** 0 to 1, for jitter. */
  chance(): number
}

export function routesOf(services: ActionsServices): Route[] {
  return [...pollRoutes(services), ...connectionRoutes(services), ...deliveryRoutes(services), appealRoute(services)]
}

export const about = (account: string | null): readonly Affected[] =>
  account === null ? [] : [{ kind: 'account', id: account }]

function pollRoutes(services: ActionsServices): Route[] {
  return [
    route(getActions, async ({ who, query, signal }) => {
      const after = cursorOf(query.after)
      const waitMs = (query.wait ?? 0) * 1_000
      return { body: await pollActions(services, { connection: connectionOf(who), after, waitMs, signal }) }
    }),
    route(ackAction, async ({ who, params, body }) => {
      const wish = { connection: connectionOf(who), webhookId: params.id, said: body }
      return { body: { state: await ackOf(services, wish) } }
    }),
  ]
}

function connectionRoutes({ store, meansFor }: ActionsServices): Route[] {
  return [
    route(getConnections, async () => ({ body: { items: await store.read(listConnections, null) } })),
    route(newConnection, async (call) => {
      const { name, kind, does } = call.body
      const url = kind === 'webhook' ? webhookUrl(call.body.url) : null
      const means = await meansFor([])
      const made = await store.tx(addConnection, { wish: { name, kind, url, does }, means }, onceOf(call))
      return { body: { id: made.id, secret: openSecret(means.columns, made.id, made.secret) } }
    }),
    route(pauseEndpoint, async (call) => {
      await store.tx(pauseConnection, { connection: call.params.id, reason: call.body.reason }, onceOf(call))
      return { body: {} }
    }),
    route(resumeEndpoint, async (call) => {
      await store.tx(resumeConnection, { connection: call.params.id }, onceOf(call))
      return { body: {} }
    }),
    route(rotateConnection, async (call) => {
      const means = await meansFor([])
      const connection = call.params.id
      const { secret } = await store.tx(rotateSecret, { connection, means }, onceOf(call))
      return { body: { secret: openSecret(means.columns, connection, secret) ?? '' } }
    }),
    route(testConnection, async (call) => {
      const means = await meansFor([])
      return { body: await store.tx(sendPing, { connection: call.params.id, means }, onceOf(call)) }
    }),
  ]
}

function deliveryRoutes({ store, meansFor }: ActionsServices): Route[] {
  return [
    route(getDeliveries, async ({ params, query }) => {
      const { state, before } = query
      const wish = {
        connection: params.id,
        ...(state === undefined ? {} : { state }),
        ...(before === undefined ? {} : { before }),
        limit: query.limit ?? 20,
      }
      const rows = await store.read(listDeliveries, wish)
      const { columns } = await meansFor([])
      const items = rows.map((row) => ({
        ...row,
        attempts: row.attempts.map(({ id, answer, ...attempt }) => ({
          ...attempt,
          answer: answer === null ? '' : openText(columns, answerPlace(id), answer),
        })),
      }))
      return { body: { items } }
    }),
    route(replayEndpoint, async (call) => {
      await store.tx(replayDelivery, { delivery: call.params.id }, onceOf(call))
      return { body: {} }
    }),
    route(cancelDeliveryEndpoint, async (call) => {
      const delivery = call.params.id
      const means = await meansFor(about(await store.read(accountOfDelivery, delivery)))
      const input = { delivery, by: nameOf(call.who), reason: call.body.reason, means }
      await store.tx(cancelDelivery, input, onceOf(call))
      return { body: {} }
    }),
  ]
}

function appealRoute({ store, meansFor, receiveAppeal }: ActionsServices): Route {
  return route(sendAppeal, async (call) => {
    const { notice, text, attachments, contact } = call.body
    const appeal: NewAppeal = {
      notice,
      text,
      ...(attachments === undefined ? {} : { attachments }),
      ...(contact === undefined ? {} : { contact }),
    }
    const means = await meansFor(about(await store.read(accountOfNotice, notice)))
    const { id, recorded } = await store.tx(receiveAppeal, { appeal, means }, onceOf(call))
    return { body: { id, recorded } }
  })
}

function connectionOf(who: Principal): string {
  if (who.kind !== 'key') throw new AppError('forbidden', 'Only a key with the scope "actions" may poll.')
  return who.connection
}

function cursorOf(after: string | undefined): number {
  if (after === undefined) return 0
  if (!/^\d{1,15}$/.test(after)) throw new AppError('invalid', 'Expected in "after" the "next" of an earlier answer.')
  return Number(after)
}

/** `https:`, or plain http on loopback; the outgoing client checks the addresses behind the name at each call. */
function webhookUrl(text: string | undefined): string {
  const refuse = (detail: string) => new AppError('invalid', detail, { pointer: '/url' })
  if (text === undefined || !URL.canParse(text)) throw refuse('A webhook endpoint needs an address.')
  const url = new URL(text)
  const isLoopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback))
    throw refuse('Expected an address with https:.')
  if (url.username !== '' || url.password !== '' || url.hash !== '') {
    throw refuse('Expected an address without user name and fragment.')
  }
  return url.href
}
