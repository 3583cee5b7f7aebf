import { addColumn, table } from '../storage/ddl.ts'
import { days, defineSchema, type Engine } from '../storage/index.ts'
import type { ListKind } from './lists/parse.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    lists: ListsTable
    list_versions: ListVersionsTable
    list_entries: ListEntriesTable
    list_sums: ListSumsTable
    models: ModelsTable
  }
}

export interface ListsTable {
  id: string
  kind: ListKind
  harm: string
  sealed: number
  context: number
  source: string
  version: number
  entries: number
  digest: string
  stale_after_ms: number | null
  updated_at: number | null
  /** The highest entry number that was ever given. */
  last_n: number
  /** Pictures: bits within which one is the same, and whether it is looked up turned and mirrored too; null where the default holds. */
  within: number | null
  variants: 'as_is' | 'eight' | null
  /** Videos: JSON of `DeclaredShares`; null where the defaults hold. */
  shares: string | null
  /** The highest entry number of the live version: what is beyond belongs to one that is not live. */
  live_n: number
  /** The highest version number that was ever given. `version` is the live one; 0 where none is. */
  last_version: number
  /** Counts changes of the declaration, for `If-Match`. */
  revision: number
  /** `declared`: no version was live yet. */
  state: 'declared' | 'live' | 'retired'
  disputed: 'hit' | 'cannot_tell'
  /** JSON of `Terms`; null where none were given. */
  terms: string | null
  /** JSON of `Rails`; null where the defaults hold. */
  rails: string | null
  exchange: string | null
  /** Set while a version that removes is put below one that waits: its number, by which rows are put right after a crash. */
  moving: number | null
}

export type VersionState = 'staged' | 'trial' | 'live' | 'retired' | 'dropped'

export interface ListVersionsTable {
  list: string
  version: number
  at: number
  digest: string
  entries: number
  added: number
  removed: number
  by: string
  /** Leaf of its publication; empty while it was never live. */
  record: string
  state: VersionState
  /** Highest entry number it holds. */
  last_n: number
  trial_at: number | null
  live_at: number | null
  ended_at: number | null
  /** When values that it held were erased: from then on it cannot come back. */
  purged_at: number | null
  /** JSON of `Reason[]`: why it waits for a person. */
  reason: string
  /** Rows that were read for it, and how many of them could not be used. */
  rows: number
  bad: number
  /** JSON of `VersionApproval[]`. */
  approvals: string
  /** Trial: what it was asked about, and how often it alone would have said "hit". */
  looked_up: number
  hits: number
  /** JSON of `CarriedFacts` that go live with it; null where the declaration stays as it is. */
  facts: string | null
}
export interface ListEntriesTable {
  list: string
  /** Ours, never used again within the list. */
  n: number
  /** SHA-256 of the value and the source's id, to find what changed without unsealing; keyed for sealed lists. `gone:N` once the value is erased, `was:N:…` where the value came again later. */
  fingerprint: string
  /** SHA-256 of list and source id, keyed for sealed lists; null where the source gave none. */
  source_key: string | null
  /** JSON of `ParsedEntry`, sealed. Empty once the value is erased. */
  body: Uint8Array
  /** 0 where an earlier version of this software has written `body` in the clear, as UTF-8, and it is not sealed yet. */
  sealed: number
  /** The first version that has the entry, and the first that has it no more: it is in version v when `since <= v < gone`. */
  since: number
  gone: number | null
  /** What `gone` was in the version that waits, where a change that is not published yet says otherwise, and the number of that change. */
  gone_before: number | null
  changed_by: number | null
}

/** `EntrySum` of a version: the next one's is made of it. */
export interface ListSumsTable {
  list: string
  version: number
  sum: Uint8Array
}

export interface ModelsTable {
  id: string
  /** Slug of the policy whose texts it scores. */
  policy: string
  /** One of a policy is live. */
  state: 'live' | 'retired'
  /** Packed weights of `packages/text`: hashed grams, no text. */
  weights: Uint8Array
  /** JSON of `Manifest`. */
  manifest: string
  /** JSON of `Card`. */
  card: string
  /** Over manifest and weights, as `digestOf` takes it. */
  sha256: string
  live_at: number
  retired_at: number | null
  record: string
}

