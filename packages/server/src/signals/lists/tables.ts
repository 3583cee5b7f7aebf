import { days, defineSchema, table } from '../../storage/index.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    entry_standing: EntryStandingTable
    entry_opinions: EntryOpinionsTable
    staged_opinions: StagedOpinionsTable
    entry_acts: EntryActsTable
    exceptions: ExceptionsTable
    list_hits: ListHitsTable
    entry_uploaders: EntryUploadersTable
    hot_entries: HotEntriesTable
    source_coverage: SourceCoverageTable
  }
}

/** That an entry hit something in an event of which something followed. */
export interface ListHitsTable {
  event_key: string
  list: string
  n: number
  version: number
  distance: number
  at: number
}
/** Who sent what an entry hit, by a name that nobody can make but us and that is another one for each entry. */
export interface EntryUploadersTable {
  list: string
  n: number
  who: string
  at: number
}
/** That an entry hit something of more than 20 people within a day: it is hot until then. */
export interface HotEntriesTable {
  list: string
  n: number
  until_at: number
}
/** What an exchange named and nothing here can match, since it named everything last. */
export interface SourceCoverageTable {
  exchange: string
  /** JSON: hashes by kind. */
  unmatched: string
  at: number
}

/** Entries that are anything but active, or that expire. Without a row an entry is active. */
export interface EntryStandingTable {
  list: string
  n: number
  state: 'active' | 'disputed' | 'aside' | 'withdrawn'
  /** Aside until then. */
  until_at: number | null
  expires_at: number | null
  /** Why it is aside, and who said so: staff ids, or words for the machine. */
  reason: string | null
  by: string | null
  second: string | null
  changed_at: number
}
export interface EntryOpinionsTable {
  list: string
  n: number
  /** Counts the words about one entry, from 1. */
  seq: number
  /** Staff id, or the name of the source. */
  who: string
  /** 1: somebody here said it. */
  mine: number
  says: 'affirm' | 'doubt' | 'deny'
  reason: string | null
  at: number
}
/** What others say of an entry that is matched already, until the version that brought it is live. */
export interface StagedOpinionsTable {
  list: string
  n: number
  /** Number of the version that was being made when it was told. */
  made: number
  /** It counts once this version, or a later one, is live. */
  counts_from: number
  /** JSON of `OthersOpinion[]`: all of them. */
  opinions: string
}
export type EntryOp = 'add' | 'drop' | 'aside' | 'restore' | 'except' | 'unexcept'
/** What somebody wants to do with an entry of a sealed list, until another person has agreed. */
export interface EntryActsTable {
  id: string
  list: string
  /** Null where the entry is still to be added. */
  n: number | null
  op: EntryOp
  /** JSON of what the act is about, sealed; empty once it has ended. */
  body: Uint8Array
  reason: string
  /** Staff id, or `operator`. */
  asked_by: string
  at: number
  /** `agreed`: nobody else has to agree, and the list is being changed. */
  state: 'open' | 'agreed' | 'done' | 'withdrawn'
  agreed_by: string | null
  ended_at: number | null
  /** JSON of `ListedEntry`: what became of an entry that was added or dropped. */
  result: string | null
}
export interface ExceptionsTable {
  id: string
  list: string
  n: number
  /** SHA-256 of a file of ours, under a key: on a sealed list it may be the entry itself. */
  file_key: string | null
  /** Never on a sealed list. */
  pdq: string | null
  reason: string
  by: string
  second: string | null
  at: number
  ends_at: number
  /** When somebody took it back. */
  ended_at: number | null
  /** How often it has silenced a hit, and when last. */
  used: number
  used_at: number | null
}

const HOUR_MS = 3_600_000
const year = { default: days(365), min: days(30), max: days(3650) }
/** Uploaders are counted over so long. */
export const HOT_MS = 23 * HOUR_MS
const ofEntry = 'foreign key (list, n) references list_entries (list, n) on delete cascade'

