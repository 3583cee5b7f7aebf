import type { Truth } from '../logic.ts'
import type { CounterSpec, Flag, Kept, Reading } from './store.ts'

/** Something counted, or perhaps counted. */
export interface Entry {
  /** When it was last seen. */
  readonly at: number
  /** What is counted: the event, or the member; undefined for a member that nobody knows. */
  readonly who: string | undefined
  /** The event that showed it last; empty where its id is gone. */
  readonly event: string
  /** The id is a keyed hash, and no evidence. */
  readonly hidden: boolean
  /** What it adds; undefined where nobody knows. */
  readonly value: number | undefined
  /** In `maybe`: when the member was perhaps seen before, to fall back on; `-Infinity` for never. */
  readonly before: number
}

/** The state of one key of an exact counter (rules.md §6.4). Both lists are in the order of (at, event). */
export interface Exact {
  readonly kind: 'exact'
  readonly sure: readonly Entry[]
  readonly maybe: readonly Entry[]
  /** The time of the newest entry that the cap pushed out of each; `-Infinity` for none. */
  readonly lostSure: number
  readonly lostMaybe: number
}

/** One event as a key's state sees it: ids already hashed where they are kept so, with the hash under the last key. */
export interface Move {
  readonly at: number
  readonly event: string
  readonly eventBefore?: string
  readonly hidden: boolean
  readonly where: Truth
  readonly member?: string
  readonly memberBefore?: string
  readonly value?: number
}

const NEVER = Number.NEGATIVE_INFINITY
const OPEN = Number.POSITIVE_INFINITY

export const NOTHING: Exact = { kind: 'exact', sure: [], maybe: [], lostSure: NEVER, lostMaybe: NEVER }

/**
 * What one event makes of a key's state: counted, perhaps counted, or not. The same event again changes nothing, and the
 * very same state comes back, so a store need not write.
 */
export function moveExact(spec: CounterSpec, state: Exact, move: Move): Exact {
  const before = moved(state, move)
  const entry = entryOf(spec, move)
  if (move.where === false) return withMaybe(before, withdrawn(before.maybe, move.event))
  const known = move.where === true && entry.who !== undefined && entry.value !== undefined
  return known ? settle(spec, before, entry) : suspect(spec, before, entry)
}

function entryOf(spec: CounterSpec, { at, event, hidden, member, value }: Move): Entry {
  const who = spec.what === 'distinct' ? member : event
  const adds = spec.what !== 'sum' ? 1 : value !== undefined && value >= 0 ? value : undefined
  return { at, who, event, hidden, value: adds, before: NEVER }
}

/** Values found under the last hash key move to the new one. */
function moved(state: Exact, { event, eventBefore, member, memberBefore }: Move): Exact {
  if (eventBefore === undefined && memberBefore === undefined) return state
  const rename = (text: string | undefined): string | undefined =>
    text === undefined ? undefined : text === eventBefore ? event : text === memberBefore ? member : text
  const all = (entries: readonly Entry[]): readonly Entry[] =>
    entries.some((one) => rename(one.event) !== one.event || rename(one.who) !== one.who)
      ? entries.map((one) => ({ ...one, who: rename(one.who), event: rename(one.event) ?? '' }))
      : entries
  const [sure, maybe] = [all(state.sure), all(state.maybe)]
  return sure === state.sure && maybe === state.maybe ? state : { ...state, sure, maybe }
}

function settle(spec: CounterSpec, state: Exact, entry: Entry): Exact {
  const index = indexOfWho(state.sure, entry.who)
  const there = state.sure[index]
  const stays = there !== undefined && (there.event === entry.event || there.at >= entry.at)
  const { entries: sure, lost } = stays
    ? { entries: state.sure, lost: NEVER }
    : put(there === undefined ? state.sure : state.sure.toSpliced(index, 1), entry, spec)
  // A member that is sure at least as late is counted wherever the doubtful sighting would be.
  const seen = stays ? there.at : entry.at
  const doubt = withdrawn(state.maybe, entry.event)
  const maybe = doubt.some((one) => one.who === entry.who && one.at <= seen)
    ? doubt.filter((one) => one.who !== entry.who)
    : doubt
  if (sure === state.sure && maybe === state.maybe && lost <= state.lostSure) return state
  return { ...state, sure, maybe, lostSure: Math.max(state.lostSure, lost) }
}

function suspect(spec: CounterSpec, state: Exact, entry: Entry): Exact {
  const sure = entry.who === undefined ? undefined : state.sure[indexOfWho(state.sure, entry.who)]
  const old = state.maybe.find((one) => one.event === entry.event && one.who !== entry.who)
  const maybe = old === undefined ? state.maybe : withdrawn(state.maybe, entry.event)
  if (sure !== undefined && (sure.event === entry.event || sure.at >= entry.at)) return withMaybe(state, maybe)
  const index = entry.who === undefined ? indexOfEvent(maybe, entry.event) : indexOfWho(maybe, entry.who)
  const there = maybe[index]
  if (there !== undefined && (there.event === entry.event || there.at >= entry.at))
    return withMaybe(state, updated(maybe, index, there, entry))
  const rest = there === undefined ? maybe : maybe.toSpliced(index, 1)
  const { entries, lost } = put(rest, { ...entry, before: there?.at ?? NEVER }, spec)
  if (entries === state.maybe && lost <= state.lostMaybe) return state
  return { ...state, maybe: entries, lostMaybe: Math.max(state.lostMaybe, lost) }
}

