import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { ListMeasures } from './list-measures.ts'
import { Do, Id, Instant, Nothing } from './words.ts'

export const OutboxState = z.enum(['waiting', 'sending', 'delivered', 'unclear', 'parked', 'cancelled'])

export const Delivery = z.object({
  id: Id,
  webhookId: z.string(),
  type: z.string(),
  /** What was asked for, in words, without an id of a person. */
  words: z.string(),
  state: OutboxState,
  createdAt: Instant,
  nextAt: Instant.nullable(),
  attempts: z.array(
    z.object({
      at: Instant,
      status: z.int().nullable(),
      error: z.string().nullable(),
      ms: z.int(),
      answer: z.string(),
    }),
  ),
})
export type Delivery = z.infer<typeof Delivery>

export const Connection = z.object({
  id: Id,
  name: z.string(),
  kind: z.enum(['webhook', 'poll']),
  url: z.string().nullable(),
  state: z.enum(['active', 'paused']),
  pausedWhy: z.string().nullable(),
  does: z.array(Do),
  secretLast4: z.string().nullable(),
  secretSetAt: Instant.nullable(),
  waiting: z.int(),
  oldestAt: Instant.nullable(),
  parked: z.int(),
})
export type Connection = z.infer<typeof Connection>

export const getConnections = endpoint({
  id: 'getConnections',
  method: 'get',
  path: '/v1/connections',
  act: 'connections.read',
  summary: 'Where actions go, and how deliveries stand.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(Connection) }),
  repeat: 'own',
  codes: [],
})

export const newConnection = endpoint({
  id: 'newConnection',
  method: 'post',
  path: '/v1/connections',
  act: 'connections.manage',
  summary:
    'Add a webhook endpoint or a polling connection. The signing secret is shown in this answer and never again.',
  params: Nothing,
  query: Nothing,
  body: z.object({
    name: z.string().min(1).max(100),
    kind: z.enum(['webhook', 'poll']),
    url: z.url().max(2000).optional(),
    does: z.array(Do).min(1),
  }),
  status: 201,
  answer: z.object({ id: Id, secret: z.string().nullable() }),
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

const connectionId = z.object({ id: Id })

export const pauseConnection = endpoint({
  id: 'pauseConnection',
  method: 'post',
  path: '/v1/connections/{id}/pause',
  act: 'connections.manage',
  summary: 'Stop deliveries to this endpoint; rows wait.',
  params: connectionId,
  query: Nothing,
  body: z.object({ reason: z.string().min(1).max(500) }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['fresh_passkey_required'],
})

export const resumeConnection = endpoint({
  id: 'resumeConnection',
  method: 'post',
  path: '/v1/connections/{id}/resume',
  act: 'connections.manage',
  summary: 'Go on with deliveries, oldest first.',
  params: connectionId,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['fresh_passkey_required'],
})

export const testConnection = endpoint({
  id: 'testConnection',
  method: 'post',
  path: '/v1/connections/{id}/test',
  act: 'connections.manage',
  summary: 'Send a `ping` and answer what came back.',
  params: connectionId,
  query: Nothing,
  body: Nothing,
  status: 202,
  answer: z.object({ delivery: Id }),
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const getDeliveries = endpoint({
  id: 'getDeliveries',
  method: 'get',
  path: '/v1/connections/{id}/deliveries',
  act: 'connections.read',
  summary: 'The last deliveries of one endpoint, newest first.',
  params: connectionId,
  query: z.object({
    state: OutboxState.optional(),
    before: Id.optional(),
    limit: z.coerce.number().int().min(1).max(200).optional(),
  }),
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(Delivery) }),
  repeat: 'own',
  codes: [],
})

export const replayDelivery = endpoint({
  id: 'replayDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/replay',
  act: 'connections.manage',
  summary: 'Send this row again, under the same webhook-id.',
  params: connectionId,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const cancelDelivery = endpoint({
  id: 'cancelDelivery',
  method: 'post',
  path: '/v1/deliveries/{id}/cancel',
  act: 'connections.manage',
  summary: 'Give up this row, with a reason.',
  params: connectionId,
  query: Nothing,
  body: z.object({ reason: z.string().min(1).max(500) }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const ListRow = z.object({
  id: z.string(),
  kind: z.enum(['pdq', 'vpdq', 'digest', 'text', 'domain']),
  harm: z.string(),
  /** Harms of rules that may ask it. */
  harms: z.array(z.string()),
  sealed: z.boolean(),
  context: z.boolean(),
  version: z.int(),
  /** Null of a sealed list, but for child safety and the operator. */
  entries: z.int().nullable(),
  updatedAt: Instant.nullable(),
  staleAfterMs: z.int().nullable(),
  state: z.enum(['live', 'stale', 'down', 'empty']),
  source: z.string(),
  /** The version that is staged or in trial. */
  waits: z.object({ version: z.int(), state: z.enum(['staged', 'trial']) }).nullable(),
  ...ListMeasures.shape,
})

export const getLists = endpoint({
  id: 'getLists',
  method: 'get',
  path: '/v1/lists',
  act: 'lists.read',
  summary:
    'The lists that signals match against: versions, counts, age, what of them can be matched and what people made of their hits, never entries.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    items: z.array(ListRow),
    /** Imports that run now: entries written or loaded so far, of all that the new version changes and holds. */
    importing: z.array(z.object({ id: z.string(), done: z.int(), total: z.int() })),
    /** Hours for which public media that nothing flagged are looked up against versions that come later; 0 while that is off. Of so many events something is kept. */
    lookBack: z.object({ hours: z.int(), items: z.int() }),
  }),
  repeat: 'own',
  codes: [],
})

export const getRetention = endpoint({
  id: 'getRetention',
  method: 'get',
  path: '/v1/settings/retention',
  act: 'settings.read',
  summary: 'A number for every table: how long it is kept, from when, and what holds it longer.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    items: z.array(
      z.object({
        table: z.string(),
        from: z.string(),
        keptMs: z.int().nullable(),
        words: z.string(),
        unless: z.string().nullable(),
      }),
    ),
  }),
  repeat: 'own',
  codes: [],
})

export const LogState = z.object({
  log: z.enum(['actions', 'sealed']),
  origin: z.string(),
  size: z.int(),
  root: z.string(),
  checkpointAt: Instant.nullable(),
  pending: z.int(),
  oldestPendingAt: Instant.nullable(),
  halt: z.string().nullable(),
  everyMs: z.int(),
  witnessed: z.boolean(),
  /** The newest signed checkpoint; null before the first, and for the sealed log. */
  checkpoint: z.string().nullable(),
})

export const getLog = endpoint({
  id: 'getLog',
  method: 'get',
  path: '/v1/log',
  act: 'log.read',
  summary: 'How the transparency log stands.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(LogState), verifyCommand: z.string() }),
  repeat: 'own',
  codes: [],
})
