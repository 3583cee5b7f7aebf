import { days, defineSchema, table } from '../../storage/index.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    sealed_lookups: SealedLookupsTable
  }
}

/** How often sealed lists were asked by one key on one day. What was asked is kept nowhere. */
export interface SealedLookupsTable {
  /** Id of the key; `operator` for the machine's own. */
  key_id: string
  /** UTC, `2026-11-22`. */
  day: string
  lookups: number
  at: number
}

export const schema = defineSchema({
  subject: 'match-calls',
  steps: [
    {
      id: '0001-sealed-lookups',
      up: (engine) => [
        table(
          engine,
          'sealed_lookups',
          { key_id: 'text not null', day: 'text not null', lookups: 'bigint not null', at: 'bigint not null' },
          ['primary key (key_id, day)'],
        ),
      ],
    },
  ],
  tables: { sealed_lookups: { kept: { from: 'at', default: days(90), min: days(7), max: days(730) } } },
})
