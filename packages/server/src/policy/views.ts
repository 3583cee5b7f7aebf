import { type Diagnostic, type Lock, printEffect } from '@lamplighter/rules'
import type { Staff } from '../people/index.ts'
import { staffLabel } from '../people/index.ts'
import type { Compared } from './compare.ts'
import type { RuleHits } from './hits.ts'
import type { LiveRules } from './live.ts'
import { factsOf, wordsOf } from './needs.ts'
import type { HoursTable, VersionsTable } from './rows.ts'
import { type Need, percentile } from './states.ts'
import { wilson } from './wilson.ts'

/** A finding with its place, as editors show it. */
export const diagnosticJson = ({ code, severity, message, fix, at }: Diagnostic) => ({
  code,
  severity,
  message,
  ...(fix !== undefined && { fix }),
  line: at.line,
  column: at.column,
  length: Math.max(1, at.to - at.from),
})

export function needJson(need: Need) {
  const facts = factsOf(need)
  return { code: need.code, detail: wordsOf(need), ...(facts !== undefined && { facts }) }
}

/** `R-7` for a person of the staff; what is no id of theirs (`operator`, or a label of old) stands for itself. */
export function labels(staff: readonly Staff[]): (id: string) => string {
  const numbers = new Map(staff.map(({ id, number }) => [id, staffLabel(number)]))
  return (id) => numbers.get(id) ?? id
}

export function versionJson(row: VersionsTable, label: (id: string) => string) {
  const { name, version, hash, state } = row
  const lock = row.lock === null ? undefined : (JSON.parse(row.lock) as { rules: object })
  return {
    name,
    version,
    hash,
    state,
    author: label(row.author),
    rules: Object.keys(lock?.rules ?? {}).length,
    uploadedAt: row.uploaded_at,
    besideSince: row.beside_since,
    trial:
      row.state === 'trial' && row.trial_percent !== null && row.trial_by !== null
        ? { percent: row.trial_percent, by: row.trial_by }
        : null,
    liveAt: row.live_at,
  }
}

const DAY_MS = 86_400_000

/**
 * The rules of a version as the checker understood them, with what they said lately and since when they are what they are.
 *
 * @param versions every version of this rule set, oldest first
 */
export function checkedJson(
  { program, version }: LiveRules,
  around: {
    readonly hours: readonly HoursTable[]
    readonly versions: readonly VersionsTable[]
    readonly label: (id: string) => string
    readonly now: number
  },
) {
  const lately = around.hours.filter(({ hour }) => hour > around.now - DAY_MS)
  const ran = around.versions.filter((row) => row.locked_at !== null || row.version === version)
  return program.ruleset.rules.map((rule) => ({
    day: dayOf(lately.filter((hour) => hour.rule === rule.name)),
    changed: changeOf(`${rule.name} v${rule.version}`, rule.hash, ran, around.label),
    name: rule.name,
    version: rule.version,
    hash: rule.hash,
    harm: rule.harm,
    grave: rule.grave,
    policy: rule.policy,
    severity: rule.severity,
    phase: rule.phase,
    on: [...rule.on],
    effects: rule.effects.map(printEffect),
    onUnknown: rule.onUnknown === 'ignore' ? [] : rule.onUnknown.map(printEffect),
  }))
}

function dayOf(hours: readonly HoursTable[]) {
  if (hours.length === 0) return null
  const sum = (field: 'asked' | 'fired' | 'undecided' | 'people') => hours.reduce((all, hour) => all + hour[field], 0)
  return { asked: sum('asked'), fired: sum('fired'), undecided: sum('undecided'), people: sum('people') }
}

/** What became of what the live rules found, rules in the order of the file. */
export function hitsJson({ program }: LiveRules, hits: ReadonlyMap<string, RuleHits>) {
  return program.ruleset.rules.flatMap(({ name }) => {
    const found = hits.get(name)
    if (found === undefined) return []
    const { events, shared, most, upheld, overturned } = found
    const decided = upheld + overturned
    const reviewed =
      decided === 0 ? null : { upheld, overturned, share: { found: upheld / decided, ...wilson(upheld, decided) } }
    return [{ rule: name, events, shared, most, reviewed }]
  })
}

function changeOf(key: string, hash: string, ran: readonly VersionsTable[], label: (id: string) => string) {
  // What ran before locks were kept may have had it too: then nobody can say.
  if (ran.some((row) => row.lock === null)) return null
  const first = ran.find((row) => locked(row)[key] === hash)
  return first === undefined
    ? null
    : { version: first.version, by: label(first.author), at: first.beside_since ?? first.live_at ?? first.uploaded_at }
}

const locked = ({ lock }: VersionsTable): Readonly<Record<string, string>> =>
  lock === null ? {} : (JSON.parse(lock) as Lock).rules

export const changesJson = ({ changes }: Pick<Compared, 'changes'>) =>
  changes.map((change) => ({ ...change, what: [...change.what] }))

export const countersJson = ({ counters }: Pick<Compared, 'counters'>) =>
  counters.map(({ name, over }) => ({ name, overMs: over }))

/** What a version said beside the live one, by rule, in the order of the names. */
export function reportRules(hours: readonly HoursTable[]) {
  const names = [...new Set(hours.map(({ rule }) => rule))].sort()
  return names.map((rule) => {
    const own = hours.filter((hour) => hour.rule === rule)
    const sum = (field: 'asked' | 'fired' | 'undecided' | 'only_new' | 'only_live' | 'people') =>
      own.reduce((all, hour) => all + hour[field], 0)
    const both = sum('fired') - sum('only_new')
    return {
      rule,
      asked: sum('asked'),
      fired: {
        new: sum('fired'),
        live: both + sum('only_live'),
        both,
        onlyNew: sum('only_new'),
        onlyLive: sum('only_live'),
      },
      undecided: sum('undecided'),
      people: sum('people'),
      perHourP99: percentile(
        own.map(({ fired }) => fired),
        99,
      ),
    }
  })
}
