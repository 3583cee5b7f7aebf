import { appendOnly, table } from '../storage/ddl.ts'
import { days, defineSchema } from '../storage/index.ts'
import type { State } from './states.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    rulesets: RulesetsTable
    ruleset_versions: VersionsTable
    ruleset_approvals: ApprovalsTable
    ruleset_openings: OpeningsTable
    ruleset_history: HistoryTable
    rule_pauses: PausesTable
    rule_hours: HoursTable
    rule_breakers: BreakersTable
    rule_alerts: AlertsTable
    verdicts: VerdictsTable
    seen: SeenTable
  }
}

/** What ran, by name and version. Kept for ever, and kept up for the version before this one, which reads its state here. */
export interface RulesetsTable {
  name: string
  version: number
  hash: string
  text: string
  schema_text: string
  state: 'live' | 'retired'
  live_at: number
  by: string
  record: string
}
/** Every version that was ever handed in: the only place that says in which state it is. */
export interface VersionsTable {
  name: string
  version: number
  hash: string
  text: string
  schema_text: string
  /** JSON of `lockOf`; null for what ran before versions were kept. */
  lock: string | null
  state: State
  /** Staff id, or `operator`. */
  author: string
  uploaded_at: number
  /** From then on its text stands: decisions may name it. */
  locked_at: number | null
  beside_since: number | null
  trial_percent: number | null
  trial_by: TrialBy | null
  live_at: number | null
  /** Hash of what was live before it. */
  before_hash: string | null
}
export type TrialBy = 'actor.id' | 'room.id'
export interface ApprovalsTable {
  id: string
  hash: string
  staff: string
  /** JSON of the roles held when approving. */
  roles: string
  note: string
  at: number
}
/** Who has looked at what shadow found. */
export interface OpeningsTable {
  hash: string
  staff: string
  at: number
}
export interface HistoryTable {
  name: string
  version: number
  /** From 1, in the order in which it happened. */
  n: number
  hash: string
  at: number
  op: HistoryOp
  /** `R-7`, or `operator`. */
  by: string
  reason: string | null
  approvals: number
  solo: number
  record: string | null
}
export type HistoryOp =
  | 'uploaded'
  | 'approved'
  | 'shadow'
  | 'trial'
  | 'live'
  | 'rollback'
  | 'retired'
  | 'paused'
  | 'resumed'
export interface PausesTable {
  id: string
  name: string
  rule: string
  reason: string
  by: string
  at: number
  until: number
  ended_at: number | null
}
/** What the rules of one version said in one hour. */
export interface HoursTable {
  name: string
  version: number
  rule: string
  /** The instant at which the hour began. */
  hour: number
  /** Events of its kinds. */
  asked: number
  fired: number
  undecided: number
  /** Fired here and not in the live version, and the other way round; 0 for the live version itself. */
  only_new: number
  only_live: number
  /** Accounts that it fired on, each counted once an hour. */
  people: number
}
/** How often a rule of a version may fire in an hour, by what it did in shadow. */
export interface BreakersTable {
  name: string
  version: number
  rule: string
  ceiling: number
  /** Hours that began before this are not looked at. */
  armed_at: number
  tripped_at: number | null
}
/** What people must hear of at once, by role: shown in the console, to whoever holds one of them. */
export interface AlertsTable {
  id: string
  at: number
  kind: 'paused' | 'breaker'
  name: string
  version: number
  rule: string
  /** JSON of the roles. */
  roles: string
  words: string
}
export interface VerdictsTable {
  id: string
  at: number
  event_key: string
  event_kind: string
  phase: 'gate' | 'follow'
  verdict: 'allow' | 'limit' | 'hold' | 'block'
  ruleset: string
  /** Canonical JSON of the explanation, sealed. */
  sealed: Uint8Array
  record: string
}
export interface SeenTable {
  /** Connection, kind and id of the event. */
  event_key: string
  /** SHA-256 of the canonical body: another body under the same id is a new revision of the same item. */
  body_hash: string
  at: number
  state: 'gated' | 'followed'
  /** JSON of the answer, when it was more than a plain `allow`. Holds no content. */
  answer: string | null
}

/** How long an event id is remembered (platform.md §12: 24 h, 1 h to 7 d). */
export const SEEN_MS = days(1)

