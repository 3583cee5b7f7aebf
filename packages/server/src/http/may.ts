import type { Act, Role, Scope } from '@lamplighter/api'
import { type ActRow, acts, type Level } from './acts.ts'
import type { Principal, Touch } from './principal.ts'

export type Refusal =
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'fresh_passkey_required'
  | 'second_person_required'

/** What is known of the object. At the edge nothing is; inside the work the row that it locks says (security.md §2). */
export interface Facts {
  /** The object is the asker's own. */
  readonly own?: boolean
  /** The lane names one of the asker's roles. */
  readonly granted?: boolean
  /** Another person has agreed to this very act. */
  readonly seconded?: boolean
  /** The roles that this act would give. */
  readonly gives?: readonly Role[]
  readonly demo?: boolean
  readonly loopback?: boolean
}

export type Ruling = { ok: true } | { ok: false; code: Refusal; needs?: Role | Scope }

/** Roles that nobody gives alone (security.md §2). */
export const powerfulRoles: readonly Role[] = ['child-safety', 'legal', 'admin']

const YES: Ruling = { ok: true }
const no = (code: Refusal, needs?: Role | Scope): Ruling =>
  needs === undefined ? { ok: false, code } : { ok: false, code, needs }

/** The one gate: may `who` do `act`, given these facts? Pure. Nothing else in the product looks at a role or a scope. */
export function may(who: Principal, act: Act, facts: Facts, touch: Touch | undefined, _now: number): Ruling {
  const row = acts[act]
  if (row.public) return YES
  if (row.demoOnly && facts.demo === false) return no('not_found')
  const allowed = principalMay(who, act, row, facts)
  if (!allowed.ok) return row.secret ? no('not_found') : allowed
  if (row.touch && touch === undefined) return no('fresh_passkey_required')
  return YES
}

function principalMay(who: Principal, act: Act, row: ActRow, facts: Facts): Ruling {
  switch (who.kind) {
    case 'operator':
      return row.operator ? YES : no('forbidden')
    case 'staff':
      return staffMay(who.roles, row, facts)
    case 'key':
      return row.scopes?.some((scope) => who.scopes.includes(scope)) ? YES : no('forbidden', row.scopes?.[0])
    case 'link':
      return row.link ? YES : no('unauthenticated')
    case 'nobody':
      // Metrics hold numbers only and are read by a collector on the same machine (ecosystem.md §14).
      return act === 'metrics.read' && facts.loopback ? YES : no('unauthenticated')
  }
}

function staffMay(roles: readonly Role[], row: ActRow, facts: Facts): Ruling {
  const levels = roles.map((role) => row.roles?.[role]).filter((level) => level !== undefined)
  if (levels.length === 0) return no('forbidden', firstRole(row))
  if (!levels.some((level) => holds(level, facts))) {
    return levels.includes('second') ? no('second_person_required') : no('forbidden', firstRole(row))
  }
  // A person is not a credential: what one admin gives alone never includes power (security.md §2).
  if (facts.gives?.some((role) => powerfulRoles.includes(role)) && facts.seconded !== true) {
    return no('second_person_required')
  }
  return YES
}

function holds(level: Level, facts: Facts): boolean {
  switch (level) {
    case 'yes':
    case 'read':
    case 'noContent':
      return true
    case 'own':
      return facts.own !== false
    case 'grant':
      return facts.granted !== false
    case 'second':
      return facts.seconded === true
  }
}

const firstRole = (row: ActRow): Role | undefined => {
  const [first] =
    Object.entries(row.roles ?? {}).find(([, level]) => level === 'yes') ?? Object.entries(row.roles ?? {})[0] ?? []
  return first as Role | undefined
}