/** The life of a version, entries that are found by the id of their source, and terms instead of harms alone. */
function listVersions(engine: Engine): string[] {
  const lists = (column: string, declared: string) => addColumn(engine, 'lists', column, declared)
  const versions = (column: string, declared: string) => addColumn(engine, 'list_versions', column, declared)
  return [
    lists('live_n', 'bigint not null default 0'),
    lists('last_version', 'bigint not null default 0'),
    lists('revision', 'bigint not null default 1'),
    lists('state', "text not null default 'live'"),
    lists('disputed', "text not null default 'hit'"),
    lists('terms', 'text'),
    lists('rails', 'text'),
    lists('exchange', 'text'),
    'update lists set live_n = last_n, last_version = version',
    `update lists set terms = '{"name":"","share":false,"export":false,"device":false,"feedback":"none","harms":' || terms_harms || '}' where terms_harms is not null`,
    'alter table lists drop column terms_harms',
    versions('state', "text not null default 'retired'"),
    versions('last_n', 'bigint not null default 0'),
    ...['trial_at', 'live_at', 'ended_at', 'purged_at'].map((column) => versions(column, 'bigint')),
    versions('reason', "text not null default '[]'"),
    versions('rows', 'bigint not null default 0'),
    versions('bad', 'bigint not null default 0'),
    versions('approvals', "text not null default '[]'"),
    versions('looked_up', 'bigint not null default 0'),
    versions('hits', 'bigint not null default 0'),
    versions('facts', 'text'),
    // What an earlier version of this software replaced, it erased with the next import.
    'update list_versions set live_at = at, ended_at = at, purged_at = at',
    `update list_versions set state = 'live', ended_at = null, purged_at = null
     where version = (select version from lists where lists.id = list_versions.list)`,
    "create unique index list_versions_beside on list_versions (list) where state in ('staged', 'trial')",
    "create unique index list_versions_live on list_versions (list) where state = 'live'",
    addColumn(engine, 'list_entries', 'source_key', 'text'),
    'create index list_entries_source on list_entries (list, source_key) where source_key is not null',
    'create index list_entries_since on list_entries (list, since, n)',
    'create index list_entries_gone on list_entries (list, gone, n) where gone is not null',
  ]
}

/** Versions by what came and went, and changes that a crash can cut off anywhere. */
function listSums(engine: Engine): string[] {
  const columns = { list: 'text not null', version: 'bigint not null', sum: 'bytes not null' }
  const ofVersion = 'foreign key (list, version) references list_versions (list, version) on delete cascade'
  return [
    table(engine, 'list_sums', columns, ['primary key (list, version)', ofVersion]),
    addColumn(engine, 'lists', 'moving', 'bigint'),
    addColumn(engine, 'list_entries', 'gone_before', 'bigint'),
    addColumn(engine, 'list_entries', 'changed_by', 'bigint'),
    'create index list_entries_changed on list_entries (list, changed_by, n) where changed_by is not null',
  ]
}

export const schema = defineSchema({
  subject: 'signals',
  steps: [
    {
      id: '0001-lists',
      up: (engine) => [
        table(engine, 'lists', {
          id: 'text primary key',
          kind: 'text not null',
          harm: 'text not null',
          sealed: 'smallint not null',
          context: 'smallint not null',
          source: 'text not null',
          version: 'bigint not null',
          entries: 'bigint not null',
          digest: 'text not null',
          stale_after_ms: 'bigint',
          updated_at: 'bigint',
          last_n: 'bigint not null',
        }),
        table(
          engine,
          'list_versions',
          {
            list: 'text not null',
            version: 'bigint not null',
            at: 'bigint not null',
            digest: 'text not null',
            entries: 'bigint not null',
            added: 'bigint not null',
            removed: 'bigint not null',
            by: 'text not null',
            record: 'text not null',
          },
          ['primary key (list, version)'],
        ),
        table(
          engine,
          'list_entries',
          {
            list: 'text not null',
            n: 'bigint not null',
            fingerprint: 'text not null',
            body: 'bytes not null',
            sealed: 'smallint not null',
            since: 'bigint not null',
            gone: 'bigint',
          },
          ['primary key (list, n)', 'unique (list, fingerprint)'],
        ),
      ],
    },
    {
      id: '0002-models',
      up: (engine) => [
        table(engine, 'models', {
          id: 'text primary key',
          policy: 'text not null',
          state: 'text not null',
          weights: 'bytes not null',
          manifest: 'text not null',
          card: 'text not null',
          sha256: 'text not null',
          live_at: 'bigint not null',
          retired_at: 'bigint',
          record: 'text not null',
        }),
        "create unique index models_live on models (policy) where state = 'live'",
        'create index models_retired on models (retired_at)',
      ],
    },
    {
      id: '0003-near',
      up: () => ['alter table lists add column within integer', 'alter table lists add column variants text'],
    },
    { id: '0004-terms', up: (engine) => [addColumn(engine, 'lists', 'terms_harms', 'text')] },
    { id: '0005-lists-versions', up: listVersions },
    { id: '0006-lists-sums', up: listSums },
    { id: '0007-video-shares', up: (engine) => [addColumn(engine, 'lists', 'shares', 'text')] },
    {
      id: '0008-clear-entries',
      up: () => ['create index list_entries_clear on list_entries (list, n) where sealed = 0'],
    },
  ],
  tables: {
    lists: { kept: { forever: 'one row per list, until an admin removes the list' } },
    list_versions: {
      kept: {
        from: 'at',
        default: days(1095),
        min: days(365),
        max: days(3650),
        unless: "state in ('staged', 'trial', 'live')",
      },
    },
    list_entries: {
      kept: {
        forever:
          'the entries of a list; the value of what is removed goes within a day, or as soon as the terms of the list say',
      },
    },
    list_sums: { kept: { with: 'list_versions' } },
    models: { kept: { from: 'retired_at', default: days(1825), min: days(365), max: days(3650) } },
  },
})
