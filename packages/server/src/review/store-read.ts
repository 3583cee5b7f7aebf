import { defineQuery, type ReadDb } from '../storage/index.ts'
import { caseOfDecision } from './cases.ts'
import { lanesFor } from './lanes.ts'
import type { EvidenceTable } from './tables.ts'

/** What lay before whoever decided, for the appeal against it. Nothing where these roles may not open that case. */
export const evidenceInQuestion = defineQuery(
  'review.evidence-in-question',
  async (from: ReadDb, input: { decision: string; roles: readonly string[] }): Promise<EvidenceTable[]> => {
    const origin = await caseOfDecision(from, input.decision)
    if (origin === undefined || !lanesFor(input.roles).some(({ id }) => id === origin.lane)) return []
    return from.db
      .selectFrom('evidence')
      .selectAll()
      .where('case_number', '=', origin.number)
      .orderBy('at')
      .limit(200)
      .execute()
  },
)

/** What deciding needs to know beforehand: the item, its state and the account. */
export const decisionFacts = defineQuery(
  'review.decision-facts',
  async (
    { db }: ReadDb,
    number: number,
  ): Promise<{ account: string | null; evidence: EvidenceTable[] } | undefined> => {
    const row = await db
      .selectFrom('cases')
      .select(['account', 'subject_key'])
      .where('number', '=', number)
      .executeTakeFirst()
    if (row === undefined) return undefined
    const evidence = await db
      .selectFrom('evidence')
      .selectAll()
      .where('case_number', '=', number)
      .where('item_key', '=', row.subject_key)
      .execute()
    return { account: row.account, evidence }
  },
)

export const decisionAccount = defineQuery(
  'review.decision-account',
  async ({ db }: ReadDb, id: string): Promise<{ account: string | null } | undefined> =>
    db.selectFrom('staff_decisions').select('account').where('id', '=', id).executeTakeFirst(),
)

/** A verdict with its sealed explanation, for staff who may open a case that rests on it. */
export const verdictFor = defineQuery(
  'review.verdict',
  async (
    { db }: ReadDb,
    input: { id: string; staff: string; roles: readonly string[] },
  ): Promise<{ id: string; sealed: Uint8Array } | undefined> => {
    const lanes = lanesFor(input.roles).map(({ id }) => id)
    if (lanes.length === 0) return undefined
    return db
      .selectFrom('verdicts')
      .innerJoin('case_links', 'case_links.ref', 'verdicts.id')
      .innerJoin('cases', 'cases.number', 'case_links.case_number')
      .select(['verdicts.id as id', 'verdicts.sealed as sealed'])
      .where('verdicts.id', '=', input.id)
      .where('cases.lane', 'in', lanes)
      .limit(1)
      .executeTakeFirst()
  },
)

/** The open reports of a decided case, sealed, for the answer to those who sent them. */
export const reportsOfDecision = defineQuery(
  'review.reports-of-decision',
  async (
    { db }: ReadDb,
    decision: string,
  ): Promise<{ account: string | null; reports: { id: string; sealed: Uint8Array }[] }> => {
    const row = await db
      .selectFrom('staff_decisions')
      .select(['case_number', 'account'])
      .where('id', '=', decision)
      .executeTakeFirstOrThrow()
    const reports = await db
      .selectFrom('reports')
      .select(['id', 'sealed'])
      .where('case_number', '=', row.case_number)
      .where('state', '=', 'open')
      .execute()
    return { account: row.account, reports }
  },
)

/** The first of these subjects that has an open case, or null. */
export const openSubject = defineQuery(
  'review.open-subject',
  async ({ db }: ReadDb, keys: readonly string[]): Promise<string | null> => {
    if (keys.length === 0) return null
    const row = await db
      .selectFrom('cases')
      .select('open_key')
      .where('open_key', 'in', [...keys])
      .orderBy('number')
      .limit(1)
      .executeTakeFirst()
    return row?.open_key ?? null
  },
)

/** The open case of a subject, or null. */
export const caseOfSubject = defineQuery(
  'review.case-of-subject',
  async ({ db }: ReadDb, key: string): Promise<number | null> => {
    const row = await db.selectFrom('cases').select('number').where('open_key', '=', key).executeTakeFirst()
    return row?.number ?? null
  },
)
