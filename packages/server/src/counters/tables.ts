import type { CounterSpec } from '@lamplighter/rules/counters'
import { defineSchema, table } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    counters: CountersTable
    counter_rows: CounterRowsTable
    counter_journal: CounterJournalTable
  }
}

export interface CountersTable {
  /** Names its rows. */
  no: number
  namespace: string
  /** The counter's identity: `sha256:` and hex. */
  counter: string
  /** JSON of `CounterSpec`. */
  spec: string
  /** From when on everything was seen; null: from the beginning. */
  since: number | null
  /** What sweeping has dropped up to; null: nothing yet. */
  swept: number | null
}

export interface CounterRowsTable {
  /** `<no>:<key>`, the key a keyed hash. */
  id: string
  no: number
  /** Time of the oldest thing in it: what is not older than a sweep need not be looked at. */
  oldest: number
  /** Packed state (`pack` of the rules package). */
  state: Uint8Array
}

/** Moves that are not in the rows yet; empty on PostgreSQL, where a row is written with its move. */
export interface CounterJournalTable {
  seq: number
  /** Ops as `encodeOps` writes them, their ids hashed as in the rows. */
  ops: string
}

export const schema = defineSchema({
  subject: 'counters',
  steps: [
    {
      id: '0001-counters',
      up: (engine) => [
        table(
          engine,
          'counters',
          {
            no: 'bigint primary key',
            namespace: 'text not null',
            counter: 'text not null',
            spec: 'text not null',
            since: 'bigint',
            swept: 'bigint',
          },
          ['unique (namespace, counter)'],
        ),
        table(engine, 'counter_rows', {
          id: 'text primary key',
          no: 'bigint not null references counters (no) on delete cascade',
          oldest: 'bigint not null',
          state: 'bytes not null',
        }),
        'create index counter_rows_oldest on counter_rows (no, oldest)',
      ],
    },
    {
      id: '0002-journal',
      up: (engine) => [table(engine, 'counter_journal', { seq: 'bigint primary key', ops: 'text not null' })],
    },
  ],
  tables: {
    counters: {
      kept: { forever: 'what a rule counts, without anybody in it; gone when no rule set counts it any more' },
    },
    counter_journal: {
      kept: { forever: 'goes when what it says is written into the rows, after some thousand moves' },
    },
    counter_rows: { kept: { forever: 'swept each hour: what is older than the window and ten minutes goes' } },
  },
})

export const specOf = ({ spec }: Pick<CountersTable, 'spec'>): CounterSpec => JSON.parse(spec) as CounterSpec
