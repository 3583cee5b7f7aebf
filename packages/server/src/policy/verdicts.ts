import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'
import type { VerdictsTable } from './rows.ts'

export type VerdictRow = VerdictsTable

/** Keeps what the rules said of one event, with its explanation. Part of the caller's transaction; never changed afterwards. */
export async function insertVerdict(tx: Tx, row: VerdictRow): Promise<void> {
  await tx.db.insertInto('verdicts').values(row).execute()
}

/** What the rules said of one event while they acted, sealed. What a retro said of it later is not among it. */
export const verdictsOn = defineQuery(
  'policy.verdicts-on',
  async ({ db }: ReadDb, eventKey: string): Promise<Pick<VerdictRow, 'id' | 'sealed'>[]> =>
    db
      .selectFrom('verdicts')
      .select(['id', 'sealed'])
      .where('event_key', '=', eventKey)
      .where('phase', '!=', 'retro')
      .execute(),
)
