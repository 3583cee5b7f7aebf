import { canonicalJson } from '@lamplighter/rules'
import { sha256Hex } from '../http/crypto.ts'

/** Whose law a switch is about. */
export type Jurisdiction = 'eu' | 'uk' | 'us'

/** A dated permission for a kind of processing in one jurisdiction (referrals.md §15). Instants are milliseconds since 1970. */
export interface Switch {
  readonly id: string
  readonly jurisdiction: Jurisdiction
  readonly on: boolean
  readonly from: number | null
  /** The first instant at which it is off again; null where the law names no end. */
  readonly until: number | null
  /** Who asked for it and who agreed, as `R-7`. */
  readonly enabledBy: readonly string[]
  readonly reason: string | null
  /** Somebody must have looked at it again by then, or it is off. Never null where it is on. */
  readonly reviewBy: number | null
  readonly law: string | null
}

/** All switches as they stand: a new version with every change, named by the hash of what it says. */
export interface SwitchSet {
  readonly version: number
  readonly hash: string
  readonly switches: readonly Switch[]
}

/** What a switch is at one instant, and why. Only `on` permits anything. */
export type SwitchState = 'off' | 'on' | 'not_yet' | 'ended' | 'review_due'

const off = (jurisdiction: Jurisdiction): Switch => ({
  ...{ id: scanSwitch(jurisdiction), jurisdiction, on: false, from: null, until: null },
  ...{ enabledBy: [], reason: null, reviewBy: null, law: null },
})

/** The strictest first: it is the one that an explanation names where several are off. */
export const JURISDICTIONS: readonly Jurisdiction[] = ['eu', 'uk', 'us']

/** Every switch there is, in the state in which Lamplighter is shipped. */
export const SHIPPED_SWITCHES: readonly Switch[] = JURISDICTIONS.map(off)
export const SWITCH_IDS: readonly string[] = SHIPPED_SWITCHES.map(({ id }) => id)

export function switchSet(version: number, switches: readonly Switch[]): SwitchSet {
  const sorted = switches.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  const said = sorted.map((one) => ({ ...one, enabledBy: [...one.enabledBy] }))
  return { version, hash: `sha256:${sha256Hex(canonicalJson(said))}`, switches: sorted }
}

/** What stands before anybody has changed anything, and while nothing could be read: all off. */
export const ALL_OFF: SwitchSet = switchSet(0, SHIPPED_SWITCHES)

/** What a switch is at an instant. One past its end or its review is off, whoever forgot it. */
export function stateAt(one: Switch, at: number): SwitchState {
  if (!one.on) return 'off'
  if (one.until !== null && at >= one.until) return 'ended'
  if (one.reviewBy === null || at >= one.reviewBy) return 'review_due'
  return one.from === null || at < one.from ? 'not_yet' : 'on'
}

/** Is this permitted under this jurisdiction at this instant? A switch that does not exist permits nothing. */
export function isOn({ switches }: SwitchSet, id: string, jurisdiction: Jurisdiction, at: number): boolean {
  const one = switches.find((own) => own.id === id)
  return one !== undefined && one.jurisdiction === jurisdiction && stateAt(one, at) === 'on'
}

/** On in the books, and off by the clock: somebody has to look at it. */
export const hasLapsed = (one: Switch, at: number): boolean => ['ended', 'review_due'].includes(stateAt(one, at))

export function scanSwitch(jurisdiction: Jurisdiction): string {
  return `${jurisdiction}.private_scan`
}

/**
 * Whose law protects somebody. Who is nowhere that we know counts as being in the EU, and so does who is in a country for which there is no
 * switch (referrals.md §15).
 *
 * @param country two letters (ISO 3166-1), in either case; what else stands there is unknown
 */
export function jurisdictionOf(country: string | undefined): Jurisdiction {
  switch (country?.toUpperCase()) {
    case 'GB':
    case 'UK':
      return 'uk'
    case 'US':
      return 'us'
    default:
      return 'eu'
  }
}

/**
 * The switch that keeps private content of these people from being read at one of these instants; undefined where every one of them
 * permits it. The strictest jurisdiction of all parties counts.
 *
 * @param countries of all parties; a party of whom none is known is undefined
 */
export function privateScanOff(
  set: SwitchSet,
  countries: readonly (string | undefined)[],
  instants: readonly number[],
): string | undefined {
  const there = new Set(countries.length === 0 ? (['eu'] as const) : countries.map(jurisdictionOf))
  const closed = JURISDICTIONS.find(
    (jurisdiction) =>
      there.has(jurisdiction) && !instants.every((at) => isOn(set, scanSwitch(jurisdiction), jurisdiction, at)),
  )
  return closed === undefined ? undefined : scanSwitch(closed)
}
