import { defineQuery } from '../storage/define.ts'
import type { ReadDb } from '../storage/seam.ts'

/** The newest checkpoint of `actions` or of one of its successors, by the last part of its origin. */
export const checkpointOfLog = defineQuery('transparency.checkpointOfLog', async ({ db }: ReadDb, name: string) =>
  db
    .selectFrom('ledger_checkpoints')
    .select(['origin', 'size', 'text'])
    .where('log', '=', 'actions')
    .where('origin', 'like', `%/${name}`)
    .orderBy('size', 'desc')
    .limit(1)
    .executeTakeFirst(),
)

export const openEntries = defineQuery(
  'transparency.openEntries',
  async ({ db }: ReadDb, at: { origin: string; from: number; to: number }) =>
    db
      .selectFrom('ledger_open_entries')
      .select(['leaf_index', 'opening'])
      .where('origin', '=', at.origin)
      .where('leaf_index', '>=', at.from)
      .where('leaf_index', '<', at.to)
      .orderBy('leaf_index')
      .execute(),
)

/** A public key with the time it was in use, and the entry that announced it. */
export interface PublishedKey {
  readonly name: string
  readonly type: number
  readonly public: Uint8Array
  readonly from: number
  readonly to: number | null
  readonly entry: number | null
}

/** The keys of `actions`, retired ones too. The key of the sealed log is shown to those who get one of its receipts. */
export const publishedKeys = defineQuery(
  'transparency.publishedKeys',
  async ({ db }: ReadDb, _: null): Promise<PublishedKey[]> => {
    const rows = await db
      .selectFrom('ledger_keys')
      .leftJoin('ledger_records', 'ledger_records.id', 'ledger_keys.record')
      .select(['name', 'type', 'public', 'from_at', 'to_at', 'leaf_index'])
      .where('name', 'not like', '%/sealed%')
      .orderBy('from_at')
      .orderBy('name')
      .execute()
    return rows.map((row) => ({
      ...{ name: row.name, type: row.type, public: row.public },
      ...{ from: row.from_at, to: row.to_at, entry: row.leaf_index },
    }))
  },
)
