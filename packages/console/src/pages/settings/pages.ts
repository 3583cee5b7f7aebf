import type { Role } from '@lamplighter/api'

/** The pages of Settings and the act that opens each. The server decides; the console only hides. */
const needs = {
  people: 'people.read',
  connections: 'connections.read',
  keys: 'connections.read',
  lists: 'lists.read',
  exchanges: 'exchanges.read',
  switches: 'switches.read',
  retention: 'settings.read',
  log: 'log.read',
} as const

export type SettingsPage = keyof typeof needs

export const isSettingsPage = (name: string): name is SettingsPage => Object.hasOwn(needs, name)

/** The pages that somebody with these acts may open, in order. */
export function pagesFor(acts: readonly string[]): SettingsPage[] {
  return Object.keys(needs)
    .filter(isSettingsPage)
    .filter((page) => acts.includes(needs[page]))
}

/** The roles that open Review, as somebody without them is told. */
export const reviewers: readonly Role[] = ['reviewer', 'lead', 'child-safety']

export const mayReview = (acts: readonly string[]): boolean => acts.includes('lanes.read')

/** The roles that open Rules & policies, as somebody without them is told. */
export const rulers: readonly Role[] = ['lead', 'child-safety', 'legal', 'auditor']

export const mayReadRules = (acts: readonly string[]): boolean => acts.includes('rules.read')

const everybody: readonly Role[] = [...reviewers, 'legal', 'auditor', 'admin']

const roles: Readonly<Record<(typeof needs)[SettingsPage], readonly Role[]>> = {
  'people.read': ['auditor', 'admin'],
  'connections.read': ['auditor', 'admin'],
  'lists.read': ['lead', 'child-safety', 'auditor'],
  'exchanges.read': ['lead', 'child-safety', 'auditor', 'admin'],
  'switches.read': ['lead', 'legal', 'auditor', 'admin'],
  'settings.read': ['auditor', 'admin'],
  'log.read': everybody,
}

/** The roles that open a page of Settings, as somebody without them is told. */
export const rolesOf = (page: SettingsPage): readonly Role[] => roles[needs[page]]
