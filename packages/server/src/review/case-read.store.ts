import type { CaseJson, CaseRow, Matter } from '@lamplighter/api'
import { defineQuery, type ReadDb } from '../storage/index.ts'
import { casesNotFor } from './cases.ts'
import { hotCases } from './hot.store.ts'
import { lanesFor } from './lanes.ts'
import type { CasesTable, EvidenceTable, ReportsTable, StaffDecisionsTable } from './tables.ts'

const rowOf = (row: CasesTable, hot: ReadonlySet<number>): CaseRow => ({
  number: row.number,
  lane: row.lane,
  words: row.words,
  title: titleOf(row),
  dueAt: row.due_at,
  state: row.state,
  hot: hot.has(row.number),
})

/** What a case is called, in codes. */
export const titleOf = ({ title }: Pick<CasesTable, 'title'>): CaseRow['title'] =>
  title === null ? null : JSON.parse(title)

/** What a case is about: of a case about a notice, what the notice is about. */
export function matterOf(row: Pick<CasesTable, 'title'>): Matter | null {
  const title = titleOf(row)
  return title?.what === 'notice' ? title.of : title
}

const numbersOf = (rows: readonly { readonly number: number }[]): number[] => rows.map(({ number }) => number)

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
  const hot = new Set(numbersOf(await hotCases({ db, now }, { numbers: numbersOf(rows) })))
  return rows.map((row) => rowOf(row, hot))
})

export interface CaseRows {
  readonly row: CasesTable
  readonly excluded: readonly string[]
  readonly evidence: readonly EvidenceTable[]
  readonly reports: readonly ReportsTable[]
  /** How often each reporter of this case was right before. */
  readonly reporters: readonly { readonly reporter: string; readonly upheld: number; readonly decided: number }[]
  readonly verdicts: readonly { readonly id: string; readonly at: number; readonly sealed: Uint8Array }[]
  readonly history: CaseJson['history']
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
  /** Lists of which a hot entry hit something of this case. */
  readonly hot: readonly string[]
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
    const hot = await hotCases({ db, now }, { numbers: numbersOf([row, ...next]) })
    const hotNumbers = new Set(numbersOf(hot))
    const lines = await db
      .selectFrom('case_history')
      .select(['at', 'by', 'words', 'step'])
      .where('case_number', '=', of)
      .orderBy('at')
      .orderBy('id')
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
      history: lines.map((line) => ({ ...line, step: line.step === null ? null : JSON.parse(line.step) })),
      notes: await db
        .selectFrom('case_notes')
        .select(['id', 'at', 'by', 'sealed'])
        .where('case_number', '=', of)
        .orderBy('at')
        .execute(),
      draft: draft?.sealed ?? null,
      ...(row.account === null ? { strikes: 0, openCases: 0 } : await accountCounts({ db }, row.account, of)),
      decided: decided ?? null,
      next: next.map((one) => rowOf(one, hotNumbers)),
      hot: hot.flatMap(({ number, list }) => (number === of ? [list] : [])),
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
