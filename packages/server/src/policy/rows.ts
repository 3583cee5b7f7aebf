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
    rule_hits: HitsTable
    verdicts: VerdictsTable
    seen: SeenTable
    switches: SwitchesTable
    switch_changes: SwitchChangesTable
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
  | 'retro'
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
  kind: 'paused' | 'breaker' | 'switch'
  name: string
  version: number
  rule: string
  /** JSON of the roles. */
  roles: string
  words: string
}
/** That a rule fired on an event. */
export interface HitsTable {
  event_key: string
  rule: string
  at: number
}
export interface VerdictsTable {
  id: string
  at: number
  event_key: string
  event_kind: string
  /** `retro`: said of a past event, to make a case of it and nothing else. */
  phase: 'gate' | 'follow' | 'retro'
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
/** What switches were and are: one row for each change, the newest of a switch stands. */
export interface SwitchesTable {
  id: string
  /** Of the whole set: each change is a new one. */
  version: number
  is_on: number
  from_at: number | null
  until_at: number | null
  review_by: number | null
  law: string | null
  reason: string | null
  /** `R-7`, or `operator`. */
  asked_by: string
  agreed_by: string
  at: number
  /** Of the whole set, as this change left it. */
  hash: string
  record: string
  /** When people were told that it is past its end or its review. */
  alarmed_at: number | null
}
/** A change that one person asks for and another one agrees to. */
export interface SwitchChangesTable {
  id: string
  switch: string
  is_on: number
  from_at: number | null
  until_at: number | null
  review_by: number | null
  law: string | null
  reason: string
  /** What an approval names: all of the above, and what stood then. */
  hash: string
  base: string
  /** Staff id, or `operator`. */
  asked_by: string
  at: number
  state: 'open' | 'approved' | 'withdrawn'
  ended_at: number | null
  ended_by: string | null
}
