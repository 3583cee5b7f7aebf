import { days, defineSchema, table } from '../../storage/index.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    exchanges: ExchangesTable
    pulls: PullsTable
    pull_rows: PullRowsTable
    pull_bad: PullBadTable
    exchange_pushes: ExchangePushesTable
  }
}

export type ExchangeState = 'unapproved' | 'on' | 'stopped' | 'off'

export interface ExchangesTable {
  /** Chosen by whoever set it up. */
  id: string
  /** Id of a `SourceKind`. */
  source: string
  /** JSON, as the kind's settings say. */
  settings: string
  /** As the kind's credentials say; null where nobody gave any. */
  credentials: Uint8Array | null
  credentials_last4: string | null
  credentials_at: number | null
  /** JSON of `FedLists`. */
  lists: string
  every_ms: number
  state: ExchangeState
  /** JSON of `Trouble`: why it is stopped; null where it is not. */
  why: string | null
  /** JSON; null before the first whole pull. */
  cursor: string | null
  set_by: string
  approved_by: string | null
  /** An approval holds for twelve months. */
  approved_at: number | null
  revision: number
  next_at: number
  /** End of the last whole pull. */
  pulled_at: number | null
  created_at: number
}

/** Which list takes which kind of entry. */
export interface FedLists {
  readonly pdq?: string | undefined
  readonly digest?: string | undefined
}
export type FedKind = keyof FedLists

export interface Trouble {
  readonly code: 'sign_in' | 'refused' | 'unreadable' | 'window_over' | 'fault'
  /** What the other side said, 200 characters at most, or our words. */
  readonly words: string
}

export interface PullsTable {
  id: string
  exchange: string
  by: string
  state: 'running' | 'done' | 'failed'
  /** The pull gives everything: what it does not name is gone. */
  is_full: number
  /** JSON of the place of the page that is asked for next; null before the first and after the last. */
  at: string | null
  /** JSON of the cursor that counts once every list has taken what was pulled; null before the last page. */
  cursor: string | null
  unchanged: number
  /** Pages that are here. */
  page: number
  rows: number
  bad: number
  /** JSON: hashes of kinds that nothing here matches, by kind. */
  unmatched: string
  /** JSON: what each list made of it, by list. */
  lists: string
  /** How often its window began anew. */
  restarts: number
  /** How often in a row it was told to wait, and why it waits now. */
  waits: number
  why: string | null
  started_at: number
  ended_at: number | null
}

export interface PullRowsTable {
  pull: string
  page: number
  n: number
  /** Keyed hash of the source's id: changes of one content lie together, and nobody reads which. */
  source_key: string
  stamp: number
  /** Changes of one content, as JSON; sealed. */
  body: Uint8Array
}

export interface PullBadTable {
  pull: string
  page: number
  n: number
  why: string
  /** The row as it came; sealed. */
  raw: Uint8Array
  at: number
}

/** `asked` waits for a second person. */
export type PushState = 'asked' | 'waiting' | 'sending' | 'delivered' | 'unclear' | 'parked' | 'cancelled'

export interface ExchangePushesTable {
  id: string
  exchange: string
  list: string
  /** Number of the entry. */
  n: number
  decision: string
  act: 'say' | 'unsay'
  /** JSON of `Push`; sealed. Empty where it was cancelled. */
  body: Uint8Array
  state: PushState
  /** Before the first byte leaves; an intent without an answer is unclear where a second push is not the first one again. */
  intent_at: number | null
  fails: number
  why: string | null
  by: string
  record: string
  created_at: number
  closed_at: number | null
}

export const schema = defineSchema({
  subject: 'exchanges',
  steps: [
    {
      id: '0001-exchanges',
      up: (engine) => [
        table(engine, 'exchanges', {
          id: 'text primary key',
          source: 'text not null',
          settings: 'text not null',
          credentials: 'bytes',
          credentials_last4: 'text',
          credentials_at: 'bigint',
          lists: 'text not null',
          every_ms: 'bigint not null',
          state: 'text not null',
          why: 'text',
          cursor: 'text',
          set_by: 'text not null',
          approved_by: 'text',
          approved_at: 'bigint',
          revision: 'bigint not null',
          next_at: 'bigint not null',
          pulled_at: 'bigint',
          created_at: 'bigint not null',
        }),
        table(engine, 'pulls', {
          id: 'text primary key',
          exchange: 'text not null',
          by: 'text not null',
          state: 'text not null',
          is_full: 'smallint not null',
          at: 'text',
          cursor: 'text',
          unchanged: 'smallint not null',
          page: 'bigint not null',
          rows: 'bigint not null',
          bad: 'bigint not null',
          unmatched: 'text not null',
          lists: 'text not null',
          restarts: 'bigint not null',
          waits: 'bigint not null',
          why: 'text',
          started_at: 'bigint not null',
          ended_at: 'bigint',
        }),
        // Never two pulls of one source at a time, whoever asks.
        "create unique index pulls_running on pulls (exchange) where state = 'running'",
        'create index pulls_exchange on pulls (exchange, started_at)',
        'create index pulls_ended on pulls (ended_at)',
        table(
          engine,
          'pull_rows',
          {
            pull: 'text not null',
            page: 'bigint not null',
            n: 'bigint not null',
            source_key: 'text not null',
            stamp: 'bigint not null',
            body: 'bytes not null',
          },
          ['primary key (pull, page, n)'],
        ),
        'create index pull_rows_content on pull_rows (pull, source_key, stamp, page, n)',
        table(
          engine,
          'pull_bad',
          {
            pull: 'text not null',
            page: 'bigint not null',
            n: 'bigint not null',
            why: 'text not null',
            raw: 'bytes not null',
            at: 'bigint not null',
          },
          ['primary key (pull, page, n)'],
        ),
        'create index pull_bad_at on pull_bad (at)',
      ],
    },
    {
      id: '0002-pushes',
      up: (engine) => [
        table(
          engine,
          'exchange_pushes',
          {
            id: 'text primary key',
            exchange: 'text not null',
            list: 'text not null',
            n: 'bigint not null',
            decision: 'text not null',
            act: 'text not null',
            body: 'bytes not null',
            state: 'text not null',
            intent_at: 'bigint',
            fails: 'bigint not null',
            why: 'text',
            by: 'text not null',
            record: 'text not null',
            created_at: 'bigint not null',
            closed_at: 'bigint',
          },
          // What a person says twice of one entry, for one decision, is said once.
          ['unique (exchange, list, n, decision, act)'],
        ),
        'create index exchange_pushes_closed on exchange_pushes (closed_at)',
      ],
    },
  ],
  tables: {
    exchanges: { kept: { forever: 'one row per exchange, until an admin switches it off for good' } },
    pulls: { kept: { from: 'ended_at', default: days(90), min: days(7), max: days(730) } },
    pull_rows: {
      kept: { forever: 'what is being pulled, sealed; gone as soon as the lists have taken it, or with the pull' },
    },
    exchange_pushes: { kept: { from: 'closed_at', default: days(90), min: days(7), max: days(730) } },
    pull_bad: { kept: { from: 'at', default: days(30), min: days(1), max: days(30) } },
  },
})
