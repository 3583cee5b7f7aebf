import { days, defineSchema, table } from '../../storage/index.ts'

declare module '../../storage/tables.ts' {
  interface Tables {
    canaries: CanariesTable
  }
}

/** A harmless picture of the platform's own. The picture itself is not kept. */
export interface CanariesTable {
  id: string
  name: string
  /** SHA-256 of the file, under a key: the same file twice is one canary. */
  file_key: string
  /** JSON of `CanaryHashes`; sealed, since what hits a sealed list is near one of its entries. */
  hashes: Uint8Array
  readings: number
  /** Staff id, or `operator`. */
  asked_by: string
  at: number
  /** Who agreed that it counts for sealed lists, too. */
  agreed_by: string | null
  ended_at: number | null
}

export const schema = defineSchema({
  subject: 'canaries',
  steps: [
    {
      id: '0001-canaries',
      up: (engine) => [
        table(engine, 'canaries', {
          id: 'text primary key',
          name: 'text not null',
          file_key: 'text not null',
          hashes: 'bytes not null',
          readings: 'bigint not null',
          asked_by: 'text not null',
          at: 'bigint not null',
          agreed_by: 'text',
          ended_at: 'bigint',
        }),
        'create unique index canaries_file on canaries (file_key) where ended_at is null',
        'create index canaries_ended on canaries (ended_at)',
      ],
    },
  ],
  tables: { canaries: { kept: { from: 'ended_at', default: days(365), min: days(30), max: days(3650) } } },
})
