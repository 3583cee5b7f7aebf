import { table } from './ddl.ts'
import { days, defineSchema } from './schema.ts'
import type { Engine } from './seam.ts'

/** The tables of storage itself: retention's guard, once keys, leases, jobs, the event stream. Runs before every subject's. */
export const coreSchema = defineSchema({
  subject: 'storage',
  steps: [
    { id: '0001-guard', up: guard },
    { id: '0002-once', up: once },
    { id: '0003-leases', up: leases },
    { id: '0004-jobs', up: jobs },
    { id: '0005-stream', up: stream },
    { id: '0006-proof-shared-hints', up: sharedHints },
  ],
  tables: {
    retention_guard: { kept: { forever: 'one row per append-only table, only while retention removes rows from it' } },
    once_results: { kept: { from: 'at', default: days(7), min: days(1), max: days(30) } },
    leases: { kept: { forever: 'one row per lease; its number must never go back' } },
    jobs: {
      kept: {
        from: 'closed_at',
        default: days(90),
        min: days(30),
        max: days(365),
        unless: "state in ('open', 'parked')",
      },
    },
    job_orders: { kept: { with: 'jobs' } },
    stream_heads: { kept: { forever: 'one row per partition' } },
    stream_offsets: { kept: { forever: 'one row per partition and group' } },
    stream_chunks: { kept: { with: 'stream_offsets' } },
    shared_hints: { kept: { forever: 'one row per topic; its number must never go back' } },
  },
})

function guard(engine: Engine): string[] {
  const own = table(engine, 'retention_guard', { table_name: 'text primary key' })
  if (engine === 'sqlite') return [own]
  return [
    own,
    `create function refuse_change() returns trigger language plpgsql as $$
     begin raise exception 'append_only %', tg_table_name using errcode = 'LL001'; end $$`,
    `create function refuse_delete() returns trigger language plpgsql as $$
     begin
       if exists (select 1 from retention_guard where table_name = tg_table_name) then return old; end if;
       raise exception 'append_only %', tg_table_name using errcode = 'LL001';
     end $$`,
  ]
}

function once(engine: Engine): string[] {
  const columns = {
    scope: 'text not null',
    key: 'text not null',
    fingerprint: 'text not null',
    result: 'bytes',
    at: 'bigint not null',
  }
  return [
    table(engine, 'once_results', columns, ['primary key (scope, key)']),
    'create index once_results_at on once_results (at)',
  ]
}

function leases(engine: Engine): string[] {
  const columns = {
    name: 'text primary key',
    epoch: 'bigint not null',
    address: 'text not null',
    until_ms: 'bigint not null',
  }
  return [table(engine, 'leases', columns)]
}

function jobs(engine: Engine): string[] {
  const columns = {
    id: 'text primary key',
    queue: 'text not null',
    once_key: 'text',
    order_key: 'text',
    order_no: 'bigint not null default 0',
    strict: 'smallint not null default 0',
    state: "text not null default 'open'",
    run_at: 'bigint not null',
    lease_until: 'bigint not null default 0',
    token: 'text',
    attempts: 'bigint not null default 0',
    payload: 'text not null',
    why: 'text',
    closed_by: 'text',
    closed_reason: 'text',
    created_at: 'bigint not null',
    closed_at: 'bigint',
  }
  const tuned = 'autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.01'
  return [
    table(engine, 'jobs', columns),
    "create index jobs_due on jobs (queue, run_at, id) where state = 'open'",
    "create unique index jobs_once on jobs (queue, once_key) where once_key is not null and state in ('open', 'parked')",
    "create index jobs_order on jobs (order_key, order_no) where order_key is not null and state = 'open'",
    'create index jobs_closed on jobs (closed_at) where closed_at is not null',
    table(engine, 'job_orders', { order_key: 'text primary key', last_no: 'bigint not null' }),
    ...(engine === 'postgres' ? [`alter table jobs set (${tuned})`] : []),
  ]
}

function stream(engine: Engine): string[] {
  const chunk = {
    part: 'smallint not null',
    hour: 'bigint not null',
    first_off: 'bigint not null',
    n: 'bigint not null',
    appended_at: 'bigint not null',
    oldest_at: 'bigint not null',
    body: 'bytes not null',
  }
  const offset = {
    grp: 'text not null',
    part: 'smallint not null',
    off: 'bigint not null',
  }
  return [
    table(engine, 'stream_heads', { part: 'smallint primary key', off: 'bigint not null' }),
    table(engine, 'stream_offsets', offset, ['primary key (grp, part)']),
    ...(engine === 'sqlite'
      ? [table(engine, 'stream_chunks', chunk, ['primary key (part, first_off)'])]
      : [
          // By hour, so that what was trimmed leaves the disk as a whole file (`postgres/partitions.ts`).
          `${table(engine, 'stream_chunks', chunk, ['primary key (part, first_off, hour)'])} partition by range (hour)`,
          'create table stream_chunks_default partition of stream_chunks default',
          'alter table stream_heads set (fillfactor = 20)',
          'alter table stream_offsets set (fillfactor = 20)',
          // Sealed bodies do not compress, and trying costs more than writing them.
          'alter table stream_chunks alter column body set storage external',
        ]),
  ]
}

function sharedHints(engine: Engine): string[] {
  return [table(engine, 'shared_hints', { topic: 'text primary key', n: 'bigint not null' })]
}
