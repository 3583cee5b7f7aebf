import type { Tx } from '../storage/index.ts'

export interface EvidenceSeed {
  readonly id: string
  readonly itemKey: string
  readonly author: string
  readonly reported: boolean
  /** `StoredEvidence`, sealed under (`evidence`, `sealed`, id). */
  readonly sealed: Uint8Array
}

/**
 * Puts one piece of evidence into a case; the same item again replaces its row. A report only marks what the server saw itself: what was
 * measured then, and where words matched, stays. Part of the caller's transaction.
 */
export async function putEvidence(tx: Tx, caseNumber: number, seed: EvidenceSeed): Promise<void> {
  const before = await tx.db
    .selectFrom('evidence')
    .select(['id', 'reported'])
    .where('case_number', '=', caseNumber)
    .where('item_key', '=', seed.itemKey)
    .executeTakeFirst()
  if (before?.reported === 0 && seed.reported) {
    await tx.db.updateTable('evidence').set({ reported: 1 }).where('id', '=', before.id).execute()
    return
  }
  if (before !== undefined) await tx.db.deleteFrom('evidence').where('id', '=', before.id).execute()
  await tx.db
    .insertInto('evidence')
    .values({
      id: seed.id,
      case_number: caseNumber,
      item_key: seed.itemKey,
      at: tx.now,
      author: seed.author,
      reported: seed.reported || before?.reported === 1 ? 1 : 0,
      sealed: seed.sealed,
    })
    .execute()
}

export interface ReportSeed {
  readonly id: string
  readonly eventKey: string
  /** A keyed hash of the reporter: staff never learn who it was. */
  readonly reporter: string
  readonly harm: string | null
  readonly record: string
  readonly sealed: Uint8Array
}

/** Adds a report to its case. The same report again changes nothing. Part of the caller's transaction. */
export async function putReport(tx: Tx, caseNumber: number, seed: ReportSeed): Promise<void> {
  await tx.db
    .insertInto('reports')
    .values({
      id: seed.id,
      case_number: caseNumber,
      event_key: seed.eventKey,
      at: tx.now,
      reporter: seed.reporter,
      harm: seed.harm,
      record: seed.record,
      sealed: seed.sealed,
      state: 'open',
      closed_at: null,
    })
    .onConflict((conflict) => conflict.column('event_key').doNothing())
    .execute()
}
