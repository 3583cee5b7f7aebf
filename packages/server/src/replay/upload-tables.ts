import { UPLOAD } from '@lamplighter/api'
import { addColumn, days, type Kept, type Step, table } from '../storage/index.ts'

/** The archive of one run, while it waits or is read. */
export interface UploadsTable {
  run: string
  /** The connection whose events they are; null where it does not matter. */
  connection: string | null
  /** From here on it may wait for `UPLOAD.hours`. */
  at: number
  /** Events that were taken. */
  taken: number
  /** What they take up, sealed. */
  bytes: number
  /** Grows when a person's events were taken out: what is read begins anew. */
  erased: number
}

export interface UploadChunksTable {
  run: string
  /** How many events came before. */
  first: number
  events: number
  /** HMAC-SHA-256 of what came, under the run's key: the same again is known, and nobody can guess what it was. */
  mac: string
  /** When the first and the last of its events occurred. */
  since: number
  until: number
  /** NDJSON of `Archived`, packed and sealed under the run's key. */
  body: Uint8Array
}

export const uploadStep: Step = {
  id: '0005-uploads',
  up: (engine) => [
    addColumn(engine, 'backtests', 'source', "text not null default 'log'"),
    addColumn(engine, 'backtests', 'percent', 'bigint'),
    addColumn(engine, 'backtests', 'seed', 'text'),
    addColumn(engine, 'retros', 'source', "text not null default 'log'"),
    addColumn(engine, 'retros', 'connection', 'text'),
    table(engine, 'uploads', {
      run: 'text primary key',
      connection: 'text',
      at: 'bigint not null',
      taken: 'bigint not null',
      bytes: 'bigint not null',
      erased: 'bigint not null',
    }),
    'create index uploads_at on uploads (at)',
    table(
      engine,
      'upload_chunks',
      {
        run: 'text not null references uploads (run) on delete cascade',
        first: 'bigint not null',
        events: 'bigint not null',
        mac: 'text not null',
        since: 'bigint not null',
        until: 'bigint not null',
        body: 'bytes not null',
      },
      ['primary key (run, first)'],
    ),
  ],
}

const KEPT = days(UPLOAD.hours / 24)

/** Not to be changed: whoever hands an archive in was told. */
export const uploadTables: Readonly<Record<'uploads' | 'upload_chunks', { readonly kept: Kept }>> = {
  uploads: { kept: { from: 'at', default: KEPT, min: KEPT, max: KEPT } },
  upload_chunks: { kept: { with: 'uploads' } },
}
