import type { Role } from '@lamplighter/api'
import type { VersionState } from '../tables.ts'

/** What a person asks of a version. `live` of a retired one goes back to it. */
export type ListStep = 'trial' | 'approve' | 'live' | 'drop' | 'retire'

export type Asker =
  | { readonly kind: 'operator' }
  | { readonly kind: 'staff'; readonly id: string; readonly roles: readonly Role[] }

export interface VersionApproval {
  readonly staff: string
  /** Held when approving. */
  readonly roles: readonly Role[]
  readonly at: number
  /** What was agreed to: that it runs, or that it no longer does. */
  readonly to: 'live' | 'retire'
}

/** All that is known of one version when a step is asked for. */
export interface VersionStanding {
  readonly state: VersionState
  readonly sealed: boolean
  /** It is of a new list, of another source, or it matches more widely (matching.md §9.2). */
  readonly needsTrial: boolean
  readonly trialAt: number | null
  /** Events that it was asked about in its trial. */
  readonly lookedUp: number
  /** Values that it held are erased. */
  readonly erased: boolean
  /** Of people who still work here. */
  readonly approvals: readonly VersionApproval[]
}

export interface ListAsk {
  readonly by: Asker
  readonly now: number
  /** The operator's way past the trial, with a reason. */
  readonly withoutTrial?: boolean
}

/** Something that is still missing. */
export type ListNeed =
  | { readonly code: 'wrong_state'; readonly state: VersionState; readonly from: readonly VersionState[] }
  | { readonly code: 'trial_short'; readonly ms: number; readonly lookedUp: number }
  | { readonly code: 'erased' }
  | { readonly code: 'approvals'; readonly guard: boolean }
  | { readonly code: 'approved_before' }

const FROM: Readonly<Record<ListStep, readonly VersionState[]>> = {
  trial: ['staged'],
  approve: ['staged', 'trial', 'retired', 'live'],
  live: ['staged', 'trial', 'retired'],
  drop: ['staged', 'trial'],
  retire: ['live'],
}

/** A version is looked up beside what runs for so long, or of so many events, before it may go live. */
export const TRIAL_MS = 24 * 3_600_000
export const TRIAL_LOOKUPS = 10_000

/** Of the two who put a version of a sealed list live, one holds this role. */
const GUARD: Role = 'child-safety'

/**
 * What is missing for a step (matching.md §9.2). Pure. A sealed list goes live, and out of force, by two people.
 *
 * @returns every need that is not met, never only the first
 */
export function needsOf(step: ListStep, version: VersionStanding, ask: ListAsk): ListNeed[] {
  const from = FROM[step]
  const state: ListNeed[] = from.includes(version.state) ? [] : [{ code: 'wrong_state', state: version.state, from }]
  switch (step) {
    case 'live':
      return [...state, ...trialNeeds(version, ask), ...erasedNeeds(version), ...approvalNeeds(version, ask.by)]
    case 'retire':
      return [...state, ...approvalNeeds(version, ask.by)]
    case 'approve': {
      const { by } = ask
      const before = by.kind === 'staff' && approvalsFor(version).some(({ staff }) => staff === by.id)
      return [...state, ...(before ? [{ code: 'approved_before' as const }] : [])]
    }
    default:
      return state
  }
}

function trialNeeds(version: VersionStanding, { by, now, withoutTrial }: ListAsk): ListNeed[] {
  // What ran before is known.
  if (!version.needsTrial || version.state === 'retired') return []
  if (by.kind === 'operator' && withoutTrial === true) return []
  const ms = version.trialAt === null ? TRIAL_MS : Math.max(0, TRIAL_MS - (now - version.trialAt))
  const lookedUp = version.trialAt === null ? TRIAL_LOOKUPS : Math.max(0, TRIAL_LOOKUPS - version.lookedUp)
  return ms === 0 || lookedUp === 0 ? [] : [{ code: 'trial_short', ms, lookedUp }]
}

function erasedNeeds({ state, erased }: VersionStanding): ListNeed[] {
  return state === 'retired' && erased ? [{ code: 'erased' }] : []
}

/** What a version in this state can be agreed to. */
export const agreesTo = (state: VersionState): VersionApproval['to'] => (state === 'live' ? 'retire' : 'live')

const approvalsFor = ({ state, approvals }: VersionStanding): VersionApproval[] =>
  approvals.filter(({ to }) => to === agreesTo(state))

function approvalNeeds(version: VersionStanding, by: Asker): ListNeed[] {
  if (!version.sealed || by.kind === 'operator') return []
  const others = approvalsFor(version).filter(({ staff }) => staff !== by.id)
  const guarded = by.roles.includes(GUARD) || others.some(({ roles }) => roles.includes(GUARD))
  return others.length > 0 && guarded ? [] : [{ code: 'approvals', guard: !guarded }]
}

const HOUR_MS = 3_600_000

/** What is missing, in one sentence that says what to do. */
export function wordsOf(need: ListNeed): string {
  switch (need.code) {
    case 'wrong_state':
      return `It is ${need.state}; expected ${need.from.join(' or ')}.`
    case 'trial_short':
      return `Its trial is too short: ${Math.ceil(need.ms / HOUR_MS)} hours or ${need.lookedUp} events to go.`
    case 'erased':
      return 'Entries that it held are erased; hand the list in again.'
    case 'approvals':
      return need.guard
        ? 'The list is sealed: somebody else agrees first, and one of the two holds the role child-safety.'
        : 'The list is sealed: somebody else agrees first.'
    case 'approved_before':
      return 'You have agreed to it already; somebody else goes on.'
  }
}