/** The same doubtful event may know its value by now; an earlier one is what a withdrawal falls back on. */
function updated(maybe: readonly Entry[], index: number, there: Entry, entry: Entry): readonly Entry[] {
  if (there.event === entry.event) {
    const value = entry.value ?? there.value
    return value === there.value ? maybe : maybe.with(index, { ...there, value })
  }
  return entry.at <= there.before ? maybe : maybe.with(index, { ...there, before: entry.at })
}

/** Takes an event out of `maybe`; its member falls back on the time before, if there is one. */
function withdrawn(maybe: readonly Entry[], event: string): readonly Entry[] {
  const index = maybe.length === 0 ? -1 : indexOfEvent(maybe, event)
  const there = maybe[index]
  if (there === undefined) return maybe
  const rest = maybe.toSpliced(index, 1)
  if (there.before === NEVER) return rest
  return inserted(rest, { ...there, at: there.before, event: '', before: NEVER })
}

function withMaybe(state: Exact, maybe: readonly Entry[]): Exact {
  return maybe === state.maybe ? state : { ...state, maybe }
}

function indexOfWho(entries: readonly Entry[], who: string | undefined): number {
  for (let index = entries.length - 1; index >= 0; index--) if (entries[index]?.who === who) return index
  return -1
}

function indexOfEvent(entries: readonly Entry[], event: string): number {
  for (let index = entries.length - 1; index >= 0; index--) if (entries[index]?.event === event) return index
  return -1
}

/** Puts an entry in its place; above N + 1 the oldest goes, and its time is remembered. */
function put(entries: readonly Entry[], entry: Entry, spec: CounterSpec): { entries: readonly Entry[]; lost: number } {
  if (entries.length <= (spec.upTo ?? 0)) return { entries: inserted(entries, entry), lost: NEVER }
  const [oldest] = entries
  if (oldest === undefined || isAfter(oldest, entry)) return { entries, lost: entry.at }
  return { entries: inserted(entries.slice(1), entry), lost: oldest.at }
}

function inserted(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  let index = entries.length
  while (index > 0 && isAfter(entries[index - 1] ?? entry, entry)) index -= 1
  return entries.toSpliced(index, 0, entry)
}

function isAfter(a: Entry, b: Entry): boolean {
  return a.at === b.at ? a.event > b.event : a.at > b.at
}

/** Reads a key's state in the window `(at - over, at]`. */
export function readExact(spec: CounterSpec, state: Exact, at: number, kept: Kept): Reading {
  const start = at - spec.over
  const sure = sureWithin(spec, state, start, at)
  const maybe = maybeWithin(spec, state, start, at)
  const capped = sure.behind.length > (spec.upTo ?? 0)
  const low = Math.min(sure.low, Number.MAX_VALUE)
  const lost = Math.max(state.lostSure, state.lostMaybe, kept.since, kept.swept) > start
  const open = capped || lost || maybe.open || sure.low === OPEN
  const late = sure.newer || maybe.newer || kept.swept > start || (state.lostSure > start && !capped)
  const flags: Flag[] = []
  if (maybe.behind.length > 0 || state.lostMaybe > start) flags.push('maybe')
  if (capped) flags.push('capped')
  if (late) flags.push('late')
  if (kept.since > start) flags.push('warming')
  return { low, high: open ? OPEN : low + sure.possible + maybe.possible, events: eventsOf(spec, sure, maybe), flags }
}

interface Within {
  readonly behind: readonly Entry[]
  /** What it may add to the high bound alone. */
  readonly possible: number
  /** Something was seen after the moment that is asked about. */
  readonly newer: boolean
}

/** A member seen later may have been seen within the window too; an event happens once. */
function sureWithin(spec: CounterSpec, { sure }: Exact, start: number, at: number): Within & { low: number } {
  let from = sure.length
  while (from > 0 && (sure[from - 1]?.at ?? NEVER) > start) from -= 1
  let to = sure.length
  while (to > from && (sure[to - 1]?.at ?? NEVER) > at) to -= 1
  const behind = sure.slice(from, to)
  const low = spec.what === 'sum' ? behind.reduce((sum, one) => sum + (one.value ?? 0), 0) : behind.length
  const newer = sure.length - to
  return { behind, low, possible: spec.what === 'distinct' ? newer : 0, newer: newer > 0 }
}

function maybeWithin(spec: CounterSpec, state: Exact, start: number, at: number): Within & { open: boolean } {
  const behind: Entry[] = []
  let possible = 0
  let open = false
  let newer = false
  for (const one of state.maybe) {
    if (one.at <= start) continue
    if (one.at > at) newer = true
    if (one.at > at && spec.what !== 'distinct') continue
    const counted = one.who === undefined ? undefined : state.sure[indexOfWho(state.sure, one.who)]
    if (counted !== undefined && counted.at > start) continue
    behind.push(one)
    if (one.value === undefined) open = true
    else possible += one.value
  }
  return { behind, possible, newer, open }
}

function eventsOf(spec: CounterSpec, sure: Within, maybe: Within): readonly string[] {
  const doubtful = maybe.behind.slice(0, Math.max(0, (spec.upTo ?? 0) + 1 - sure.behind.length))
  const behind = doubtful.length === 0 ? sure.behind : doubtful.reduce(inserted, sure.behind)
  const events: string[] = []
  for (const one of behind) if (!one.hidden && one.event !== '') events.push(one.event)
  return events
}
