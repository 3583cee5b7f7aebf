import { table } from '../storage/ddl.ts'
import { days, defineSchema } from '../storage/index.ts'

declare module '../storage/tables.ts' {
  interface Tables {
    lookback_items: LookBackItemsTable
    lookback_lists: LookBackListsTable
  }
}

/** What is kept of the files of one public event that nothing flagged. */
export interface LookBackItemsTable {
  id: string
  /** The beginning of the hour in which the event came: the time of all that came in it ends together. */
  hour: number
  /** The key of that hour. */
  key_id: string
  /** When the event came. */
  at: number
  /** Keyed hash of the account under the key of the hour; null where none is known. */
  who: string | null
  /** JSON of `KeptItem`, packed and sealed. */
  body: Uint8Array
  /** JSON: the lists on which it was found since. */
  told: string
}

/** How far a list was looked back with. */
export interface LookBackListsTable {
  list: string
  /** What this version and those before it hold was looked up, or is not new to anything that is kept. */
  version: number
  /** The version up to which entries are looked up now; null while nothing is under way. */
  target: number | null
  /** The last entry of the pieces that are done: the version that brought it, and its number. */
  done_version: number
  done_n: number
  /** The last item that the present piece was looked up against; empty where it begins. */
  item: string
  /** Something came that was judged by an older version while this ran: it is run once more. */
  again: number
}

export const schema = defineSchema({
  subject: 'lookback',
  steps: [
    {
      id: '0001-lookback',
      up: (engine) => [
        table(engine, 'lookback_items', {
          id: 'text primary key',
          hour: 'bigint not null',
          key_id: 'text not null',
          at: 'bigint not null',
          who: 'text',
          body: 'bytes not null',
          told: 'text not null',
        }),
        'create index lookback_items_hour on lookback_items (hour)',
        'create index lookback_items_who on lookback_items (who) where who is not null',
        table(engine, 'lookback_lists', {
          list: 'text primary key',
          version: 'bigint not null',
          target: 'bigint',
          done_version: 'bigint not null',
          done_n: 'bigint not null',
          item: 'text not null',
          again: 'smallint not null',
        }),
      ],
    },
  ],
  tables: {
    lookback_items: { kept: { from: 'at', default: days(3), min: 3_600_000, max: days(3) } },
    lookback_lists: { kept: { forever: 'one row of numbers for each list, while look-back is on' } },
  },
})
