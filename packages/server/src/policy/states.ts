import { createHash } from 'node:crypto'
import type { Role, Severity } from '@lamplighter/api'

/** `draft → shadow → trial → live → retired`; trial may be left out (rules.md §8.1). */
export type State = 'draft' | 'shadow' | 'trial' | 'live' | 'retired'

/** What a person asks for. Rolling back is not among them: it acts on what is live, and `rollbackNeeds` says what it lacks. */
export type Step = 'shadow' | 'trial' | 'live' | 'retire'

/** Who asks. The operator is the owner of the machine and no person of the staff (decisions.md 20). */
export type Asker =
  | { readonly kind: 'operator' }
  | { readonly kind: 'staff'; readonly id: string; readonly roles: readonly Role[] }

/** A rule that is new, gone or other than in the live version: only these count. */
export interface ChangedRule {
  readonly rule: string
  /** The higher one, where it changed. */
  readonly severity: Severity
  /** Before or after. */
  readonly grave: boolean
  /** Approvals by others than the author that its effects ask for, before or after. */
  readonly approvals: number
  /** Events of its kinds that were judged beside the live version. */
  readonly events: number
}

export interface Approval {
  readonly staff: string
  /** Of the version that was approved: an approval is of these bytes. */
  readonly hash: string
  /** Held when approving. */
  readonly roles: readonly Role[]
}

/** All that is known of one version when a step is asked for. */
export interface Standing {
  readonly hash: string
  readonly state: State
  /** Staff id, or `operator`. */
  readonly author: string
  readonly changes: readonly ChangedRule[]
  /** Leaves of rules of severity high and critical that no test saw both ways, `29:8`. */
  readonly uncovered: readonly string[]
  /** Since when it runs beside the live version, in shadow or trial. */
  readonly besideSince: number | null
  /** Of people who still work here. */
  readonly approvals: readonly Approval[]
  /** Counters that the live version does not have and that have not seen a whole window, by name. */
  readonly coldCounters: readonly string[]
  /** Learners that its signals ask and that have no model here, as `learner_threat`. */
  readonly untaught: readonly string[]
  /** Another version that is in shadow or trial, as `core 3`. */
  readonly beside: string | null
  /** False when the live version reads another schema of facts: the same event would be another one to it. */
  readonly sameSchema: boolean
  /** One person works here, and nobody else could agree (console.md §11). */
  readonly oneStaff: boolean
}

export interface Ask {
  readonly by: Asker
  /** The hash that the asker has looked at. */
  readonly hash: string
  /** Milliseconds since 1970. */
  readonly now: number
  /** Going live without the shadow minimum, for one more approval and a case that reviews it. */
  readonly expedite?: boolean
  /** Going live although counters are cold: until they are warm, what is undecided by that alone is not acted on. */
  readonly cold?: boolean
  /** Going live although learners that it asks have no model: every text that they are asked about is undecided. For the operator only. */
  readonly untaught?: boolean
}

/** Something that is still missing. */
export type Need =
  | { readonly code: 'stale_revision'; readonly hash: string }
  | { readonly code: 'wrong_state'; readonly state: State; readonly from: readonly State[] }
  | { readonly code: 'not_author' }
  | { readonly code: 'taken'; readonly version: string }
  | { readonly code: 'other_schema' }
  | { readonly code: 'shadow_short'; readonly ms: number; readonly events: number; readonly rules: readonly string[] }
  | { readonly code: 'approvals'; readonly given: number; readonly needed: number; readonly guard: boolean }
  | { readonly code: 'coverage'; readonly leaves: readonly string[] }
  | { readonly code: 'trial_forbidden'; readonly rules: readonly string[] }
  | { readonly code: 'counter_cold'; readonly counters: readonly string[] }
  | { readonly code: 'no_model'; readonly learners: readonly string[] }
  | { readonly code: 'nothing_before' }
  | { readonly code: 'report_unopened' }
  | { readonly code: 'own_version' }

const FROM: Readonly<Record<Step, readonly State[]>> = {
  shadow: ['draft'],
  trial: ['shadow', 'trial'],
  live: ['shadow', 'trial'],
  retire: ['draft', 'shadow', 'trial'],
}
/** The operator may bring back what ran, and need not wait in shadow. */
const FROM_ALONE: readonly State[] = ['draft', 'shadow', 'trial', 'retired']

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** How long a version runs beside the live one, and how many events of its kinds each changed rule is asked. */
export const SHADOW_MINIMUM: Readonly<Record<Severity, { readonly ms: number; readonly events: number }>> = {
  low: { ms: HOUR_MS, events: 1_000 },
  medium: { ms: 6 * HOUR_MS, events: 5_000 },
  high: { ms: DAY_MS, events: 10_000 },
  critical: { ms: DAY_MS, events: 10_000 },
}
/** After this long a quiet platform need not wait for more events. */
export const SHADOW_MOST_MS = 7 * DAY_MS
export const PAUSE_MOST_MS = DAY_MS
/** A version that went live without the shadow minimum is looked at within this. */
export const EXPEDITED_REVIEW_MS = 72 * HOUR_MS

