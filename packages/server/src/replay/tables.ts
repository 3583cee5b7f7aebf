import { days, defineSchema, table } from '../storage/index.ts'
import { type UploadChunksTable, type UploadsTable, uploadStep, uploadTables } from './upload-tables.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    replay_chunks: ChunksTable
    backtests: BacktestsTable
    backtest_parts: PartsTable
    backtest_differences: DifferencesTable
    retros: RetrosTable
    retro_findings: FindingsTable
    backfills: BackfillsTable
    uploads: UploadsTable
    upload_chunks: UploadChunksTable
  }
}

/** Lines that were settled together. */
export interface ChunksTable {
  /** Grows with each: the order of arrival. */
  n: number
  /** Id of the segment's key; chunks of one segment say equal ids equally. */
  segment: string
  at: number
  /** When the first and the last of its events were received. */
  since: number
  until: number
  lines: number
  /** `packChunk`. */
  body: Uint8Array
}

export interface BacktestsTable {
  id: string
  name: string
  version: number
  hash: string
  /** `starter@2`, and its hash. */
  against: string
  against_hash: string
  /** What is measured, both ends included. */
  since: number
  until: number
  /** The last chunk of the log that there was: what comes later is no part of it, whenever it goes on. */
  last: number
  state: Exclude<RunState, 'proposed'>
  /** Staff id, or `operator`. */
  by: string
  at: number
  ended_at: number | null
  /** JSON of `BacktestResult`. */
  result: string | null
  source: Source
  /** The share of accounts that is looked at, and the word that picks them; null for all of them. */
  percent: number | null
  seed: string | null
}
export type Source = 'log' | 'upload'
/** `proposed`: it goes on when somebody has agreed; of a retro only. `collecting`: it waits for its archive. `parked`: it could not be done. */
export type RunState = 'proposed' | 'collecting' | 'waiting' | 'running' | 'done' | 'cancelled' | 'parked'

/** What was found in one segment: where a backtest goes on after a stop. */
export interface PartsTable {
  backtest: string
  segment: string
  lines: number
  /** JSON of `Part`. */
  part: string
}

export interface DifferencesTable {
  backtest: string
  n: number
  rule: string
  /** JSON of `Difference`. */
  body: string
}

/** A version applied to past events: what was asked, by whom, who agreed, and what came of it. */
export interface RetrosTable {
  id: string
  name: string
  version: number
  hash: string
  /** What is looked at, both ends included. */
  since: number
  until: number
  /** JSON of the names of rules whose findings become cases. */
  rules: string
  max_cases: number
  reason: string
  state: RunState
  /** Staff id, or `operator`. */
  by: string
  at: number
  approved_by: string | null
  approved_at: number | null
  solo: number
  ended_at: number | null
  /** JSON of `RetroResultJson`. */
  result: string | null
  source: Source
  /** Of an upload: whose events they are. */
  connection: string | null
}

/** Counters of a version filled from the log: what was asked, by whom, and from when on they have seen everything since. */
export interface BackfillsTable {
  id: string
  name: string
  version: number
  hash: string
  /** JSON of the names of counters. */
  counters: string
  state: Exclude<RunState, 'proposed' | 'collecting'>
  /** Staff id, or `operator`. */
  by: string
  at: number
  ended_at: number | null
  /** JSON of `BackfillResultJson`. */
  result: string | null
}

/** Events of which a retro made a case. */
export interface FindingsTable {
  /** Hash of the version: it makes one case of an event, however often it is applied. */
  hash: string
  /** Connection, kind and the id as the segment says it: with the segment's key goes what it names. Of an archive a keyed hash of them. */
  event: string
  retro: string
  case_number: number
  joined: number
  /** JSON of the names of the rules. */
  rules: string
  at: number
}

/** What is not lowered in Settings. */
const KEPT_DAYS = 28

