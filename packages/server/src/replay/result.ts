import { percentile } from '../policy/index.ts'
import type { NotMeasured, Sample } from './sample.ts'

const HOUR_MS = 3_600_000

/** How often one rule spoke, in one segment or in all. */
export interface RuleCount {
  readonly fired: {
    readonly new: number
    readonly live: number
    readonly both: number
    readonly onlyNew: number
    readonly onlyLive: number
  }
  /** Events of which the new version cannot tell. */
  readonly undecided: number
  /** People whom the new version found; each once a segment, as nobody can tell more. */
  readonly people: number
  /** What people made of the events that the new version fired on; `untold`: nobody can tell any more which events those were. */
  readonly outcomes: {
    readonly upheld: number
    readonly overturned: number
    readonly open: number
    readonly untold: number
  }
  /** How often the new version fired, by the instant at which the hour began. */
  readonly hours: Readonly<Record<string, number>>
}

/** What a backtest found in one segment; parts of one backtest add up. */
export interface Part {
  readonly events: number
  /** Without those that only warmed the counters. */
  readonly measured: number
  readonly measuredMs: number
  readonly drift: {
    readonly checked: number
    readonly events: number
    readonly unsure: number
    readonly rules: Readonly<Record<string, number>>
  }
  /** Events of which the new version could not ask all that it asks. */
  readonly blind: number
  /** Why, by what is not there. */
  readonly blindBy: Readonly<Record<string, number>>
  readonly rules: Readonly<Record<string, RuleCount>>
}

const NOTHING: RuleCount = {
  fired: { new: 0, live: 0, both: 0, onlyNew: 0, onlyLive: 0 },
  undecided: 0,
  people: 0,
  outcomes: { upheld: 0, overturned: 0, open: 0, untold: 0 },
  hours: {},
}
const EMPTY: Part = {
  events: 0,
  measured: 0,
  measuredMs: 0,
  drift: { checked: 0, events: 0, unsure: 0, rules: {} },
  blind: 0,
  blindBy: {},
  rules: {},
}

/** All parts as one. */
export const together = (parts: readonly Part[]): Part => parts.reduce(joined, EMPTY)

function joined(a: Part, b: Part): Part {
  const names = [...new Set([...Object.keys(a.rules), ...Object.keys(b.rules)])]
  return {
    events: a.events + b.events,
    measured: a.measured + b.measured,
    measuredMs: a.measuredMs + b.measuredMs,
    drift: {
      checked: a.drift.checked + b.drift.checked,
      events: a.drift.events + b.drift.events,
      unsure: a.drift.unsure + b.drift.unsure,
      rules: added(a.drift.rules, b.drift.rules),
    },
    blind: a.blind + b.blind,
    blindBy: added(a.blindBy, b.blindBy),
    rules: Object.fromEntries(names.map((name) => [name, addedCounts(a.rules[name], b.rules[name])])),
  }
}

function addedCounts(a: RuleCount = NOTHING, b: RuleCount = NOTHING): RuleCount {
  return {
    fired: {
      new: a.fired.new + b.fired.new,
      live: a.fired.live + b.fired.live,
      both: a.fired.both + b.fired.both,
      onlyNew: a.fired.onlyNew + b.fired.onlyNew,
      onlyLive: a.fired.onlyLive + b.fired.onlyLive,
    },
    undecided: a.undecided + b.undecided,
    people: a.people + b.people,
    outcomes: {
      upheld: a.outcomes.upheld + b.outcomes.upheld,
      overturned: a.outcomes.overturned + b.outcomes.overturned,
      open: a.outcomes.open + b.outcomes.open,
      untold: a.outcomes.untold + b.outcomes.untold,
    },
    hours: added(a.hours, b.hours),
  }
}

type Counts = Readonly<Record<string, number>>

function added(a: Counts, b: Counts): Counts {
  const sum = { ...a }
  for (const [name, count] of Object.entries(b)) sum[name] = (sum[name] ?? 0) + count
  return sum
}

/** What a backtest says in the end. */
export interface BacktestResult {
  readonly events: number
  readonly measured: number
  readonly warmupMs: number
  /** Counters whose window is longer than any warm-up: what rests on them stays undecided. */
  readonly cold: readonly string[]
  /** Replaying what ran then, against what it decided then. */
  readonly drift: {
    readonly checked: number
    readonly events: number
    /** Not compared: a counter had no sure number, then or now. */
    readonly unsure: number
    readonly rules: readonly { readonly rule: string; readonly events: number }[]
  }
  readonly blind: {
    readonly events: number
    readonly because: readonly { readonly what: string; readonly events: number }[]
  }
  /** Of an archive: how well it was in order. */
  readonly archive?: { readonly late: number; readonly repeated: number }
  /** Where only a share of the accounts was looked at. All numbers are of that share. */
  readonly sample?: Sample & { readonly notMeasured: readonly NotMeasured[] }
  readonly rules: readonly ({
    readonly rule: string
    readonly version: number | null
    readonly perHourP99: number
  } & Omit<RuleCount, 'hours'>)[]
}

/** The parts as people read them. @param versions of the rules of the new version; a rule that it has not is null */
export function resultOf(
  parts: readonly Part[],
  about: {
    readonly warmupMs: number
    readonly cold: readonly string[]
    readonly versions: ReadonlyMap<string, number>
  },
): BacktestResult {
  const all = together(parts)
  const { warmupMs, cold, versions } = about
  const { checked, events, unsure } = all.drift
  return {
    events: all.events,
    measured: all.measured,
    warmupMs,
    cold,
    drift: {
      checked,
      events,
      unsure,
      rules: ranked(all.drift.rules).map(([rule, count]) => ({ rule, events: count })),
    },
    blind: { events: all.blind, because: ranked(all.blindBy).map(([what, count]) => ({ what, events: count })) },
    rules: Object.entries(all.rules)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([rule, { hours, ...counts }]) => ({
        rule,
        version: versions.get(rule) ?? null,
        ...counts,
        perHourP99: p99Of(Object.values(hours), all.measuredMs),
      })),
  }
}

const ranked = (counts: Counts): [string, number][] =>
  Object.entries(counts).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))

/** Hours in which nothing fired are hours, too. */
function p99Of(hours: readonly number[], measuredMs: number): number {
  const quiet = Math.max(0, Math.ceil(measuredMs / HOUR_MS) - hours.length)
  return percentile([...hours, ...Array.from({ length: quiet }, () => 0)], 99)
}
