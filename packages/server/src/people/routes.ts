import {
  acts,
  roles as allRoles,
  changeRoles,
  getKeys,
  getMe,
  getPeople,
  invitePerson,
  live as liveEndpoint,
  lookAs,
  newKey,
  recoverPerson,
  revokeKey as revokeKeyEndpoint,
  revokePerson,
  signOut as signOutEndpoint,
} from '@lamplighter/api'
import { sessionCookie } from '../http/cookies.ts'
import { randomToken, sha256 } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import type { Live } from '../http/live.ts'
import { may } from '../http/may.ts'
import type { Principal, Touch } from '../http/principal.ts'
import { onceOf, type Route, route } from '../http/route.ts'
import type { Store } from '../storage/index.ts'
import { isLive } from './keys/identify.ts'
import { allKeys, ignoredFields, revokeKey } from './keys/store.ts'
import type { People } from './people.ts'
import { newSessionId, SESSION_MS, sessionEnd, signOut, switchPerson } from './sign-in/store.ts'
import { doerOf, staffLabel } from './staff.ts'
import { allStaff, oneStaff } from './store.ts'

export interface PeopleParts {
  readonly store: Store
  readonly people: People
  readonly live: Live
  readonly demo: boolean
  /** Name of the platform, as in Settings. */
  readonly platform: () => Promise<string>
  /** Exposure of one person in this shift; given by review. */
  readonly exposure?: (staff: string) => Promise<{ full: number; seconds: number }>
  /** Open cases where a life may be at stake; given by review. */
  readonly lifeThreat?: () => Promise<{ open: number; oldestAt: number | null; overdue: number }>
}

export function routesOf(parts: PeopleParts): Route[] {
  return [...meRoutes(parts), ...peopleRoutes(parts), ...keyRoutes(parts)]
}

function meRoutes({ store, live, demo, platform, exposure, lifeThreat }: PeopleParts): Route[] {
  return [
    route(getMe, async ({ who, now, touch }) => {
      const me = staffOf(who)
      const person = await store.read(oneStaff, { id: me.id })
      return {
        body: {
          id: me.id,
          staff: staffLabel(me.number),
          name: person.name,
          roles: [...me.roles],
          demo,
          lookAs: demo ? [...allRoles] : [],
          platform: await platform(),
          sessionUntil: await store.read(sessionEnd, { session: me.session }),
          exposure: (await exposure?.(me.id)) ?? { full: 0, seconds: 0 },
          lifeThreat: (await lifeThreat?.()) ?? { open: 0, oldestAt: null, overdue: 0 },
          acts: actsOf(who, demo, touch, now),
        },
      }
    }),
    route(lookAs, async ({ who, body, now, requestId }) => {
      const token = randomToken(256)
      await store.tx(switchPerson, {
        from: staffOf(who).session,
        role: body.role,
        session: { id: newSessionId(now), tokenHash: sha256(token) },
        request: requestId,
      })
      return { body: {}, headers: { 'set-cookie': sessionCookie(token, SESSION_MS / 1000) } }
    }),
    route(signOutEndpoint, async ({ who }) => {
      const me = staffOf(who)
      await store.tx(signOut, { session: me.session, staff: me.id })
      return { body: {}, headers: { 'set-cookie': sessionCookie(undefined, 0) } }
    }),
    route(liveEndpoint, async ({ signal }) => {
      return new Response(live.stream(signal), { headers: { 'content-type': 'text/event-stream' } })
    }),
  ]
}

function peopleRoutes({ store, people }: PeopleParts): Route[] {
  return [
    route(getPeople, async () => {
      const staff = await store.read(allStaff, undefined)
      const items = staff.map(({ id, number, name, roles, state, lastSeenDay }) => {
        return { id, staff: staffLabel(number), name, roles: [...roles], state, lastSeenDay }
      })
      return { body: { items } }
    }),
    route(invitePerson, async (call) => {
      const { name, roles } = call.body
      const made = await people.invite({ name, roles, kind: 'invite', doer: doerOf(call), ...onceOf(call) })
      return { body: { id: made.id, staff: staffLabel(made.number), link: made.link, until: made.until } }
    }),
    route(recoverPerson, async (call) => {
      if (call.who.kind !== 'operator') {
        throw new AppError(
          'second_person_required',
          'A new link is given by two people. Do it on the command line of the server: lamplighter people recover.',
        )
      }
      const wish = { id: call.params.id, reason: call.body.reason, kind: 'invite' as const, doer: doerOf(call) }
      const made = await people.relink({ ...wish, ...onceOf(call) })
      return { body: { id: made.id, staff: staffLabel(made.number), link: made.link, until: made.until } }
    }),
    route(changeRoles, async (call) => {
      const { roles, reason } = call.body
      await people.setRoles({ id: call.params.id, roles, reason, doer: doerOf(call), ...onceOf(call) })
      return { body: {} }
    }),
    route(revokePerson, async (call) => {
      await people.revoke({ id: call.params.id, reason: call.body.reason, doer: doerOf(call), ...onceOf(call) })
      return { body: {} }
    }),
  ]
}

function keyRoutes({ store, people }: PeopleParts): Route[] {
  return [
    route(getKeys, async ({ now }) => {
      const keys = await store.read(allKeys, undefined)
      const ignored = Map.groupBy(await store.read(ignoredFields, undefined), (row) => row.key_id)
      const items = keys.map((key) => ({
        id: key.id,
        name: key.name,
        connection: key.connection,
        scopes: [...key.scopes],
        createdAt: key.createdAt,
        expiresAt: key.expiresAt,
        lastUsedDay: key.lastUsedDay,
        addresses: key.from === undefined ? null : [...key.from],
        ignoredFields: (ignored.get(key.id) ?? []).map(({ field, day }) => ({ field, day })),
        state: stateOf(key.revokedAt !== null, isLive(key, now)),
      }))
      return { body: { items } }
    }),
    route(newKey, async (call) => {
      const { name, scopes, days = 365, connection = 'main', addresses } = call.body
      return {
        body: await people.newKey({ name, scopes, days, connection, addresses, doer: doerOf(call), ...onceOf(call) }),
      }
    }),
    route(revokeKeyEndpoint, async (call) => {
      await store.tx(revokeKey, { id: call.params.id, doer: doerOf(call) }, onceOf(call))
      return { body: {} }
    }),
  ]
}

const stateOf = (revoked: boolean, live: boolean): 'revoked' | 'active' | 'expired' =>
  revoked ? 'revoked' : live ? 'active' : 'expired'

/** These calls are for a person in a session; the gate lets nobody else to them but the operator. */
function staffOf(who: Principal): Extract<Principal, { kind: 'staff' }> {
  if (who.kind === 'staff') return who
  throw new AppError('forbidden', 'This call is for a person who is signed in.')
}

const actsOf = (who: Principal, demo: boolean, touch: Touch | undefined, now: number): string[] =>
  acts.filter((act) => act !== 'public' && may(who, act, { demo }, touch, now).ok)