export const schema = defineSchema({
  subject: 'replay',
  steps: [
    {
      id: '0001-chunks',
      up: (engine) => [
        table(engine, 'replay_chunks', {
          n: 'bigint primary key',
          segment: 'text not null',
          at: 'bigint not null',
          since: 'bigint not null',
          until: 'bigint not null',
          lines: 'bigint not null',
          body: 'bytes not null',
        }),
        'create index replay_chunks_at on replay_chunks (at)',
        'create index replay_chunks_segment on replay_chunks (segment, n)',
      ],
    },
    {
      id: '0002-backtests',
      up: (engine) => [
        table(engine, 'backtests', {
          id: 'text primary key',
          name: 'text not null',
          version: 'bigint not null',
          hash: 'text not null',
          against: 'text not null',
          against_hash: 'text not null',
          since: 'bigint not null',
          until: 'bigint not null',
          last: 'bigint not null',
          state: 'text not null',
          by: 'text not null',
          at: 'bigint not null',
          ended_at: 'bigint',
          result: 'text',
        }),
        'create index backtests_version on backtests (name, version)',
        'create index backtests_at on backtests (at)',
        table(
          engine,
          'backtest_parts',
          {
            backtest: 'text not null references backtests (id) on delete cascade',
            segment: 'text not null',
            lines: 'bigint not null',
            part: 'text not null',
          },
          ['primary key (backtest, segment)'],
        ),
        table(
          engine,
          'backtest_differences',
          {
            backtest: 'text not null references backtests (id) on delete cascade',
            n: 'bigint not null',
            rule: 'text not null',
            body: 'text not null',
          },
          ['primary key (backtest, n)'],
        ),
      ],
    },
    {
      id: '0003-retros',
      up: (engine) => [
        table(engine, 'retros', {
          id: 'text primary key',
          name: 'text not null',
          version: 'bigint not null',
          hash: 'text not null',
          since: 'bigint not null',
          until: 'bigint not null',
          rules: 'text not null',
          max_cases: 'bigint not null',
          reason: 'text not null',
          state: 'text not null',
          by: 'text not null',
          at: 'bigint not null',
          approved_by: 'text',
          approved_at: 'bigint',
          solo: 'smallint not null',
          ended_at: 'bigint',
          result: 'text',
        }),
        'create index retros_version on retros (name, version)',
        'create index retros_at on retros (at)',
        table(
          engine,
          'retro_findings',
          {
            hash: 'text not null',
            event: 'text not null',
            retro: 'text not null references retros (id) on delete cascade',
            case_number: 'bigint not null',
            joined: 'smallint not null',
            rules: 'text not null',
            at: 'bigint not null',
          },
          ['primary key (hash, event)'],
        ),
        'create index retro_findings_retro on retro_findings (retro, case_number)',
      ],
    },
    {
      id: '0004-backfills',
      up: (engine) => [
        table(engine, 'backfills', {
          id: 'text primary key',
          name: 'text not null',
          version: 'bigint not null',
          hash: 'text not null',
          counters: 'text not null',
          state: 'text not null',
          by: 'text not null',
          at: 'bigint not null',
          ended_at: 'bigint',
          result: 'text',
        }),
        'create index backfills_version on backfills (name, version)',
        'create index backfills_at on backfills (at)',
      ],
    },
    uploadStep,
  ],
  tables: {
    replay_chunks: { kept: { from: 'at', default: days(KEPT_DAYS), min: days(0), max: days(KEPT_DAYS) } },
    // An approval may rest on it.
    backtests: { kept: { from: 'at', default: days(730), min: days(30), max: days(3650) } },
    backtest_parts: { kept: { with: 'backtests' } },
    backtest_differences: { kept: { with: 'backtests' } },
    // Cases rest on it.
    retros: { kept: { from: 'at', default: days(730), min: days(30), max: days(3650) } },
    retro_findings: { kept: { with: 'retros' } },
    // Why a counter is warm.
    backfills: { kept: { from: 'at', default: days(730), min: days(30), max: days(3650) } },
    ...uploadTables,
  },
})
