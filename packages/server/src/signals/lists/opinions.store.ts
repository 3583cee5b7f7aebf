import { AppError } from '../../http/errors.ts'
import type { Doer } from '../../people/index.ts'
import { labelOfDoer } from '../../people/index.ts'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { RecordKeys } from '../../transparency/index.ts'
import { assertHeld, listOf, noteEntryAct, stand, standingOf } from './standing.store.ts'
import type { EntryOpinionsTable } from './tables.ts'

/** The newest word of each who has said something of an entry. */
export function newestOpinions(rows: readonly EntryOpinionsTable[]): readonly EntryOpinionsTable[] {
  const sorted = rows.toSorted((a, b) => a.seq - b.seq)
  return [...new Map(sorted.map((row) => [`${row.mine} ${row.who}`, row])).values()]
}

/** An entry is disputed while anybody's newest word is another than yes. */
export const isDisputed = (rows: readonly EntryOpinionsTable[]): boolean =>
  newestOpinions(rows).some(({ says }) => says !== 'affirm')

const opinionRows = ({ db }: Pick<Tx | ReadDb, 'db'>, list: string, n: number): Promise<EntryOpinionsTable[]> =>
  db.selectFrom('entry_opinions').selectAll().where('list', '=', list).where('n', '=', n).execute()

/** The number of the next word about an entry. */
export async function nextSeq({ db }: Pick<Tx, 'db'>, list: string, n: number): Promise<number> {
  const row = await db
    .selectFrom('entry_opinions')
    .select((at) => at.fn.max('seq').as('seq'))
    .where('list', '=', list)
    .where('n', '=', n)
    .executeTakeFirst()
  return 1 + Number(row?.seq ?? 0)
}

/** How an entry stands that is no longer aside. */
export async function standAgain(tx: Tx, list: string, n: number): Promise<'active' | 'disputed'> {
  return isDisputed(await opinionRows(tx, list, n)) ? 'disputed' : 'active'
}

/** Opinions of some entries of a list. */
export const opinionsOf = defineQuery(
  'entries.opinions',
  async ({ db }: ReadDb, of: { list: string; from: number; to: number }): Promise<EntryOpinionsTable[]> =>
    db
      .selectFrom('entry_opinions')
      .selectAll()
      .where('list', '=', of.list)
      .where('n', '>=', of.from)
      .where('n', '<=', of.to)
      .execute(),
)

/**
 * Keeps what one of the staff says of an entry; earlier words stay. It never silences a hit: at most nobody can tell.
 *
 * @throws AppError `not_found` · `forbidden` the operator has no opinion
 */
export const sayOfEntry = defineWork(
  'entries.say',
  async (
    tx: Tx,
    input: {
      list: string
      n: number
      says: EntryOpinionsTable['says']
      reason: string | null
      doer: Doer
      keys: RecordKeys
    },
  ): Promise<{ state: 'active' | 'disputed' | 'aside' | 'withdrawn' }> => {
    const { list, n, says, reason, doer } = input
    if (doer.staff === null) throw new AppError('forbidden', 'A person says what they think, signed in by name.')
    await assertHeld(tx, await listOf(tx, list), n)
    const seq = await nextSeq(tx, list, n)
    await tx.db
      .insertInto('entry_opinions')
      .values({ seq, list, n, who: doer.staff, mine: 1, says, reason, at: tx.now })
      .execute()
    const before = (await standingOf(tx, list, n))?.state ?? 'active'
    if (before === 'aside' || before === 'withdrawn') return { state: before }
    const state = await standAgain(tx, list, n)
    if (state === before) return { state }
    const by = await labelOfDoer(tx, doer)
    await stand(tx, { list, n }, { state, until_at: null, reason, by, second: null })
    await noteEntryAct(
      tx,
      { list, n, from: before, to: state, reason: reason ?? says, doer, by, second: null },
      input.keys,
    )
    return { state }
  },
)
