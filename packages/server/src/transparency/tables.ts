import { appendOnly, table } from '../storage/ddl.ts'
import { defineSchema } from '../storage/schema.ts'
import type { Engine } from '../storage/seam.ts'

export type LogName = 'actions' | 'sealed'

export const LOGS: readonly LogName[] = ['actions', 'sealed']

/** `destroyed`: erased. */
export type RecordState = 'live' | 'destroyed'

/** Why openings were destroyed. */
export type Ground = 'retention' | 'request' | 'court'

interface RecordsTable {
  id: string
  log: LogName
  class: number
  kind: number | null
  at: number | null
  commitment: Uint8Array
  leaf_index: number | null
  batch: number | null
  person_key: string | null
  sealed: Uint8Array | null
  not_before: number | null
  /** Signed at once; null where the log was halted then. */
  promise: string | null
  due_at: number | null
  keep_until: number
  state: RecordState
  /** The erasure run that named its index. */
  run: string | null
}

interface BatchesTable {
  log: LogName
  n: number
  origin: string
  from_size: number
  to_size: number
  /** 38 octets each, in order; null once two later batches exist. */
  leaves: Uint8Array | null
  /** The edge that these leaves were added to. */
  edge: Uint8Array | null
  pad_key: Uint8Array
  anchor_key: Uint8Array | null
  sealed_text: string | null
  period: number
  root: Uint8Array
  fence: number
  closed_at: number
}

interface HeadsTable {
  log: LogName
  origin: string
  size: number
  root: Uint8Array
  edge: Uint8Array
  period: number
  batches: number
  fence: number
  halt: string | null
  halted_at: number | null
  /** Set by `restore`; a log that came through it signs nothing before §9 is passed. */
  restored_at: number | null
  /** The host that a person confirmed when the address of the installation changed. */
  moved_to: string | null
  /** Digest of the software that last started to serve. */
  software: string | null
  /** Leaves of origins before this one start at 0 again; 1 for the first origin. */
  generation: number
  /** Promises whose leaf came after their deadline, ever. */
  promises_late: number
}

interface CheckpointsTable {
  origin: string
  log: LogName
  size: number
  text: string
  signed_at: number
}

interface KeysTable {
  name: string
  type: number
  public: Uint8Array
  wrapped: Uint8Array
  from_at: number
  to_at: number | null
  /** The act that announced it. */
  record: string
}

interface PersonKeysTable {
  key_id: string
  subject: string
  made_at: number
  destroyed_at: number | null
  ground: Ground | null
  /** The keyring confirmed that the key is gone. */
  ended_at: number | null
}

interface OpenEntriesTable {
  log: LogName
  origin: string
  leaf_index: number
  opening: string
}

interface ErasuresTable {
  run: string
  ground: Ground
  /** JSON array of indices. */
  indices: string
  record: string
  at: number
}

declare module '../storage/tables.ts' {
  interface Tables {
    ledger_records: RecordsTable
    ledger_batches: BatchesTable
    ledger_heads: HeadsTable
    ledger_checkpoints: CheckpointsTable
    ledger_keys: KeysTable
    ledger_person_keys: PersonKeysTable
    ledger_open_entries: OpenEntriesTable
    ledger_erasures: ErasuresTable
  }
}

const forever = (reason: string) => ({ kept: { forever: reason } })

/** The tables of the ledger (ledger.md §18). */
export const schema = defineSchema({
  subject: 'transparency',
  steps: [
    { id: '0001-records', up: records },
    { id: '0002-heads', up: heads },
    { id: '0003-keys', up: keys },
    { id: '0004-open-entries', up: openEntries },
  ],
  tables: {
    ledger_records: forever(
      'id, log, index and commitment; the work transparency.retain destroys the content at keep_until',
    ),
    ledger_batches: forever('the sequencer drops leaf bytes after two batches'),
    ledger_heads: forever('one row per log'),
    ledger_checkpoints: forever('every checkpoint that was ever signed'),
    ledger_keys: forever('public keys; old promises and receipts stay checkable'),
    ledger_person_keys: forever('which key of a person was destroyed when; holds no name'),
    ledger_open_entries: forever('published to everyone'),
    ledger_erasures: forever('shows auditors what was destroyed, as opposed to withheld'),
  },
})

