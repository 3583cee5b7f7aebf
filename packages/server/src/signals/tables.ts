import { addColumn, table } from '../storage/ddl.ts'
import { days, defineSchema } from '../storage/index.ts'
import type { ListKind } from './lists/parse.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    lists: ListsTable
    list_versions: ListVersionsTable
    list_entries: ListEntriesTable
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
  /** JSON of the harms that its terms allow; null where no terms were given. */
  terms_harms: string | null
}
export interface ListVersionsTable {
  list: string
  version: number
  at: number
  digest: string
  entries: number
  added: number
  removed: number
  by: string
  record: string
}
export interface ListEntriesTable {
  list: string
  /** Ours, never used again within the list. */
  n: number
  /** SHA-256 of the value, to find what changed without unsealing; keyed for sealed lists. */
  fingerprint: string
  /** JSON of `ParsedEntry`; sealed for sealed lists, else UTF-8. */
  body: Uint8Array
  sealed: number
  /** The first version that has the entry, and the first that has it no more. */
  since: number
  gone: number | null
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
  ],
  tables: {
    lists: { kept: { forever: 'one row per list, until an admin removes the list' } },
    list_versions: { kept: { from: 'at', default: days(1095), min: days(365), max: days(3650) } },
    list_entries: { kept: { forever: 'the current entries of a list; an import removes what its file no longer has' } },
    models: { kept: { from: 'retired_at', default: days(1825), min: days(365), max: days(3650) } },
  },
})