/** What is known of single entries beside their values. */
export const schema = defineSchema({
  subject: 'entries',
  steps: [
    {
      id: '0001-standing',
      up: (engine) => [
        table(
          engine,
          'entry_standing',
          {
            list: 'text not null',
            n: 'bigint not null',
            state: 'text not null',
            until_at: 'bigint',
            expires_at: 'bigint',
            reason: 'text',
            by: 'text',
            second: 'text',
            changed_at: 'bigint not null',
          },
          ['primary key (list, n)', ofEntry],
        ),
        'create index entry_standing_changed on entry_standing (changed_at)',
        table(
          engine,
          'entry_opinions',
          {
            list: 'text not null',
            n: 'bigint not null',
            seq: 'bigint not null',
            who: 'text not null',
            mine: 'smallint not null',
            says: 'text not null',
            reason: 'text',
            at: 'bigint not null',
          },
          ['primary key (list, n, seq)', ofEntry],
        ),
        table(engine, 'entry_acts', {
          id: 'text primary key',
          list: 'text not null',
          n: 'bigint',
          op: 'text not null',
          body: 'bytes not null',
          reason: 'text not null',
          asked_by: 'text not null',
          at: 'bigint not null',
          state: 'text not null',
          agreed_by: 'text',
          ended_at: 'bigint',
          result: 'text',
        }),
        'create index entry_acts_open on entry_acts (list) where ended_at is null',
        table(engine, 'exceptions', {
          id: 'text primary key',
          list: 'text not null',
          n: 'bigint not null',
          file_key: 'text',
          pdq: 'text',
          reason: 'text not null',
          by: 'text not null',
          second: 'text',
          at: 'bigint not null',
          ends_at: 'bigint not null',
          ended_at: 'bigint',
          used: 'bigint not null default 0',
          used_at: 'bigint',
        }),
        'create index exceptions_list on exceptions (list, ends_at)',
      ],
    },
    {
      id: '0002-hits',
      up: (engine) => [
        table(
          engine,
          'list_hits',
          {
            event_key: 'text not null',
            list: 'text not null',
            n: 'bigint not null',
            version: 'bigint not null',
            distance: 'bigint not null',
            at: 'bigint not null',
          },
          ['primary key (event_key, list, n)'],
        ),
        'create index list_hits_list on list_hits (list, at)',
        'create index list_hits_at on list_hits (at)',
        table(
          engine,
          'entry_uploaders',
          { list: 'text not null', n: 'bigint not null', who: 'text not null', at: 'bigint not null' },
          ['primary key (list, n, who)'],
        ),
        'create index entry_uploaders_at on entry_uploaders (at)',
      ],
    },
    {
      id: '0003-facts',
      up: (engine) => [
        table(engine, 'hot_entries', { list: 'text not null', n: 'bigint not null', until_at: 'bigint not null' }, [
          'primary key (list, n)',
        ]),
        'create index hot_entries_until on hot_entries (until_at)',
        table(engine, 'source_coverage', {
          exchange: 'text primary key',
          unmatched: 'text not null',
          at: 'bigint not null',
        }),
      ],
    },
    {
      id: '0004-staged-opinions',
      up: (engine) => [
        table(
          engine,
          'staged_opinions',
          {
            list: 'text not null',
            n: 'bigint not null',
            made: 'bigint not null',
            counts_from: 'bigint not null',
            opinions: 'text not null',
          },
          ['primary key (list, n, made)', ofEntry],
        ),
        'create index staged_opinions_counts on staged_opinions (list, counts_from)',
      ],
    },
  ],
  tables: {
    entry_standing: { kept: { with: 'list_entries' } },
    entry_opinions: { kept: { with: 'list_entries' } },
    staged_opinions: { kept: { with: 'list_entries' } },
    entry_acts: { kept: { from: 'ended_at', ...year } },
    exceptions: { kept: { from: 'ends_at', ...year } },
    list_hits: { kept: { from: 'at', default: days(90), min: days(28), max: days(730) } },
    // Retention runs every hour: after 24 hours nothing is left.
    entry_uploaders: { kept: { from: 'at', default: HOT_MS, min: HOT_MS, max: HOT_MS } },
    hot_entries: { kept: { from: 'until_at', default: HOUR_MS, min: HOUR_MS, max: HOUR_MS } },
    source_coverage: { kept: { forever: 'one row of counts for each exchange' } },
  },
})
