import { defineSchema, table } from '../../storage/index.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    hma_banks: BanksTable
  }
}

/** A list as clients of HMA know it. */
export interface BanksTable {
  list: string
  /** Part of the ids of its entries: HMA numbers the content of all banks in one row. Never used again. */
  number: number
  /** In how many of 1,000 lookups the bank answers; 1,000 but where a client asked for less. */
  ratio: number
}

export const schema = defineSchema({
  subject: 'compat-hma',
  steps: [
    {
      id: '0001-banks',
      up: (engine) => [
        table(engine, 'hma_banks', {
          list: 'text primary key',
          number: 'bigint not null unique',
          ratio: 'smallint not null',
        }),
      ],
    },
  ],
  tables: {
    hma_banks: { kept: { forever: 'one row per list that clients of HMA were shown: ids of entries rest on it' } },
  },
})
