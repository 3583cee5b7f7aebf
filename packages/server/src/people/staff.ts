import type { Role } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'
import { powerfulRoles } from '../http/may.ts'
import { nameOf, type Principal, type Touch } from '../http/principal.ts'

export type StaffState = 'invited' | 'active' | 'revoked'

export interface Staff {
  readonly id: string
  /** Shown instead of a name: `R-7`. Never given to another person. */
  readonly number: number
  readonly name: string
  readonly roles: readonly Role[]
  readonly state: StaffState
  readonly lastSeenDay: string | null
  readonly revision: number
}

export const staffLabel = (number: number): string => `R-${number}`

/** Who does an administrative act: copied into the work, written to the audit row. */
export interface Doer {
  readonly name: string
  readonly staff: string | null
  readonly touch: string | null
  readonly request: string
}

export function doerOf(call: { who: Principal; touch: Touch | undefined; requestId: string }): Doer {
  const { who } = call
  return {
    name: nameOf(who),
    staff: who.kind === 'staff' ? who.id : null,
    touch: call.touch?.kind ?? null,
    request: call.requestId,
  }
}

/**
 * May this person get these roles from this doer? The operator is the owner of the machine and may (decisions.md 20); everybody else
 * needs a second person for powerful roles, and nobody gives to oneself (security.md §2).
 *
 * @throws AppError `forbidden` · `second_person_required`
 */
export function assertMayGive(doer: Doer, to: { id: string; roles: readonly Role[] }, gives: readonly Role[]): void {
  if (doer.name === 'operator') return
  if (doer.staff === to.id) throw new AppError('forbidden', 'Nobody changes their own roles. Ask another admin.')
  const added = gives.filter((role) => !to.roles.includes(role) && powerfulRoles.includes(role))
  if (added.length === 0) return
  throw new AppError(
    'second_person_required',
    `The role ${added.join(', ')} is given by two people. Do it on the command line of the server: lamplighter people invite.`,
  )
}

/** @throws AppError `conflict` when nobody could administer any more */
export function assertAdminLeft(person: Staff, activeAdmins: number): void {
  const isAdmin = person.state === 'active' && person.roles.includes('admin')
  if (!isAdmin || activeAdmins > 1) return
  throw new AppError('conflict', 'The last admin cannot leave. Make another person admin first.')
}