const SEVERITIES: readonly Severity[] = ['low', 'medium', 'high', 'critical']
/** One approval of two is by somebody who holds one of these. */
const GUARDS: readonly Role[] = ['child-safety', 'legal']

export const higher = (a: Severity, b: Severity): Severity => (SEVERITIES.indexOf(a) >= SEVERITIES.indexOf(b) ? a : b)

/**
 * What is missing for a step (rules.md §8.1). Pure. Nothing missing means that the step may be taken now, by this person.
 *
 * @returns every need that is not met, never only the first
 */
export function needsOf(step: Step, version: Standing, ask: Ask): Need[] {
  const alone = step === 'live' && ask.by.kind === 'operator'
  const from = alone ? FROM_ALONE : FROM[step]
  return [
    ...(ask.hash === version.hash ? [] : [{ code: 'stale_revision' as const, hash: version.hash }]),
    ...(from.includes(version.state) ? [] : [{ code: 'wrong_state' as const, state: version.state, from }]),
    ...stepNeeds(step, version, ask, alone),
  ]
}

function stepNeeds(step: Step, version: Standing, ask: Ask, alone: boolean): Need[] {
  switch (step) {
    case 'shadow':
      return [...authorNeeds(version, ask.by), ...placeNeeds(version), ...schemaNeeds(version)]
    case 'trial':
      return [
        ...trialNeeds(version),
        ...schemaNeeds(version),
        ...modelNeeds(version),
        ...shadowNeeds(version, ask.now),
        ...approvalNeeds(version, 0),
      ]
    case 'live':
      // Tests stand in for nobody's time: the operator waits for no one, but what is untested does not run, and what would leave every text
      // undecided runs only if that was said.
      if (alone) return [...coverageNeeds(version), ...(ask.untaught ? [] : modelNeeds(version))]
      return [
        ...schemaNeeds(version),
        ...modelNeeds(version),
        ...(ask.expedite ? [] : shadowNeeds(version, ask.now)),
        ...approvalNeeds(version, ask.expedite ? 1 : 0),
        ...coverageNeeds(version),
        ...(ask.cold ? [] : counterNeeds(version)),
      ]
    case 'retire':
      return []
  }
}

// What the operator handed in, and what shipped, has no author among the staff: whoever may write rules takes it on.
function authorNeeds({ author }: Standing, by: Asker): Need[] {
  return by.kind === 'operator' || by.id === author || author === 'operator' ? [] : [{ code: 'not_author' }]
}

function placeNeeds({ beside }: Standing): Need[] {
  return beside === null ? [] : [{ code: 'taken', version: beside }]
}

function schemaNeeds({ sameSchema }: Standing): Need[] {
  return sameSchema ? [] : [{ code: 'other_schema' }]
}

/** Protection is not withheld at random. */
function trialNeeds({ changes }: Standing): Need[] {
  const rules = changes.filter(({ grave, severity }) => grave || severity === 'critical').map(({ rule }) => rule)
  return rules.length === 0 ? [] : [{ code: 'trial_forbidden', rules }]
}

function coverageNeeds({ uncovered }: Standing): Need[] {
  return uncovered.length === 0 ? [] : [{ code: 'coverage', leaves: uncovered }]
}

/** Without a model every text is undecided: one case each, and the lane for what cannot wait would drown. */
function modelNeeds({ untaught }: Standing): Need[] {
  return untaught.length === 0 ? [] : [{ code: 'no_model', learners: untaught }]
}

function counterNeeds({ coldCounters }: Standing): Need[] {
  return coldCounters.length === 0 ? [] : [{ code: 'counter_cold', counters: coldCounters }]
}