function records(engine: Engine): string[] {
  return [
    table(engine, 'ledger_records', {
      id: 'text primary key',
      log: 'text not null',
      class: 'smallint not null',
      kind: 'smallint',
      at: 'bigint',
      commitment: 'bytes not null unique',
      leaf_index: 'bigint',
      batch: 'bigint',
      person_key: 'text',
      sealed: 'bytes',
      not_before: 'bigint',
      promise: 'text',
      due_at: 'bigint',
      keep_until: 'bigint not null',
      state: "text not null default 'live'",
      run: 'text',
    }),
    'create index ledger_records_pending on ledger_records (log, id) where batch is null',
    'create index ledger_records_person on ledger_records (person_key) where person_key is not null',
    "create index ledger_records_keep on ledger_records (keep_until) where state = 'live'",
    "create index ledger_records_unnamed on ledger_records (leaf_index) where state = 'destroyed' and run is null",
    table(
      engine,
      'ledger_batches',
      {
        log: 'text not null',
        n: 'bigint not null',
        origin: 'text not null',
        from_size: 'bigint not null',
        to_size: 'bigint not null',
        leaves: 'bytes',
        edge: 'bytes',
        pad_key: 'bytes not null',
        anchor_key: 'bytes',
        sealed_text: 'text',
        period: 'bigint not null',
        root: 'bytes not null',
        fence: 'bigint not null',
        closed_at: 'bigint not null',
      },
      ['primary key (log, n)'],
    ),
  ]
}

function heads(engine: Engine): string[] {
  return [
    table(engine, 'ledger_heads', {
      log: 'text primary key',
      origin: 'text not null',
      size: 'bigint not null',
      root: 'bytes not null',
      edge: 'bytes not null',
      period: 'bigint not null',
      batches: 'bigint not null',
      fence: 'bigint not null',
      halt: 'text',
      halted_at: 'bigint',
      restored_at: 'bigint',
      moved_to: 'text',
      software: 'text',
      generation: 'bigint not null default 1',
      promises_late: 'bigint not null default 0',
    }),
    table(
      engine,
      'ledger_checkpoints',
      {
        origin: 'text not null',
        log: 'text not null',
        size: 'bigint not null',
        text: 'text not null',
        signed_at: 'bigint not null',
      },
      // One signed tree per size: the database itself refuses a second.
      ['primary key (origin, size)'],
    ),
    ...appendOnly(engine, 'ledger_checkpoints'),
  ]
}

function keys(engine: Engine): string[] {
  return [
    table(engine, 'ledger_keys', {
      name: 'text primary key',
      type: 'smallint not null',
      public: 'bytes not null',
      wrapped: 'bytes not null',
      from_at: 'bigint not null',
      to_at: 'bigint',
      record: 'text not null',
    }),
    table(engine, 'ledger_person_keys', {
      key_id: 'text primary key',
      subject: 'text not null',
      made_at: 'bigint not null',
      destroyed_at: 'bigint',
      ground: 'text',
      ended_at: 'bigint',
    }),
    'create index ledger_person_keys_subject on ledger_person_keys (subject)',
  ]
}

function openEntries(engine: Engine): string[] {
  return [
    table(
      engine,
      'ledger_open_entries',
      { log: 'text not null', origin: 'text not null', leaf_index: 'bigint not null', opening: 'text not null' },
      ['primary key (origin, leaf_index)'],
    ),
    ...appendOnly(engine, 'ledger_open_entries'),
    table(engine, 'ledger_erasures', {
      run: 'text primary key',
      ground: 'text not null',
      indices: 'text not null',
      record: 'text not null',
      at: 'bigint not null',
    }),
    ...appendOnly(engine, 'ledger_erasures'),
  ]
}
