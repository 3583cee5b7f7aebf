import type { RecordedJson } from '@lamplighter/api'
import { type KeptCounters, LIVE } from '../counters/index.ts'
import { AppError } from '../http/errors.ts'
import type { Storage } from '../storage/index.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { isRefused, type LiveRules, prepare, type Refused } from './live.ts'
import { goLive, rulesets } from './store.ts'

/** What runs, and how it is changed. */
export interface RuleRegistry {
  /** The live rule set. @throws AppError `not_ready` before the first one is live */
  live(): LiveRules
  /** Loads what was live when the server stopped. */
  load(): Promise<boolean>
  /**
   * Checks, tests and swaps. No event is judged by half of one and half of another.
   *
   * @throws AppError `rules_refused` with every finding · `conflict`
   */
  put(input: {
    text: string
    schemaText: string
    by: string
    solo: boolean
    reason: string
    /** What its counters have seen that nobody counted before: nothing before now, or all there ever was (a platform that begins). */
    seen?: 'all'
  }): Promise<{ rules: LiveRules; recorded: RecordedJson }>
  check(text: string, schemaText: string): LiveRules | Refused
}

export function makeRegistry(parts: {
  readonly storage: Storage
  readonly providers: ReadonlySet<string>
  readonly counters: Pick<KeptCounters, 'begin'>
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
}): RuleRegistry {
  let running: LiveRules | undefined
  const around = { providers: parts.providers }
  return {
    live() {
      if (running === undefined)
        throw new AppError('not_ready', 'No rule set is live yet; make one live with "lamplighter rules live FILE".')
      return running
    },
    async load() {
      const row = (await parts.storage.store.read(rulesets, undefined)).find(({ state }) => state === 'live')
      if (row === undefined) return false
      const prepared = prepare(row.text, row.schema_text, around)
      if (isRefused(prepared))
        throw new AppError(
          'rules_refused',
          `The live rule set ${row.name} version ${row.version} no longer passes this version's checks.`,
        )
      running = prepared
      return true
    },
    check: (text, schemaText) => prepare(text, schemaText, around),
    async put(input) {
      const prepared = prepare(input.text, input.schemaText, around)
      if (isRefused(prepared)) {
        throw new AppError('rules_refused', refusal(prepared), {
          errors: prepared.diagnostics.map(({ code, message, at }) => ({
            code,
            pointer: `/text/${at.line}:${at.column}`,
            detail: message,
          })),
        })
      }
      // Before the first event is judged by it: what begins to count has seen everything from here on.
      const counted = [...prepared.program.ruleset.counters.values()].map(({ spec }) => spec)
      await parts.counters.begin(LIVE, counted, input.seen === 'all' ? null : undefined)
      const { recorded } = await parts.storage.store.tx(goLive, {
        name: prepared.name,
        version: prepared.version,
        hash: prepared.hash,
        text: input.text,
        schemaText: input.schemaText,
        by: input.by,
        solo: input.solo,
        reason: input.reason,
        keys: await parts.keysFor([]),
      })
      running = prepared
      return { rules: prepared, recorded }
    },
  }
}

function refusal(refused: Refused): string {
  const errors = refused.diagnostics.filter(({ severity }) => severity === 'error').length
  return errors > 0
    ? `The rule file has ${errors} error(s); mend them and send it again.`
    : `${refused.failed.length} of its own tests fail: ${refused.failed.slice(0, 3).join('; ')}.`
}
