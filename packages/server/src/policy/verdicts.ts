import type { Tx } from '../storage/index.ts'
import type { VerdictsTable } from './rows.ts'

export type VerdictRow = VerdictsTable

/** Keeps what the rules said of one event, with its explanation. Part of the caller's transaction; never changed afterwards. */
export async function insertVerdict(tx: Tx, row: VerdictRow): Promise<void> {
  await tx.db.insertInto('verdicts').values(row).execute()
}