/** The time and events that are still missing beside the live version. Without a changed rule there is nothing to watch. */
export function shadowNeeds(version: Pick<Standing, 'changes' | 'besideSince'>, now: number): Need[] {
  const { changes, besideSince } = version
  if (changes.length === 0) return []
  const minimum = SHADOW_MINIMUM[changes.map(({ severity }) => severity).reduce(higher)]
  const ranMs = besideSince === null ? 0 : now - besideSince
  const ms = Math.max(0, minimum.ms - ranMs)
  const waits = ranMs < SHADOW_MOST_MS
  const short = waits ? changes.filter(({ events }) => events < minimum.events) : []
  if (ms === 0 && short.length === 0) return []
  const events = Math.max(0, ...short.map((change) => minimum.events - change.events))
  return [{ code: 'shadow_short', ms, events, rules: short.map(({ rule }) => rule) }]
}

/** How many others than the author must agree. */
export const approvalsNeeded = (changes: readonly Pick<ChangedRule, 'approvals'>[], more: 0 | 1 = 0): number =>
  Math.max(0, ...changes.map(({ approvals }) => approvals)) + more

function approvalNeeds(version: Standing, more: 0 | 1): Need[] {
  const needed = approvalsNeeded(version.changes, more)
  if (needed === 0) return []
  const valid = validApprovals(version)
  if (version.oneStaff) return valid.length > 0 ? [] : [{ code: 'approvals', given: 0, needed: 1, guard: false }]
  const guarded = valid.some(({ roles }) => roles.some((role) => GUARDS.includes(role)))
  const guard = approvalsNeeded(version.changes) >= 2 && !guarded
  return valid.length >= needed && !guard ? [] : [{ code: 'approvals', given: valid.length, needed, guard }]
}

/** Approvals that count: of these very bytes, one a person, and the author's own only where nobody else works. */
export function validApprovals({ approvals, author, hash, oneStaff }: Standing): Approval[] {
  const counted = approvals.filter((one) => one.hash === hash && (oneStaff || one.staff !== author))
  return [...new Map(counted.map((one) => [one.staff, one])).values()]
}

/** True when fewer others agreed than the changes ask for: the ledger and the transparency report show the mark `solo`. */
export function isSolo(version: Standing, ask: Pick<Ask, 'by' | 'expedite'>): boolean {
  if (ask.by.kind === 'operator') return true
  const others = validApprovals(version).filter(({ staff }) => staff !== version.author)
  return others.length < approvalsNeeded(version.changes, ask.expedite ? 1 : 0)
}

/** What is missing for an approval by this person: it is of these bytes, and they have looked at what shadow found. */
export function approvalFaults(
  version: Pick<Standing, 'hash' | 'state' | 'author' | 'oneStaff'>,
  ask: { readonly staff: string; readonly hash: string; readonly opened: boolean },
): Need[] {
  const from: readonly State[] = ['shadow', 'trial']
  return [
    ...(ask.hash === version.hash ? [] : [{ code: 'stale_revision' as const, hash: version.hash }]),
    ...(from.includes(version.state) ? [] : [{ code: 'wrong_state' as const, state: version.state, from }]),
    ...(ask.staff === version.author && !version.oneStaff ? [{ code: 'own_version' as const }] : []),
    ...(ask.opened ? [] : [{ code: 'report_unopened' as const }]),
  ]
}

/** What is missing for going back to the version before. No shadow and no approval: it ran, and a lead answers for it. */
export function rollbackNeeds(live: { readonly hash: string; readonly before: string | null }, hash: string): Need[] {
  return [
    ...(hash === live.hash ? [] : [{ code: 'stale_revision' as const, hash: live.hash }]),
    ...(live.before === null ? [{ code: 'nothing_before' as const }] : []),
  ]
}

/** Why a rule cannot be paused until then; undefined when it can. A pause always ends by itself. */
export function pauseFault(until: number, now: number): 'past' | 'too_long' | undefined {
  return until <= now ? 'past' : until > now + PAUSE_MOST_MS ? 'too_long' : undefined
}

/** The smallest of these numbers that at least `percent` of a hundred of them do not exceed; 0 of none. */
export function percentile(numbers: readonly number[], percent: number): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? 0
}

/**
 * Whether an id is in the share of a trial: the first 4 bytes of SHA-256(rule-set hash ‖ id), mod 10 000, are below N × 100. The hash
 * stands as its 32 bytes, the id in UTF-8; so an id is in the same share for as long as the trial lasts, on every machine.
 *
 * @param hash `sha256:` and hex
 * @param percent 1 to 99
 */
export function inTrial(hash: string, id: string, percent: number): boolean {
  const digest = createHash('sha256')
    .update(Buffer.from(hash.replace(/^sha256:/, ''), 'hex'))
    .update(id)
    .digest()
  return digest.readUInt32BE(0) % 10_000 < percent * 100
}
