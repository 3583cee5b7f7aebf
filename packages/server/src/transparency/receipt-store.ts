import { defineQuery } from '../storage/define.ts'
import type { ReadDb } from '../storage/seam.ts'
import type { RecordState } from './tables.ts'

/** A record with all that its receipt is made of. */
export interface ReceiptRow {
  readonly id: string
  readonly class: number
  readonly kind: number | null
  readonly at: number | null
  readonly commitment: Uint8Array
  readonly leaf_index: number | null
  readonly person_key: string | null
  readonly sealed: Uint8Array | null
  readonly not_before: number | null
  readonly promise: string | null
  readonly state: RecordState
  /** Of the log that holds it, or will. */
  readonly origin: string
  readonly period: number | null
  readonly checkpoint: { readonly size: number; readonly text: string } | null
  /** Index of the entry that says that it was destroyed. */
  readonly erasure: number | null
}

export const receiptRow = defineQuery(
  'transparency.receipt',
  async ({ db }: ReadDb, id: string): Promise<ReceiptRow | undefined> => {
    const row = await db.selectFrom('ledger_records').selectAll().where('id', '=', id).executeTakeFirst()
    // The sealed log gives no receipts of its own: they speak of it through an anchor.
    if (row === undefined || row.log !== 'actions') return undefined
    const batch =
      row.batch === null
        ? undefined
        : await db
            .selectFrom('ledger_batches')
            .select(['origin', 'period'])
            .where('log', '=', row.log)
            .where('n', '=', row.batch)
            .executeTakeFirst()
    const head = await db
      .selectFrom('ledger_heads')
      .select('origin')
      .where('log', '=', row.log)
      .executeTakeFirstOrThrow()
    const origin = batch?.origin ?? head.origin
    const checkpoint = await db
      .selectFrom('ledger_checkpoints')
      .select(['size', 'text'])
      .where('origin', '=', origin)
      .orderBy('size', 'desc')
      .limit(1)
      .executeTakeFirst()
    const erasure =
      row.run === null
        ? undefined
        : await db
            .selectFrom('ledger_erasures')
            .innerJoin('ledger_records', 'ledger_records.id', 'ledger_erasures.record')
            .select('ledger_records.leaf_index')
            .where('ledger_erasures.run', '=', row.run)
            .executeTakeFirst()
    const found = {
      period: batch?.period ?? null,
      checkpoint: checkpoint ?? null,
      erasure: erasure?.leaf_index ?? null,
    }
    return { ...row, origin, ...found }
  },
)
