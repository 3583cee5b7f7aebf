import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { OthersOpinion } from './changes.ts'
import { nextSeq, standAgain } from './opinions.store.ts'
import type { Staging } from './row-reads.store.ts'
import { stand, standingOf } from './standing.store.ts'
import type { EntryOpinionsTable } from './tables.ts'

/*
 * What others say of entries, as their source tells it. Opinions of entries that no version has yet are written with the entry. Those of entries that are
 * matched already wait in `staged_opinions` until the version that brought them is live: a pull that is cut off changes no opinion.
 */

/** Who has said how an entry stands, where it was no person here. */
export const OTHERS = 'others'
// An engine takes only so many values in one statement.
const AT_ONCE = 100

export interface TellingRow {
  readonly n: number
  /** The running version has it. */
  readonly isLive: boolean
  /** All that others say of it now. */
  readonly opinions: readonly OthersOpinion[]
}

/** Takes in what a source tells of entries. Part of the transaction that stages them; doing it again changes nothing. */
export async function stageOpinions(
  tx: Tx,
  { list, version }: Pick<Staging, 'list' | 'version'>,
  rows: readonly TellingRow[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += AT_ONCE) {
    const slice = rows.slice(from, from + AT_ONCE)
    const numbers = slice.map(({ n }) => n)
    const held = await othersRows(tx, list, numbers)
    const staged = await tx.db
      .selectFrom('staged_opinions')
      .select('n')
      .where('list', '=', list)
      .where('n', 'in', numbers)
      .execute()
    const waiting = new Set(staged.map(({ n }) => n))
    const first = slice.filter(({ n, isLive }) => !isLive && !held.some((row) => row.n === n))
    await writeFirst(tx, list, first)
    for (const { n, isLive, opinions } of slice) {
      if (first.some((row) => row.n === n)) continue
      const own = held.filter((row) => row.n === n)
      // What waits is taken back by saying anew what there was before.
      if (isSame(own, opinions) && !waiting.has(n)) continue
      if (!isLive) await replace(tx, { list, n }, opinions)
      else {
        const kept = { counts_from: version, opinions: JSON.stringify(opinions) }
        await tx.db
          .insertInto('staged_opinions')
          .values({ list, n, made: version, ...kept })
          .onConflict((conflict) => conflict.columns(['list', 'n', 'made']).doUpdateSet(kept))
          .execute()
      }
    }
  }
}

/** Opinions of entries of which nobody has said anything: a whole list of them comes with its first pull. */
async function writeFirst(tx: Tx, list: string, rows: readonly TellingRow[]): Promise<void> {
  const values = rows.flatMap(({ n, opinions }) =>
    opinions.map(({ who, says }, place) => ({
      ...{ list, n, seq: 1 + place, who, mine: 0, says, reason: null, at: tx.now },
    })),
  )
  for (let from = 0; from < values.length; from += AT_ONCE)
    await tx.db
      .insertInto('entry_opinions')
      .values(values.slice(from, from + AT_ONCE))
      .execute()
  for (const { n, opinions } of rows) if (opinions.some(({ says }) => says !== 'affirm')) await standAsSaid(tx, list, n)
}

/** Opinions count with the version that runs, where a pull changed nothing else and so made none. */
export const countOpinions = defineWork(
  'entries.count-opinions',
  async (tx: Tx, of: { readonly list: string; readonly made: number; readonly from: number }): Promise<void> => {
    await tx.db
      .updateTable('staged_opinions')
      .set({ counts_from: of.from })
      .where('list', '=', of.list)
      .where('made', '=', of.made)
      .execute()
  },
)

/** What waits counts with another version: that one has got another number. Part of the transaction that makes it. */
export async function moveOpinions(
  tx: Tx,
  of: { readonly list: string; readonly above: number; readonly to: number },
): Promise<void> {
  await tx.db
    .updateTable('staged_opinions')
    .set({ counts_from: of.to })
    .where('list', '=', of.list)
    .where('counts_from', '>', of.above)
    .execute()
}

/** Drops what versions said that are none any more. @returns how many; done when fewer than `max` */
export const dropOpinions = defineWork(
  'entries.drop-opinions',
  async (tx: Tx, of: { readonly list: string; readonly above: number; readonly max: number }): Promise<number> => {
    const rows = await tx.db
      .selectFrom('staged_opinions')
      .select(['n', 'made'])
      .where('list', '=', of.list)
      .where('counts_from', '>', of.above)
      .limit(of.max)
      .execute()
    for (const { n, made } of rows) await unstage(tx, { list: of.list, n, made })
    return rows.length
  },
)