export const schema = defineSchema({
  subject: 'policy',
  steps: [
    {
      id: '0001-rules',
      up: (engine) => [
        table(
          engine,
          'rulesets',
          {
            name: 'text not null',
            version: 'bigint not null',
            hash: 'text not null',
            text: 'text not null',
            schema_text: 'text not null',
            state: 'text not null',
            live_at: 'bigint not null',
            by: 'text not null',
            record: 'text not null',
          },
          ['primary key (name, version)'],
        ),
        table(engine, 'verdicts', {
          id: 'text primary key',
          at: 'bigint not null',
          event_key: 'text not null',
          event_kind: 'text not null',
          phase: 'text not null',
          verdict: 'text not null',
          ruleset: 'text not null',
          sealed: 'bytes not null',
          record: 'text not null',
        }),
        'create index verdicts_event on verdicts (event_key)',
        ...appendOnly(engine, 'verdicts'),
        table(engine, 'seen', {
          event_key: 'text primary key',
          body_hash: 'text not null',
          at: 'bigint not null',
          state: 'text not null',
          answer: 'text',
        }),
        'create index seen_at on seen (at)',
      ],
    },
    {
      id: '0002-versions',
      up: (engine) => [
        table(
          engine,
          'ruleset_versions',
          {
            name: 'text not null',
            version: 'bigint not null',
            hash: 'text not null',
            text: 'text not null',
            schema_text: 'text not null',
            lock: 'text',
            state: 'text not null',
            author: 'text not null',
            uploaded_at: 'bigint not null',
            locked_at: 'bigint',
            beside_since: 'bigint',
            trial_percent: 'bigint',
            trial_by: 'text',
            live_at: 'bigint',
            before_hash: 'text',
          },
          ['primary key (name, version)'],
        ),
        `insert into ruleset_versions
           select name, version, hash, text, schema_text, null, state, "by", live_at, live_at, null, null, null, live_at,
             (select hash from rulesets b where b.live_at < rulesets.live_at order by b.live_at desc limit 1)
           from rulesets`,
        table(engine, 'ruleset_approvals', {
          id: 'text primary key',
          hash: 'text not null',
          staff: 'text not null',
          roles: 'text not null',
          note: 'text not null',
          at: 'bigint not null',
        }),
        'create index ruleset_approvals_hash on ruleset_approvals (hash)',
        ...appendOnly(engine, 'ruleset_approvals'),
        table(engine, 'ruleset_openings', { hash: 'text not null', staff: 'text not null', at: 'bigint not null' }, [
          'primary key (hash, staff)',
        ]),
        table(
          engine,
          'ruleset_history',
          {
            name: 'text not null',
            version: 'bigint not null',
            n: 'bigint not null',
            hash: 'text not null',
            at: 'bigint not null',
            op: 'text not null',
            by: 'text not null',
            reason: 'text',
            approvals: 'bigint not null',
            solo: 'smallint not null',
            record: 'text',
          },
          ['primary key (name, version, n)'],
        ),
        ...appendOnly(engine, 'ruleset_history'),
        table(engine, 'rule_pauses', {
          id: 'text primary key',
          name: 'text not null',
          rule: 'text not null',
          reason: 'text not null',
          by: 'text not null',
          at: 'bigint not null',
          until: 'bigint not null',
          ended_at: 'bigint',
        }),
        table(
          engine,
          'rule_hours',
          {
            name: 'text not null',
            version: 'bigint not null',
            rule: 'text not null',
            hour: 'bigint not null',
            asked: 'bigint not null',
            fired: 'bigint not null',
            undecided: 'bigint not null',
            only_new: 'bigint not null',
            only_live: 'bigint not null',
            people: 'bigint not null',
          },
          ['primary key (name, version, rule, hour)'],
        ),
        'create index rule_hours_at on rule_hours (hour)',
      ],
    },
    {
      id: '0003-breakers',
      up: (engine) => [
        table(
          engine,
          'rule_breakers',
          {
            name: 'text not null',
            version: 'bigint not null',
            rule: 'text not null',
            ceiling: 'bigint not null',
            armed_at: 'bigint not null',
            tripped_at: 'bigint',
          },
          ['primary key (name, version, rule)'],
        ),
        table(engine, 'rule_alerts', {
          id: 'text primary key',
          at: 'bigint not null',
          kind: 'text not null',
          name: 'text not null',
          version: 'bigint not null',
          rule: 'text not null',
          roles: 'text not null',
          words: 'text not null',
        }),
        'create index rule_alerts_at on rule_alerts (at)',
      ],
    },
  ],
  tables: {
    rulesets: { kept: { forever: 'what a rule said on a day must be answerable for ever' } },
    ruleset_versions: { kept: { forever: 'what was proposed, agreed and run must be answerable for ever' } },
    ruleset_approvals: { kept: { forever: 'who agreed to what ran must be answerable for ever' } },
    ruleset_openings: { kept: { from: 'at', default: days(730), min: days(30), max: days(3650) } },
    ruleset_history: { kept: { forever: 'what was proposed, agreed and run must be answerable for ever' } },
    rule_pauses: { kept: { from: 'until', default: days(730), min: days(30), max: days(3650) } },
    rule_hours: { kept: { from: 'hour', default: days(90), min: days(28), max: days(3650) } },
    rule_breakers: { kept: { forever: 'a version may come back, and its breakers with it' } },
    rule_alerts: { kept: { from: 'at', default: days(90), min: days(7), max: days(3650) } },
    verdicts: { kept: { from: 'at', default: days(730), min: days(30), max: days(3650) } },
    seen: { kept: { from: 'at', default: SEEN_MS, min: days(1) / 24, max: days(7) } },
  },
})
