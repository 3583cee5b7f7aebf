import { days, defineSchema, table } from '../../storage/index.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    list_imports: ListImportsTable
  }
}

/** A list file that was handed in, until it is a version of its list, and what came of it. The file lies sealed among the blobs, under this id. */
export interface ListImportsTable {
  id: string
  list: string
  /** `arriving`: its bytes are coming. */
  state: 'arriving' | 'running' | 'done' | 'failed'
  at: number
  ended_at: number | null
  by: string
  /** 1: live at once, without trial. */
  live: number
  /** JSON of `ListFacts`. */
  facts: string
  /** Media type. */
  type: string
  sha256: string
  rows: number
  bad: number
  /** JSON of lines and reasons, without values. */
  bad_rows: string
  /** The version that it made. */
  version: number | null
  attempts: number
  /** JSON of code and words. */
  failure: string | null
}

export const schema = defineSchema({
  subject: 'list-imports',
  steps: [
    {
      id: '0001-list-imports',
      up: (engine) => [
        table(engine, 'list_imports', {
          id: 'text primary key',
          list: 'text not null',
          state: 'text not null',
          at: 'bigint not null',
          ended_at: 'bigint',
          by: 'text not null',
          live: 'smallint not null',
          facts: 'text not null',
          type: 'text not null',
          sha256: 'text not null',
          rows: 'bigint not null',
          bad: 'bigint not null',
          bad_rows: 'text not null',
          version: 'bigint',
          attempts: 'bigint not null',
          failure: 'text',
        }),
        'create index list_imports_open on list_imports (list) where ended_at is null',
      ],
    },
  ],
  tables: {
    list_imports: { kept: { from: 'ended_at', default: days(90), min: days(1), max: days(365) } },
  },
})
