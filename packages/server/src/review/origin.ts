import type { ReadDb, Tx } from '../storage/index.ts'
import type { CasesTable } from './tables.ts'

/** The case in which a decision was made, or which a verdict brought; undefined where none is left. */
export async function caseOfDecision(
  { db }: Pick<Tx | ReadDb, 'db'>,
  decision: string,
): Promise<CasesTable | undefined> {
  const made = await db
    .selectFrom('staff_decisions')
    .select('case_number')
    .where('id', '=', decision)
    .executeTakeFirst()
  const brought = await db.selectFrom('case_links').select('case_number').where('ref', '=', decision).executeTakeFirst()
  const number = made?.case_number ?? brought?.case_number
  if (number === undefined) return undefined
  return db.selectFrom('cases').selectAll().where('number', '=', number).executeTakeFirst()
}
