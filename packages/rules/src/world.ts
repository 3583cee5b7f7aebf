import type { Json, Value } from './types.ts'

/** One event in its normal form (rules.md §6.1), as `normalise` gives it: validated, with defaults filled in. */
export interface Event {
  readonly id: string
  readonly kind: string
  /** RFC 3339 in UTC, with milliseconds. */
  readonly occurred_at: string
  readonly received_at?: string
  /** What is special about it; `off:` and a name: that switch kept its content from being read. */
  readonly flags?: readonly string[]
  /** The records: `actor`, `item`, … A missing optional record is none. */
  readonly [record: string]: Fields | Json | undefined
}

export type Fields = { readonly [field: string]: Value }

const OFF = 'off:'

/** The flag of an event whose content a switch kept from being read. */
export const offFlag = (name: string): string => `${OFF}${name}`

/** The switch that kept content from being read; undefined where none did. */
export const offBy = ({ flags }: Pick<Event, 'flags'>): string | undefined =>
  flags?.find((flag) => flag.startsWith(OFF))?.slice(OFF.length)

/** What a signal said of one event. `late`, `broken` and whatever else is not known are unknown, never "no". */
export type Measurement = (
  | { readonly known: true; readonly value: boolean | number }
  | { readonly known: false; readonly why: string }
  | { readonly known: 'none' }
  | { readonly known: 'off'; readonly switch: string }
) & { readonly model?: string; readonly ms?: number }

/** By signal name; a signal that is absent was not measured and is unknown. */
export type Measured = { readonly [signal: string]: Measurement }

/** Where a list found a value: the entry's id, and how near or where. */
export interface Hit {
  readonly entry: string
  readonly distance?: number
  readonly from?: number
  readonly to?: number
}

/** A snapshot of one list. The same value gets the same answer for as long as a plan is in use. */
export interface List {
  readonly version: string
  /** `null` is no hit, `undefined` is "cannot tell". */
  find(how: 'in' | 'near' | 'any', value: string): Hit | null | undefined
}

export interface Lists {
  /** `undefined` if the list is down. */
  get(name: string): List | undefined
}

/** The fields of a record; undefined if the event has no such record. */
export function recordOf(event: Event, member: string): Fields | undefined {
  const record = event[member]
  return typeof record === 'object' && record !== null && !Array.isArray(record) ? (record as Fields) : undefined
}

/** The state of one field: its value, none (`null`) or unknown (`undefined`). */
export function fieldOf(event: Event, member: string, field: string): Value {
  if (member === 'event') return event.id
  const record = event[member]
  if (record === undefined || record === null) return null
  return (record as Fields)[field]
}
