import { defineQuery, type ReadDb } from '../storage/index.ts'
import { casesNotFor } from './cases.ts'
import { hotCases } from './hot.store.ts'

export interface LaneCount {
  readonly lane: string
  readonly waiting: number
  readonly overdue: number
  readonly oldestAt: number | null
  readonly nextDueAt: number | null
  /** Those that a hot entry of a list hit something of. */
  readonly hot: number
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
    const hot = new Map(
      [...Map.groupBy(await hotCases({ db, now }, { lanes }), ({ lane }) => lane)].map(([lane, own]) => [
        lane,
        new Set(own.map(({ number }) => number)).size,
      ]),
    )
    const heldOf = new Map(held.map((row) => [row.lane, Number(row.held)]))
    const overdue = new Map(late.map((row) => [row.lane, Number(row.overdue)]))
    return rows.map((row) => ({
      lane: row.lane,
      waiting: Number(row.waiting) - (heldOf.get(row.lane) ?? 0),
      overdue: overdue.get(row.lane) ?? 0,
      oldestAt: row.oldest === null ? null : Number(row.oldest),
      nextDueAt: row.next === null ? null : Number(row.next),
      hot: hot.get(row.lane) ?? 0,
    }))
  },
)

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
