import { z } from 'zod'
import { endpoint } from './endpoint.ts'
import { Id, Instant, Nothing, Role, Scope } from './words.ts'

export const getMe = endpoint({
  id: 'getMe',
  method: 'get',
  path: '/v1/me',
  act: 'me.read',
  summary: 'Who is signed in, in which roles, and what this installation is.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({
    id: Id,
    /** Number of the person, shown instead of a name: `R-7`. */
    staff: z.string(),
    name: z.string(),
    roles: z.array(Role),
    demo: z.boolean(),
    /** Roles the demo lets one look as; empty outside the demo. */
    lookAs: z.array(Role),
    platform: z.string(),
    sessionUntil: Instant,
    /** Exposure of this person in this shift: reveals of step 3 and seconds as reported by the browser. */
    exposure: z.object({ full: z.int(), seconds: z.int() }),
    lifeThreat: z.object({ open: z.int(), oldestAt: Instant.nullable(), overdue: z.int() }),
    acts: z.array(z.string()),
  }),
  repeat: 'own',
  codes: [],
})

export const lookAs = endpoint({
  id: 'lookAs',
  method: 'post',
  path: '/v1/me/look-as',
  act: 'demo.use',
  summary: 'In the demo: go on as the made-up person with this role.',
  params: Nothing,
  query: Nothing,
  body: z.object({ role: Role }),
  status: 200,
  answer: Nothing,
  repeat: 'own',
  codes: ['not_found', 'conflict'],
})

export const signOut = endpoint({
  id: 'signOut',
  method: 'post',
  path: '/v1/me/sign-out',
  act: 'me.change',
  summary: 'End this session; claims go back to their lanes.',
  params: Nothing,
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Nothing,
  repeat: 'own',
  codes: [],
})

export const live = endpoint({
  id: 'live',
  method: 'get',
  path: '/v1/live',
  act: 'live.read',
  summary: 'Server-sent names of changed things (`lanes`, `case:1042`, `deliveries`, `log`); never content.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.string(),
  gives: 'text/event-stream',
  repeat: 'own',
  codes: [],
})

export const Person = z.object({
  id: Id,
  staff: z.string(),
  name: z.string(),
  roles: z.array(Role),
  state: z.enum(['invited', 'active', 'revoked']),
  lastSeenDay: z.string().nullable(),
})

export const getPeople = endpoint({
  id: 'getPeople',
  method: 'get',
  path: '/v1/people',
  act: 'people.read',
  summary: 'Staff and their roles.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(Person) }),
  repeat: 'own',
  codes: [],
})

export const invitePerson = endpoint({
  id: 'invitePerson',
  method: 'post',
  path: '/v1/people',
  act: 'people.manage',
  summary: 'Invite a person: answers with a link that signs in once, for 15 minutes.',
  params: Nothing,
  query: Nothing,
  body: z.object({ name: z.string().min(1).max(100), roles: z.array(Role).min(1) }),
  status: 201,
  answer: z.object({ id: Id, staff: z.string(), link: z.string(), until: Instant }),
  repeat: 'key',
  codes: ['second_person_required', 'fresh_passkey_required', 'conflict'],
})

export const revokePerson = endpoint({
  id: 'revokePerson',
  method: 'post',
  path: '/v1/people/{id}/revoke',
  act: 'people.manage',
  summary: 'End a person’s access at once: sessions, claims and links.',
  params: z.object({ id: Id }),
  query: Nothing,
  body: z.object({ reason: z.string().min(1).max(500) }),
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const ApiKey = z.object({
  id: z.string(),
  name: z.string(),
  /** Events of one connection are told apart by kind and id; two keys of it may overlap, for rotation. */
  connection: z.string(),
  scopes: z.array(Scope),
  createdAt: Instant,
  expiresAt: Instant,
  lastUsedDay: z.string().nullable(),
  /** Where it may be used from; null: from anywhere. */
  addresses: z.array(z.string()).nullable(),
  /** Fields that it sent and that the schema of facts does not know: they were left out of its events. `day`: when last seen. */
  ignoredFields: z.array(z.object({ field: z.string(), day: z.string() })),
  state: z.enum(['active', 'expired', 'revoked']),
})

export const getKeys = endpoint({
  id: 'getKeys',
  method: 'get',
  path: '/v1/keys',
  act: 'connections.read',
  summary: 'API keys, without their secrets.',
  params: Nothing,
  query: Nothing,
  body: undefined,
  status: 200,
  answer: z.object({ items: z.array(ApiKey) }),
  repeat: 'own',
  codes: [],
})

export const newKey = endpoint({
  id: 'newKey',
  method: 'post',
  path: '/v1/keys',
  act: 'keys.manage',
  summary: 'Make an API key. The secret is shown in this answer and never again.',
  params: Nothing,
  query: Nothing,
  body: z.object({
    name: z.string().min(1).max(100),
    scopes: z.array(Scope).min(1),
    days: z.int().min(1).max(730).optional(),
    addresses: z
      .array(z.string().min(1).max(64))
      .min(1)
      .max(20)
      .optional()
      .describe(
        'Addresses and ranges from which it may be used, such as 10.0.0.0/8; a key for sealed lists needs them',
      ),
    connection: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,63}$/)
      .optional(),
  }),
  status: 201,
  answer: z.object({ id: z.string(), key: z.string(), expiresAt: Instant }),
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})

export const revokeKey = endpoint({
  id: 'revokeKey',
  method: 'post',
  path: '/v1/keys/{id}/revoke',
  act: 'keys.manage',
  summary: 'End an API key at once.',
  params: z.object({ id: z.string().max(64) }),
  query: Nothing,
  body: Nothing,
  status: 200,
  answer: Nothing,
  repeat: 'key',
  codes: ['conflict', 'fresh_passkey_required'],
})
