import { days, defineSchema, table } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    replay_chunks: ChunksTable
  }
}

/** Lines that were settled together. */
export interface ChunksTable {
  /** Grows with each: the order of arrival. */
  n: number
  /** Id of the segment's key; chunks of one segment say equal ids equally. */
  segment: string
  at: number
  /** When the first and the last of its events were received. */
  since: number
  until: number
  lines: number
  /** `packChunk`. */
  body: Uint8Array
}

/** What is not lowered in Settings. */
export const KEPT_DAYS = 28
export const SEGMENT_DAYS = 14

export const schema = defineSchema({
  subject: 'replay',
  steps: [
    {
      id: '0001-chunks',
      up: (engine) => [
        table(engine, 'replay_chunks', {
          n: 'bigint primary key',
          segment: 'text not null',
          at: 'bigint not null',
          since: 'bigint not null',
          until: 'bigint not null',
          lines: 'bigint not null',
          body: 'bytes not null',
        }),
        'create index replay_chunks_at on replay_chunks (at)',
        'create index replay_chunks_segment on replay_chunks (segment, n)',
      ],
    },
  ],
  tables: {
    replay_chunks: { kept: { from: 'at', default: days(KEPT_DAYS), min: days(0), max: days(KEPT_DAYS) } },
  },
})
