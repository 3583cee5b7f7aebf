import { AppError } from '../http/errors.ts'
import { defineQuery, type ReadDb } from '../storage/index.ts'
import { caseOfDecision } from './cases.ts'
import { noCase } from './errors.ts'
import { lanesFor } from './lanes.ts'
import type { EvidenceTable } from './tables.ts'

export interface MatchRows {
  readonly number: number
  readonly decision: { readonly id: string; readonly at: number } | undefined
  readonly evidence: readonly EvidenceTable[]
}

/** A case, by its number or by a decision that was made in it. */
export type CaseOf = { readonly number: number } | { readonly decision: string }

export const matchRows = defineQuery(
  'review.match-rows',
  async (from: ReadDb, { of, roles }: { of: CaseOf; roles: readonly string[] }): Promise<MatchRows> => {
    const { db } = from
    const found =
      'number' in of
        ? await db.selectFrom('cases').selectAll().where('number', '=', of.number).executeTakeFirst()
        : await caseOfDecision(from, of.decision)
    if (found === undefined && 'decision' in of) throw new AppError('not_found', 'There is no such decision.')
    if (found === undefined || !lanesFor(roles).some(({ id }) => id === found.lane)) throw noCase()
    const { number } = found
    const evidence = await db.selectFrom('evidence').selectAll().where('case_number', '=', number).limit(200).execute()
    const decision = await db
      .selectFrom('staff_decisions')
      .select(['id', 'at'])
      .where('case_number', '=', number)
      // A reversal says nothing of a match: it ends what was said.
      .where('reverses', 'is', null)
      .orderBy('at', 'desc')
      .orderBy('id', 'desc')
      .executeTakeFirst()
    return { number, decision, evidence }
  },
)

/** The case in which a decision was made. @throws AppError `not_found` */
export const caseNumberOf = defineQuery(
  'review.case-number-of',
  async (from: ReadDb, decision: string): Promise<number> => {
    const found = await caseOfDecision(from, decision)
    if (found === undefined) throw new AppError('not_found', 'The case of that decision is no longer kept.')
    return found.number
  },
)

/** Whether a case still waits for its decision. */
export async function isUndecided({ db }: Pick<ReadDb, 'db'>, number: number): Promise<boolean> {
  const row = await db.selectFrom('cases').select('state').where('number', '=', number).executeTakeFirst()
  return row !== undefined && row.state !== 'decided'
}
