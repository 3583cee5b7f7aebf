import type { CaseRow } from '@lamplighter/api'
import { defineQuery, type ReadDb } from '../storage/index.ts'
import { caseOfDecision, casesNotFor } from './cases.ts'
import { lanesFor } from './lanes.ts'
import type { CasesTable, EvidenceTable, ReportsTable, StaffDecisionsTable } from './tables.ts'

export interface LaneCount {
  readonly lane: string
  readonly waiting: number
  readonly overdue: number
  readonly oldestAt: number | null
  readonly nextDueAt: number | null
}

/** What waits in every lane, for metrics. */
export const laneStands = defineQuery(
  'review.lane-stands',
  async ({
    db,
    now,
  }: ReadDb): Promise<{ lane: string; waiting: number; overdue: number; oldestAt: number | null }[]> => {
    const rows = await db
      .selectFrom('cases')
      .select(({ fn, eb }) => [
        'lane',
        fn.countAll<number>().as('waiting'),
        fn.min('opened_at').as('oldest'),
        fn.sum<number>(eb.case().when('due_at', '<', now).then(1).else(0).end()).as('overdue'),
      ])
      .where('closed_at', 'is', null)
      .groupBy('lane')
      .execute()
    return rows.map((row) => ({
      lane: row.lane,
      waiting: Number(row.waiting),
      overdue: Number(row.overdue),
      oldestAt: row.oldest === null ? null : Number(row.oldest),
    }))
  },
)

/**
 * Undecided cases of these lanes that this person may decide. Those that somebody holds do not wait, but they age and can be past
 * due.
 */
export const laneCounts = defineQuery(
  'review.lane-counts',
  async ({ db, now }: ReadDb, { lanes, staff }: { lanes: readonly string[]; staff: string }): Promise<LaneCount[]> => {
    if (lanes.length === 0) return []
    const rows = await db
      .selectFrom('cases')
      .select(({ fn }) => [
        'lane',
        fn.countAll<number>().as('waiting'),
        fn.min('opened_at').as('oldest'),
        fn.min('due_at').as('next'),
      ])
      .where('closed_at', 'is', null)
      .where('lane', 'in', [...lanes])
      .where('number', 'not in', casesNotFor({ db }, staff))
      .groupBy('lane')
      .execute()
    const late = await db
      .selectFrom('cases')
      .select(({ fn }) => ['lane', fn.countAll<number>().as('overdue')])
      .where('closed_at', 'is', null)
      .where('lane', 'in', [...lanes])
      .where('number', 'not in', casesNotFor({ db }, staff))
      .where('due_at', '<', now)
      .groupBy('lane')
      .execute()
    const held = await db
      .selectFrom('cases')
      .select(({ fn }) => ['lane', fn.countAll<number>().as('held')])
      .where('closed_at', 'is', null)
      .where('lane', 'in', [...lanes])
      .where('number', 'not in', casesNotFor({ db }, staff))
      .where('claimed_by', 'is not', null)
      .where('claim_until', '>', now)
      .groupBy('lane')
      .execute()
    const heldOf = new Map(held.map((row) => [row.lane, Number(row.held)]))
    const overdue = new Map(late.map((row) => [row.lane, Number(row.overdue)]))
    return rows.map((row) => ({
      lane: row.lane,
      waiting: Number(row.waiting) - (heldOf.get(row.lane) ?? 0),
      overdue: overdue.get(row.lane) ?? 0,
      oldestAt: row.oldest === null ? null : Number(row.oldest),
      nextDueAt: row.next === null ? null : Number(row.next),
    }))
  },
)

const rowOf = (row: CasesTable): CaseRow => ({
  number: row.number,
  lane: row.lane,
  words: row.words,
  dueAt: row.due_at,
  state: row.state,
})

/** Cases that one person holds. */
export const casesOf = defineQuery('review.mine', async ({ db, now }: ReadDb, staff: string): Promise<CaseRow[]> => {
  const rows = await db
    .selectFrom('cases')
    .selectAll()
    .where('claimed_by', '=', staff)
    .where('closed_at', 'is', null)
    .where('claim_until', '>', now)
    .orderBy('due_at')
    .limit(50)
    .execute()
  return rows.map(rowOf)
})

/** Today's decisions of one person by lane. */
export const decidedToday = defineQuery(
  'review.decided-today',
  async ({ db }: ReadDb, input: { staff: string; since: number }): Promise<Record<string, number>> => {
    const rows = await db
      .selectFrom('staff_decisions')
      .innerJoin('cases', 'cases.number', 'staff_decisions.case_number')
      .select(({ fn }) => ['cases.lane as lane', fn.countAll<number>().as('count')])
      .where('staff_decisions.by', '=', input.staff)
      .where('staff_decisions.at', '>=', input.since)
      .groupBy('cases.lane')
      .execute()
    return Object.fromEntries(rows.map((row) => [row.lane, Number(row.count)]))
  },
)

export interface CaseRows {
  readonly row: CasesTable
  readonly excluded: readonly string[]
  readonly evidence: readonly EvidenceTable[]
  readonly reports: readonly ReportsTable[]
  /** How often each reporter of this case was right before. */
  readonly reporters: readonly { readonly reporter: string; readonly upheld: number; readonly decided: number }[]
  readonly verdicts: readonly { readonly id: string; readonly at: number; readonly sealed: Uint8Array }[]
  readonly history: readonly { readonly at: number; readonly by: string; readonly words: string }[]
  readonly notes: readonly {
    readonly id: string
    readonly at: number
    readonly by: string
    readonly sealed: Uint8Array
  }[]
  readonly draft: Uint8Array | null
  readonly strikes: number
  readonly openCases: number
  readonly decided: (StaffDecisionsTable & { readonly ended: string | null }) | null
  readonly next: readonly CaseRow[]
}

