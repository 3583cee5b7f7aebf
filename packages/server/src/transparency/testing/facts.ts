import { defineQuery } from '../../storage/define.ts'
import type { ReadDb } from '../../storage/seam.ts'

/** All that a test compares with what outsiders see. */
export const ledgerFacts = defineQuery('testing.ledgerFacts', async ({ db }: ReadDb, _: null) => ({
  records: await db.selectFrom('ledger_records').selectAll().orderBy('id').execute(),
  batches: await db.selectFrom('ledger_batches').selectAll().orderBy('log').orderBy('n').execute(),
  heads: await db.selectFrom('ledger_heads').selectAll().orderBy('log').execute(),
  checkpoints: await db.selectFrom('ledger_checkpoints').selectAll().orderBy('origin').orderBy('size').execute(),
  persons: await db.selectFrom('ledger_person_keys').selectAll().orderBy('key_id').execute(),
  erasures: await db.selectFrom('ledger_erasures').selectAll().orderBy('run').execute(),
}))
