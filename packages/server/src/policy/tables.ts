import { appendOnly, table } from '../storage/ddl.ts'
import { days, defineSchema } from '../storage/index.ts'

/** How long an event id is remembered (platform.md §12: 24 h, 1 h to 7 d). */
export const SEEN_MS = days(1)

/** What a switch says, or is asked to say. */
const TERMS = {
  is_on: 'bigint not null',
  from_at: 'bigint',
  until_at: 'bigint',
  review_by: 'bigint',
  law: 'text',
  reason: 'text',
} as const
const SET = {
  asked_by: 'text not null',
  agreed_by: 'text not null',
  at: 'bigint not null',
  hash: 'text not null',
  record: 'text not null',
  alarmed_at: 'bigint',
} as const

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
    {
      id: '0004-hits',
      up: (engine) => [
        table(engine, 'rule_hits', { event_key: 'text not null', rule: 'text not null', at: 'bigint not null' }, [
          'primary key (event_key, rule)',
        ]),
        'create index rule_hits_at on rule_hits (at)',
      ],
    },
    { id: '0005-verdicts-at', up: () => ['create index verdicts_at on verdicts (at)'] },
    {
      id: '0006-switches',
      up: (engine) => [
        table(engine, 'switches', { id: 'text not null', version: 'bigint not null', ...TERMS, ...SET }, [
          'primary key (id, version)',
        ]),
        table(engine, 'switch_changes', {
          ...{ id: 'text primary key', switch: 'text not null', ...TERMS },
          ...{ hash: 'text not null', base: 'text not null', asked_by: 'text not null', at: 'bigint not null' },
          ...{ state: 'text not null', ended_at: 'bigint', ended_by: 'text' },
        }),
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
    rule_hits: { kept: { from: 'at', default: days(90), min: days(28), max: days(730) } },
    verdicts: { kept: { from: 'at', default: days(730), min: days(30), max: days(3650) } },
    switches: { kept: { forever: 'what was permitted on a day must be answerable for ever' } },
    switch_changes: { kept: { from: 'ended_at', default: days(1095), min: days(365), max: days(3650) } },
    seen: { kept: { from: 'at', default: SEEN_MS, min: days(1) / 24, max: days(7) } },
  },
})
