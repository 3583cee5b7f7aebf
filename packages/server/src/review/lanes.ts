import type { Band } from '@lamplighter/api'
import { AppError } from '../http/errors.ts'

/** An ordered queue of cases (decisions.md 5). */
export interface Lane {
  readonly id: string
  readonly name: string
  readonly harms: readonly string[]
  readonly band: Band
  readonly lifeThreat: boolean
  readonly childSafety: boolean
  /** Due time of a case that no rule gave one, in milliseconds. */
  readonly dueMs: number
  readonly roles: readonly ('reviewer' | 'lead' | 'child-safety' | 'legal')[]
}

const minutes = (count: number): number => count * 60_000
const hours = (count: number): number => count * 3_600_000

const everyReviewer = ['reviewer', 'lead', 'child-safety'] as const

/** The lanes that are shipped (decisions.md 6), in the order of Review home: life at risk is pinned first. */
export const shippedLanes: readonly Lane[] = [
  {
    id: 'life-at-risk',
    name: 'Life at risk',
    harms: ['threat_to_life', 'self_harm'],
    band: 'B',
    lifeThreat: true,
    childSafety: false,
    dueMs: minutes(10),
    roles: everyReviewer,
  },
  {
    id: 'csea-verified',
    name: 'Child abuse, verified',
    harms: ['csea'],
    band: 'A',
    lifeThreat: false,
    childSafety: true,
    dueMs: minutes(15),
    roles: ['child-safety'],
  },
  {
    id: 'csea-behaviour',
    name: 'Contact with children',
    harms: ['csea'],
    band: 'B',
    lifeThreat: false,
    childSafety: true,
    dueMs: hours(4),
    roles: ['child-safety'],
  },
  {
    id: 'csea-encrypted',
    name: 'Child abuse, encrypted reports',
    harms: ['csea'],
    band: 'A',
    lifeThreat: false,
    childSafety: true,
    dueMs: hours(1),
    roles: ['child-safety'],
  },
  {
    id: 'terrorism',
    name: 'Terrorism',
    harms: ['terrorism'],
    band: 'B',
    lifeThreat: false,
    childSafety: false,
    dueMs: hours(1),
    roles: everyReviewer,
  },
  {
    id: 'unscreened-media',
    name: 'Media that could not be checked',
    harms: ['csea', 'terrorism'],
    band: 'B',
    lifeThreat: false,
    childSafety: false,
    dueMs: hours(1),
    roles: everyReviewer,
  },
  {
    id: 'unscreened',
    name: 'Not checked',
    harms: ['other'],
    band: 'C',
    lifeThreat: false,
    childSafety: false,
    dueMs: hours(4),
    roles: everyReviewer,
  },
  {
    id: 'reports',
    name: 'Reports',
    harms: ['other'],
    band: 'C',
    lifeThreat: false,
    childSafety: false,
    dueMs: hours(24),
    roles: everyReviewer,
  },
  {
    id: 'appeals',
    name: 'Appeals',
    harms: ['other'],
    band: 'C',
    lifeThreat: false,
    childSafety: false,
    dueMs: hours(72),
    roles: ['lead', 'child-safety'],
  },
  {
    id: 'second-review',
    name: 'Second review',
    harms: ['other'],
    band: 'C',
    lifeThreat: false,
    childSafety: false,
    dueMs: hours(48),
    roles: everyReviewer,
  },
  {
    id: 'notices',
    name: 'Notices to send',
    harms: ['other'],
    band: 'C',
    lifeThreat: false,
    childSafety: false,
    dueMs: hours(24),
    roles: ['lead', 'child-safety', 'legal'],
  },
]

const byId = new Map(shippedLanes.map((lane) => [lane.id, lane]))

export const laneIds: ReadonlySet<string> = new Set(byId.keys())

/** @throws AppError `not_found` for a lane that is not shipped; rule sets that name one do not load (rules.md §7.4 D01) */
export function laneOf(id: string): Lane {
  const lane = byId.get(id)
  if (lane === undefined) throw new AppError('not_found', 'There is no such lane, or it is not for you.')
  return lane
}

/** The lanes in which somebody with these roles may claim cases. */
export function lanesFor(roles: readonly string[]): readonly Lane[] {
  return shippedLanes.filter((lane) => lane.roles.some((role) => roles.includes(role)))
}

/** Due time of a report by the harm that the reporter chose (decisions.md 7): the shipped lane for that harm says it. */
export function reportDueMs(harm: string | undefined): number {
  switch (harm) {
    case 'threat_to_life':
    case 'self_harm':
      return minutes(10)
    case 'csea':
    case 'terrorism':
      return hours(1)
    case 'intimate_images':
      return hours(4)
    default:
      return hours(24)
  }
}
