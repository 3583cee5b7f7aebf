import { defineSchema, table } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    erasure_runs: RunsTable
  }
}

/** The ground on which somebody asks for the erasure of a person. */
export type AskedGround = 'request' | 'court'

/** What is done one after another; each part can be done again. */
export const PARTS = ['files', 'matters', 'dealings', 'counters', 'replay', 'ledger'] as const
export type Part = (typeof PARTS)[number]

export type RunState = 'waiting' | 'running' | 'done'

export interface RunsTable {
  id: string
  /** Who is erased; null once it is done: what stays names nobody. */
  account: string | null
  ground: AskedGround
  /** Null where a restored copy was erased again: the reason went with the row of then. */
  reason: string | null
  /** `operator`. */
  by: string
  asked_at: number
  /** `waiting`: something came in between and has to be finished first. */
  state: RunState
  /** The last part that is done. */
  part: Part | null
  /** JSON of `Counted`. */
  erased: string
  /** Id of the key whose tombstone says, in every copy of the data, that this person is erased. */
  marker: string
  done_at: number | null
}

/** How much went. */
export interface Counted {
  readonly cases: number
  readonly verdicts: number
  readonly notices: number
  readonly files: number
  readonly records: number
}

export const NOTHING: Counted = { cases: 0, verdicts: 0, notices: 0, files: 0, records: 0 }

export const schema = defineSchema({
  subject: 'erasure',
  steps: [
    {
      id: '0001-runs',
      up: (engine) => [
        table(engine, 'erasure_runs', {
          id: 'text primary key',
          account: 'text unique',
          ground: 'text not null',
          reason: 'text',
          by: 'text not null',
          asked_at: 'bigint not null',
          state: 'text not null',
          part: 'text',
          erased: 'text not null',
          marker: 'text not null unique',
          done_at: 'bigint',
        }),
      ],
    },
  ],
  tables: {
    erasure_runs: {
      kept: { forever: 'names nobody once it is done; says which erasures this copy of the data has seen' },
    },
  },
})