/** Lists with opinions that count, and are not written yet. */
export const opinionsDue = defineQuery('entries.opinions-due', async ({ db }: ReadDb): Promise<string[]> => {
  const rows = await db
    .selectFrom('staged_opinions')
    .innerJoin('lists', 'lists.id', 'staged_opinions.list')
    .select('lists.id')
    .distinct()
    .whereRef('staged_opinions.counts_from', '<=', 'lists.version')
    .execute()
  return rows.map(({ id }) => id)
})

/** Whether opinions wait for a version above this one. */
export const opinionsAbove = defineQuery(
  'entries.opinions-above',
  async ({ db }: ReadDb, of: { readonly list: string; readonly above: number }): Promise<boolean> => {
    const row = await db
      .selectFrom('staged_opinions')
      .select('n')
      .where('list', '=', of.list)
      .where('counts_from', '>', of.above)
      .limit(1)
      .executeTakeFirst()
    return row !== undefined
  },
)

/** Writes opinions whose version is live, in the order in which they were told. @returns how many; done when fewer than `max` */
export const settleOpinions = defineWork(
  'entries.settle-opinions',
  async (tx: Tx, of: { readonly list: string; readonly max: number }): Promise<number> => {
    const rows = await tx.db
      .selectFrom('staged_opinions')
      .innerJoin('lists', 'lists.id', 'staged_opinions.list')
      .select(['n', 'made', 'opinions'])
      .where('list', '=', of.list)
      .whereRef('staged_opinions.counts_from', '<=', 'lists.version')
      .orderBy('made')
      .orderBy('n')
      .limit(of.max)
      .execute()
    for (const { n, made, opinions } of rows) {
      await replace(tx, { list: of.list, n }, JSON.parse(opinions) as OthersOpinion[])
      await unstage(tx, { list: of.list, n, made })
    }
    return rows.length
  },
)

const unstage = (tx: Tx, of: { readonly list: string; readonly n: number; readonly made: number }) =>
  tx.db
    .deleteFrom('staged_opinions')
    .where('list', '=', of.list)
    .where('n', '=', of.n)
    .where('made', '=', of.made)
    .execute()

const othersRows = ({ db }: Pick<Tx, 'db'>, list: string, numbers: readonly number[]): Promise<EntryOpinionsTable[]> =>
  db
    .selectFrom('entry_opinions')
    .selectAll()
    .where('list', '=', list)
    .where('n', 'in', [...numbers])
    .where('mine', '=', 0)
    .execute()

const wordOf = ({ who, says }: OthersOpinion): string => `${says} ${who}`

function isSame(held: readonly EntryOpinionsTable[], told: readonly OthersOpinion[]): boolean {
  const words = new Set(held.map(wordOf))
  return words.size === told.length && told.every((one) => words.has(wordOf(one)))
}

/** Puts what others say now in the place of what they said. What stays as it was keeps its time; words of people here are not touched. */
async function replace(
  tx: Tx,
  { list, n }: { readonly list: string; readonly n: number },
  told: readonly OthersOpinion[],
): Promise<void> {
  const held = await othersRows(tx, list, [n])
  const words = new Set(told.map(wordOf))
  const over = held.filter((row) => !words.has(wordOf(row))).map(({ seq }) => seq)
  if (over.length > 0)
    await tx.db
      .deleteFrom('entry_opinions')
      .where('list', '=', list)
      .where('n', '=', n)
      .where('seq', 'in', over)
      .execute()
  const known = new Set(held.map(wordOf))
  const fresh = told.filter((one) => !known.has(wordOf(one)))
  if (fresh.length > 0) {
    const first = await nextSeq(tx, list, n)
    const values = fresh.map(({ who, says }, place) => ({
      ...{ list, n, seq: first + place, who, mine: 0, says, reason: null, at: tx.now },
    }))
    await tx.db.insertInto('entry_opinions').values(values).execute()
  }
  await standAsSaid(tx, list, n)
}

/** An entry that people put aside, or that has hit something harmless, stays aside whatever others say. */
async function standAsSaid(tx: Tx, list: string, n: number): Promise<void> {
  const before = (await standingOf(tx, list, n))?.state ?? 'active'
  if (before === 'aside' || before === 'withdrawn') return
  const state = await standAgain(tx, list, n)
  if (state !== before) await stand(tx, { list, n }, { state, until_at: null, reason: null, by: OTHERS, second: null })
}
