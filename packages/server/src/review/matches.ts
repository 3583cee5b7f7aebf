import { AppError } from '../http/errors.ts'
import { defineQuery, type ReadDb } from '../storage/index.ts'
import { caseOfDecision } from './cases.ts'
import type { CaseDesk } from './desk.ts'
import { noCase } from './errors.ts'
import { lanesFor } from './lanes.ts'
import type { StoredEvidence } from './stored.ts'
import type { EvidenceTable } from './tables.ts'

/** What the files of a case matched. */
export interface CaseMatches {
  readonly number: number
  /** The decision that was made last in it, but for reversals; undefined before there is one. */
  readonly decision: { readonly id: string; readonly at: number } | undefined
  /** Entries of lists of hashes, each once. */
  readonly matches: readonly { readonly list: string; readonly entry: number }[]
}

/**
 * What the files of a case matched, with the number of each entry: for telling the source of a list what was decided of it.
 *
 * @throws AppError `not_found` for a case that is not there and for one of another lane alike
 */
export async function matchesOf(
  { storage, sealer }: Pick<CaseDesk, 'storage' | 'sealer'>,
  wish: { readonly of: CaseOf; readonly roles: readonly string[] },
): Promise<CaseMatches> {
  const { number, decision, evidence } = await storage.store.read(matchRows, wish)
  const pieces = await Promise.all(
    evidence.map(({ id, sealed }) => sealer.open<StoredEvidence>('evidence', 'sealed', id, sealed)),
  )
  const hits = pieces.flatMap(({ files }) => files.flatMap((file) => file.hits))
  const matches = new Map(hits.map(({ list, entry }) => [`${list} ${entry}`, { list, entry }]))
  return { number, decision, matches: [...matches.values()] }
}

/** A case, by its number or by a decision that was made in it. */
export type CaseOf = { readonly number: number } | { readonly decision: string }

const matchRows = defineQuery(
  'review.match-rows',
  async (
    from: ReadDb,
    { of, roles }: { of: CaseOf; roles: readonly string[] },
  ): Promise<Pick<CaseMatches, 'number' | 'decision'> & { evidence: EvidenceTable[] }> => {
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

/** Whether a case still waits for its decision. */
export async function isUndecided({ db }: Pick<ReadDb, 'db'>, number: number): Promise<boolean> {
  const row = await db.selectFrom('cases').select('state').where('number', '=', number).executeTakeFirst()
  return row !== undefined && row.state !== 'decided'
}
