import type { Tx } from '../storage/index.ts'

/** How good a piece of evidence is: the item as the server saw it, as a report told it, only its name, or what the log knows of the past. */
export type Grade = 'seen' | 'told' | 'named' | 'past'

const GRADES: readonly Grade[] = ['past', 'named', 'told', 'seen']

export interface EvidenceSeed {
  readonly id: string
  readonly itemKey: string
  readonly author: string
  readonly reported: boolean
  readonly grade: Grade
  /** `StoredEvidence`, sealed under (`evidence`, `sealed`, id). */
  readonly sealed: Uint8Array
}

/**
 * Puts one piece of evidence into a case. The same item again replaces its row, but never by a lesser one: a report that names an item must
 * not hide what the server saw of it. Part of the caller's transaction.
 */
export async function putEvidence(tx: Tx, caseNumber: number, seed: EvidenceSeed): Promise<void> {
  const before = await tx.db
    .selectFrom('evidence')
    .select(['id', 'reported', 'grade'])
    .where('case_number', '=', caseNumber)
    .where('item_key', '=', seed.itemKey)
    .executeTakeFirst()
  const reported = seed.reported || before?.reported === 1 ? 1 : 0
  if (before !== undefined && GRADES.indexOf(before.grade) > GRADES.indexOf(seed.grade)) {
    await tx.db.updateTable('evidence').set({ reported }).where('id', '=', before.id).execute()
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
      reported,
      grade: seed.grade,
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
