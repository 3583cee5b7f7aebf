import type { AnswerOf, getRuleset, getRulesetVersion } from '@lamplighter/api'
import { useQuery } from '@tanstack/react-query'
import { rulesetQuery, rulesetsQuery, versionQuery } from '../../api/queries.ts'

export type Version = AnswerOf<typeof getRulesetVersion>
export type Ruleset = AnswerOf<typeof getRuleset>
export type CheckedRule = Version['checked'][number]

export interface RunningSet {
  readonly set: Ruleset
  readonly live: Version
}

/** What runs, with all that is known of it: one loading of three calls. `value` is null where nothing is live. */
export function useRunning() {
  const all = useQuery(rulesetsQuery)
  const live = all.data?.items.find(({ state }) => state === 'live')
  const set = useQuery({ ...rulesetQuery(live?.name ?? ''), enabled: live !== undefined })
  const version = useQuery({ ...versionQuery(live?.name ?? '', live?.version ?? 0), enabled: live !== undefined })
  const nothing = all.data !== undefined && live === undefined
  const data: RunningSet | null | undefined = nothing
    ? null
    : set.data !== undefined && version.data !== undefined
      ? { set: set.data, live: version.data }
      : undefined
  return {
    data,
    error: all.error ?? set.error ?? version.error,
    refetch: () => Promise.all([all.refetch(), ...(live === undefined ? [] : [set.refetch(), version.refetch()])]),
  }
}

/** How a rule of the live version stands: acting, resting, or held back by its breaker. */
export function standingOf({ set, live }: RunningSet, rule: string) {
  return {
    pause: set.pauses.find((one) => one.rule === rule),
    breaker: set.breakers.find((one) => one.rule === rule && one.version === live.version),
  }
}