/** All rows of one case, or undefined when it is not there or not for these roles. */
export const caseRows = defineQuery(
  'review.case',
  async (
    { db, now }: ReadDb,
    input: { number: number; staff: string; roles: readonly string[] },
  ): Promise<CaseRows | undefined> => {
    const row = await db.selectFrom('cases').selectAll().where('number', '=', input.number).executeTakeFirst()
    if (row === undefined) return undefined
    const allowed = lanesFor(input.roles).some((lane) => lane.id === row.lane)
    if (!allowed) return undefined
    const of = row.number
    const reports = await db.selectFrom('reports').selectAll().where('case_number', '=', of).orderBy('at').execute()
    const verdicts = await db
      .selectFrom('case_links')
      .innerJoin('verdicts', 'verdicts.id', 'case_links.ref')
      .select(['verdicts.id as id', 'verdicts.at as at', 'verdicts.sealed as sealed'])
      .where('case_links.case_number', '=', of)
      .orderBy('verdicts.at')
      .limit(50)
      .execute()
    const decided = await db
      .selectFrom('staff_decisions')
      .leftJoin('decision_endings', 'decision_endings.decision', 'staff_decisions.id')
      .selectAll('staff_decisions')
      .select('decision_endings.how as ended')
      .where('case_number', '=', of)
      .orderBy('staff_decisions.at', 'desc')
      .orderBy('staff_decisions.id', 'desc')
      .limit(1)
      .executeTakeFirst()
    const excluded = await db.selectFrom('case_excludes').select('staff').where('case_number', '=', of).execute()
    const draft = await db
      .selectFrom('case_drafts')
      .select('sealed')
      .where('case_number', '=', of)
      .where('staff', '=', input.staff)
      .executeTakeFirst()
    const next = await db
      .selectFrom('cases')
      .selectAll()
      .where('lane', '=', row.lane)
      .where('closed_at', 'is', null)
      .where('number', '!=', of)
      .where('number', 'not in', casesNotFor({ db }, input.staff))
      .where((cases) => cases.or([cases('claimed_by', 'is', null), cases('claim_until', '<=', now)]))
      .orderBy('due_at')
      .orderBy('number')
      .limit(5)
      .execute()
    return {
      row,
      excluded: excluded.map(({ staff }) => staff),
      evidence: await db
        .selectFrom('evidence')
        .selectAll()
        .where('case_number', '=', of)
        .orderBy('at')
        .limit(200)
        .execute(),
      reports,
      reporters: await reporterRecords(
        { db },
        reports.map(({ reporter }) => reporter),
      ),
      verdicts,
      history: await db
        .selectFrom('case_history')
        .select(['at', 'by', 'words'])
        .where('case_number', '=', of)
        .orderBy('at')
        .orderBy('id')
        .execute(),
      notes: await db
        .selectFrom('case_notes')
        .select(['id', 'at', 'by', 'sealed'])
        .where('case_number', '=', of)
        .orderBy('at')
        .execute(),
      draft: draft?.sealed ?? null,
      ...(row.account === null ? { strikes: 0, openCases: 0 } : await accountCounts({ db }, row.account, of)),
      decided: decided ?? null,
      next: next.map(rowOf),
    }
  },
)

async function accountCounts(
  { db }: Pick<ReadDb, 'db'>,
  account: string,
  except: number,
): Promise<{ strikes: number; openCases: number }> {
  const strikes = await db
    .selectFrom('strikes')
    .select('decision')
    .where('account', '=', account)
    .where('ended_at', 'is', null)
    .execute()
  const open = await db
    .selectFrom('cases')
    .select('number')
    .where('account', '=', account)
    .where('closed_at', 'is', null)
    .where('number', '!=', except)
    .execute()
  return { strikes: strikes.length, openCases: open.length }
}

async function reporterRecords(
  { db }: Pick<ReadDb, 'db'>,
  reporters: readonly string[],
): Promise<{ reporter: string; upheld: number; decided: number }[]> {
  const names = [...new Set(reporters)].slice(0, 100)
  if (names.length === 0) return []
  const rows = await db
    .selectFrom('reports')
    .select(({ fn }) => ['reporter', 'state', fn.countAll<number>().as('count')])
    .where('reporter', 'in', names)
    .where('state', '!=', 'open')
    .groupBy(['reporter', 'state'])
    .execute()
  return names.map((reporter) => {
    const own = rows.filter((row) => row.reporter === reporter)
    const upheld = Number(own.find((row) => row.state === 'upheld')?.count ?? 0)
    return { reporter, upheld, decided: own.reduce((sum, row) => sum + Number(row.count), 0) }
  })
}

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

/** Life-threat cases, for the chip in the top bar. */
export const lifeThreat = defineQuery(
  'review.life-threat',
  async (
    { db, now }: ReadDb,
    lanes: readonly string[],
  ): Promise<{ open: number; oldestAt: number | null; overdue: number }> => {
    if (lanes.length === 0) return { open: 0, oldestAt: null, overdue: 0 }
    const rows = await db
      .selectFrom('cases')
      .select(['opened_at', 'due_at'])
      .where('closed_at', 'is', null)
      .where('lane', 'in', [...lanes])
      .orderBy('opened_at')
      .limit(1000)
      .execute()
    return {
      open: rows.length,
      oldestAt: rows[0]?.opened_at ?? null,
      overdue: rows.filter((row) => row.due_at < now).length,
    }
  },
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
