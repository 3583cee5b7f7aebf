import { appendOnly, table } from '../storage/ddl.ts'
import { days, defineSchema } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    rulesets: RulesetsTable
    verdicts: VerdictsTable
    seen: SeenTable
  }
}

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
  ],
  tables: {
    rulesets: { kept: { forever: 'what a rule said on a day must be answerable for ever' } },
    verdicts: { kept: { from: 'at', default: days(730), min: days(30), max: days(3650) } },
    seen: { kept: { from: 'at', default: SEEN_MS, min: days(1) / 24, max: days(7) } },
  },
})
