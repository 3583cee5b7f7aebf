import type { RecordedJson } from '@lamplighter/api'
import type { CounterSpec, Diagnostic, Lock } from '@lamplighter/rules'
import { type KeptCounters, LIVE } from '../counters/index.ts'
import { AppError } from '../http/errors.ts'
import type { CommandKey } from '../http/route.ts'
import type { Doer } from '../people/index.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { type Compared, compare, countersOnlyIn } from './compare.ts'
import { isRefused, type LiveRules, prepare, type Refused } from './live.ts'
import { notPermitted, type Outside } from './permitted.ts'
import { refusalOf } from './refusal.ts'
import type { TrialBy, VersionsTable } from './rows.ts'
import type { Handed } from './steps.store.ts'
import { goLive, versions, whatRuns } from './store.ts'

/** Everything that judges one event, taken at once: no event is judged by half of one version and half of another. */
export interface Running {
  readonly live: LiveRules
  /** In shadow or trial. */
  readonly beside: Beside | undefined
  /** The version that a rollback leads to, until its counters stop moving (rules.md §8.1); absent where it has none of its own. */
  readonly before: { readonly rules: LiveRules; readonly until: number } | undefined
  /** Rules of the live rule set that do nothing until then, by name; milliseconds since 1970. */
  readonly pausedUntil: ReadonlyMap<string, number>
  /** Rules of the live version whose breaker is open, by name; never of grave harm: there people are told, and the rule goes on. */
  readonly open: ReadonlySet<string>
}

export interface Beside {
  readonly rules: LiveRules
  /** Null in shadow. */
  readonly trial: { readonly percent: number; readonly by: TrialBy } | null
}

/** What runs, and how a text becomes what runs. */
export interface RuleRegistry {
  /** The live rule set. @throws AppError `not_ready` before the first one is live */
  live(): LiveRules
  /** @throws AppError `not_ready` before the first one is live */
  running(): Running
  /** Reads what runs from the database and swaps it in. After every step, in every process, and at the start. */
  load(): Promise<boolean>
  /**
   * Checks, tests and makes live at once: the operator's way.
   *
   * @throws AppError `rules_refused` with every finding · `conflict` · `needs_unmet`
   */
  put(input: {
    text: string
    schemaText: string
    reason: string
    doer: Doer
    once?: CommandKey
    /** What its counters have seen that nobody counted before: nothing before now, or all there ever was (a platform that begins). */
    seen?: 'all'
    /** Learners that it asks may have no model. */
    untaught?: boolean
  }): Promise<{ rules: LiveRules; recorded: RecordedJson }>
  check(text: string, schemaText: string): LiveRules | Refused
  /** What the terms of lists and the law do not permit of a version here (D02, D03). */
  notPermitted(rules: LiveRules): Promise<Diagnostic[]>
  /**
   * A text that is fit to be kept, with what it changes. @param lock the author's own, beside the server's
   *
   * @throws AppError `rules_refused`
   */
  fit(input: {
    text: string
    schemaText: string
    lock?: Lock
  }): Promise<{ rules: LiveRules; handed: Handed; compared: Compared }>
  /** A kept version as it would run. @throws AppError `rules_refused` when this software no longer takes it */
  kept(row: VersionsTable): { rules: LiveRules; compared: Compared }
}

