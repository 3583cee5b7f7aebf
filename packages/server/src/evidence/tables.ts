import { appendOnly, table } from '../storage/ddl.ts'
import { days, defineSchema } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    media: MediaTable
    media_arriving: MediaArrivingTable
    renditions: RenditionsTable
    exhibits: ExhibitsTable
    reveals: RevealsTable
    reveal_servings: RevealServingsTable
  }
}

export interface MediaTable {
  /** Connection and the platform's own id. */
  media_key: string
  media_id: string
  audience: 'public' | 'private'
  at: number
  size: number
  sha256: string
  blob: string
  key_id: string
  claimed_type: string | null
  state: 'stored' | 'measured' | 'partly'
  /** JSON of what measuring gave (`MediaFacts`), sealed. */
  facts: Uint8Array | null
  /** Bytes that nothing flagged go at this instant; null once an exhibit keeps them. */
  drop_at: number | null
}
/** A file on its way here, a place for one, or a file on its way out: noted before its first byte is written and until its last one is gone, so that what a kill leaves behind is found. */
export interface MediaArrivingTable {
  key_id: string
  blob: string
  at: number
}
/** What reviewers are shown of a file, sealed under its key; noted before its first byte is written. */
export interface RenditionsTable {
  /** Its own blob. */
  id: string
  /** The file's. */
  blob: string
  until: number
  state: 'making' | 'kept'
}
export interface ExhibitsTable {
  id: string
  case_number: number
  media_key: string
  at: number
  /** The file's own type by our look at its bytes, for the reveal ladder. */
  type: string
  size: number
  blob: string
  key_id: string
  facts: Uint8Array
  keep_until: number
  /** `ending`: shown to nobody any more, key and bytes are being destroyed. */
  state: 'kept' | 'ending' | 'destroyed'
}
export interface RevealsTable {
  id: string
  at: number
  staff: string
  case_number: number
  exhibit: string
  step: 'lowpass' | 'reduced' | 'full'
  colour: number
  region: string | null
  reason: string | null
  label: string
  token_hash: string
  until: number
  record: string
}
export interface RevealServingsTable {
  reveal: string
  at: number
}

export const schema = defineSchema({
  subject: 'evidence',
  steps: [
    {
      id: '0001-vault',
      up: (engine) => [
        table(engine, 'media', {
          media_key: 'text primary key',
          media_id: 'text not null',
          audience: 'text not null',
          at: 'bigint not null',
          size: 'bigint not null',
          sha256: 'text not null',
          blob: 'text not null',
          key_id: 'text not null',
          claimed_type: 'text',
          state: 'text not null',
          facts: 'bytes',
          drop_at: 'bigint',
        }),
        'create index media_drop on media (drop_at)',
        table(engine, 'exhibits', {
          id: 'text primary key',
          case_number: 'bigint not null',
          media_key: 'text not null',
          at: 'bigint not null',
          type: 'text not null',
          size: 'bigint not null',
          blob: 'text not null',
          key_id: 'text not null',
          facts: 'bytes not null',
          keep_until: 'bigint not null',
          state: 'text not null',
        }),
        'create index exhibits_until on exhibits (keep_until)',
        'create index exhibits_case on exhibits (case_number)',
        'create index exhibits_media on exhibits (media_key)',
        table(engine, 'reveals', {
          id: 'text primary key',
          at: 'bigint not null',
          staff: 'text not null',
          case_number: 'bigint not null',
          exhibit: 'text not null',
          step: 'text not null',
          colour: 'smallint not null',
          region: 'text',
          reason: 'text',
          label: 'text not null',
          token_hash: 'text not null unique',
          until: 'bigint not null',
          record: 'text not null',
        }),
        'create index reveals_staff on reveals (staff, at)',
        table(engine, 'reveal_servings', { reveal: 'text primary key', at: 'bigint not null' }),
        'create index reveal_servings_at on reveal_servings (at)',
        ...appendOnly(engine, 'reveals'),
        ...appendOnly(engine, 'reveal_servings'),
      ],
    },
    { id: '0002-ladder', up: () => ['create index reveals_case on reveals (case_number, exhibit)'] },
    {
      id: '0003-arriving',
      up: (engine) => [
        table(engine, 'media_arriving', { key_id: 'text primary key', blob: 'text not null', at: 'bigint not null' }),
      ],
    },
    {
      id: '0004-renditions',
      up: (engine) => [
        table(engine, 'renditions', {
          ...{ id: 'text primary key', blob: 'text not null', until: 'bigint not null', state: 'text not null' },
        }),
        'create index renditions_blob on renditions (blob)',
        'create index renditions_until on renditions (until)',
      ],
    },
  ],
  tables: {
    media: {
      kept: { forever: 'until what the file belongs to was judged, at most 24 hours; the bytes go with their key' },
    },
    media_arriving: {
      kept: { forever: 'until the file is whole; three hours if none came, or its upload was cut off by a kill' },
    },
    renditions: {
      kept: { forever: 'a day, and no longer than the file that they are made of; the bytes go with the row' },
    },
    exhibits: { kept: { forever: 'until the hold of the exhibit ends; then key and bytes are destroyed' } },
    reveals: { kept: { from: 'at', default: days(730), min: days(365), max: days(3650) } },
    reveal_servings: { kept: { from: 'at', default: days(730), min: days(365), max: days(3650) } },
  },
})