export function makeRegistry(parts: {
  readonly storage: Storage
  readonly providers: ReadonlySet<string>
  readonly counters: Pick<KeptCounters, 'begin' | 'keepOnly'>
  readonly outside: () => Promise<Outside>
  readonly now: () => number
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}): RuleRegistry {
  const { store } = parts.storage
  const around = { providers: parts.providers }
  let running: Running | undefined
  let turn: Promise<unknown> = Promise.resolve()
  // Checking, testing and compiling take a while; the same bytes come out the same.
  const known = new Map<string, LiveRules>()

  const prepared = (row: Pick<VersionsTable, 'text' | 'schema_text'>): LiveRules | Refused => {
    const found = known.get(keyOf(row.text, row.schema_text)) ?? prepare(row.text, row.schema_text, around)
    return isRefused(found) ? found : remember(found)
  }

  const keyOf = (text: string, schemaText: string): string => `${text}\0${schemaText}`

  const remember = (found: LiveRules): LiveRules => {
    const key = keyOf(found.text, found.schemaText)
    known.delete(key)
    known.set(key, found)
    const oldest = known.keys().next().value
    if (known.size > KNOWN && oldest !== undefined) known.delete(oldest)
    return found
  }

  const loadNow = async (since?: null): Promise<boolean> => {
    const { live, beside, before, pauses, open } = await store.read(whatRuns, undefined)
    if (live === undefined) return false
    const rules = prepared(live)
    if (isRefused(rules))
      throw new AppError(
        'rules_refused',
        `The live rule set ${live.name} version ${live.version} no longer passes this version's checks.`,
      )
    const pausedUntil = new Map(pauses.filter(({ name }) => name === live.name).map(({ rule, until }) => [rule, until]))
    const grave = new Set(rules.program.ruleset.rules.filter((rule) => rule.grave).map(({ name }) => name))
    const next = {
      live: rules,
      beside: beside && besideOf(beside, rules),
      before: before && beforeOf(before, rules, live.live_at),
      pausedUntil,
      open: new Set(open.filter((rule) => !grave.has(rule))),
    }
    const { counters } = parts
    // What did not move until now begins anew: it has missed what came since it stopped.
    await counters.keepOnly(LIVE, new Set(movingIn(running ?? next, parts.now()).map(({ id }) => id)))
    running = next
    // Only now: an event that was judged before this moment moved nothing of it.
    await counters.begin(LIVE, movingIn(next, parts.now()), since)
    return true
  }

  const beforeOf = (row: VersionsTable, live: LiveRules, liveAt: number | null): Running['before'] => {
    const rules = prepared(row)
    if (isRefused(rules) || rules.schemaText !== live.schemaText || liveAt === null) return undefined
    return countersOnlyIn(rules, live).length === 0 ? undefined : { rules, until: liveAt + KEPT_MOVING_MS }
  }

  // One after another, so that an older answer of the database never takes the place of a newer one.
  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const next = turn.then(run)
    turn = next.catch(() => undefined)
    return next
  }

  // A version that this software no longer takes, or that reads another schema, stops; the live one goes on.
  const besideOf = (row: VersionsTable, live: LiveRules): Beside | undefined => {
    const rules = prepared(row)
    if (isRefused(rules) || rules.schemaText !== live.schemaText) return undefined
    const trial =
      row.state === 'trial' && row.trial_percent !== null && row.trial_by !== null
        ? { percent: row.trial_percent, by: row.trial_by }
        : null
    return { rules, trial }
  }

  const nowRunning = (): Running => {
    if (running === undefined)
      throw new AppError('not_ready', 'No rule set is live yet; make one live with "lamplighter rules live FILE".')
    return running
  }

  const registry: RuleRegistry = {
    live: () => nowRunning().live,
    running: nowRunning,
    load: () => inTurn(() => loadNow()),
    check: (text, schemaText) => prepare(text, schemaText, around),
    async notPermitted(rules) {
      return notPermitted(rules, await parts.outside())
    },
    async fit({ text, schemaText, lock }) {
      const rows = await store.read(versions, undefined)
      const rules = prepare(text, schemaText, { ...around, lockOf: (name) => joined(lockedIn(rows, name), lock) })
      if (isRefused(rules)) throw refusalOf(rules)
      const diagnostics = await registry.notPermitted(rules)
      if (diagnostics.length > 0) throw refusalOf({ diagnostics, failed: [] })
      const { version, hash } = remember(rules)
      return {
        rules,
        handed: { name: rules.name, version, hash, text, schemaText, lock: JSON.stringify(rules.lock) },
        compared: compare(running?.live, rules),
      }
    },
    kept(row) {
      const rules = prepared(row)
      if (isRefused(rules)) throw refusalOf(rules)
      return { rules, compared: compare(running?.live, rules) }
    },
    async put({ text, schemaText, reason, doer, once, seen, untaught = false }) {
      const { rules, handed, compared } = await registry.fit({ text, schemaText })
      const keys = await parts.keysFor([])
      return inTurn(async () => {
        const { recorded } = await store.tx(
          goLive,
          { handed, compared, reason, doer, keys, untaught },
          once && { once },
        )
        await loadNow(seen === 'all' ? null : undefined)
        return { rules, recorded }
      })
    },
  }
  return registry
}

/** Counters of the version before go on for so long: going back finds them as if they had never left. */
const KEPT_MOVING_MS = 7 * 86_400_000

/** Every counter that each event moves now, once. */
function movingIn({ live, beside, before }: Running, now: number): CounterSpec[] {
  const kept = before !== undefined && now < before.until ? [before.rules] : []
  const all = [live, ...(beside === undefined ? [] : [beside.rules]), ...kept]
  const specs = all.flatMap(({ program }) => [...program.ruleset.counters.values()].map(({ spec }) => spec))
  return [...new Map(specs.map((spec) => [spec.id, spec])).values()]
}

/** What runs, what ran last and what is proposed. */
const KNOWN = 8

const EMPTY: Lock = { format: 1, rulesets: {}, rules: {}, counters: {} }

/** What versions of this rule set mean that ran or run beside. */
function lockedIn(rows: readonly VersionsTable[], name: string): Lock {
  return rows
    .filter((row) => row.name === name && row.locked_at !== null && row.lock !== null)
    .map((row) => JSON.parse(row.lock ?? '') as Lock)
    .reduce((all, one) => joined(one, all), EMPTY)
}

// What is in the first stands.
const joined = (lock: Lock, more: Lock = EMPTY): Lock => ({
  format: 1,
  rulesets: { ...more.rulesets, ...lock.rulesets },
  rules: { ...more.rules, ...lock.rules },
  counters: { ...more.counters, ...lock.counters },
})
