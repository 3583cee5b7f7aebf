import { finalStateOf } from '../../review/index.ts'
import { defineQuery, type ReadDb } from '../../storage/index.ts'
import type { ListsTable } from '../tables.ts'
import { caseKey } from './pushes.store.ts'
import type { ExchangePushesTable, ExchangesTable } from './tables.ts'

/** Everything that stands around the matches of one case. */
export interface OfferRows {
  readonly stands: 'undecided' | 'open' | 'upheld' | 'rejected' | 'over'
  readonly lists: readonly ListsTable[]
  readonly exchanges: readonly ExchangesTable[]
  readonly entries: readonly {
    readonly list: string
    readonly n: number
    readonly fingerprint: string
    readonly body: Uint8Array
    readonly sealed: number
  }[]
  readonly pushes: readonly ExchangePushesTable[]
}

export const offerRows = defineQuery(
  'exchanges.offer-rows',
  async (
    from: ReadDb,
    about: {
      readonly number: number
      readonly decision: string | undefined
      readonly matches: readonly { readonly list: string; readonly entry: number }[]
    },
  ): Promise<OfferRows> => {
    const { db } = from
    const { number, decision, matches } = about
    const names = [...new Set(matches.map(({ list }) => list))]
    const lists = names.length === 0 ? [] : await db.selectFrom('lists').selectAll().where('id', 'in', names).execute()
    const entries = await Promise.all(
      matches.map(({ list, entry }) =>
        db
          .selectFrom('list_entries')
          .select(['list', 'n', 'fingerprint', 'body', 'sealed'])
          .where('list', '=', list)
          .where('n', '=', entry)
          .executeTakeFirst(),
      ),
    )
    const told = [caseKey(number), ...(decision === undefined ? [] : [decision])]
    return {
      stands: decision === undefined ? 'undecided' : await standOf(from, decision),
      lists,
      exchanges: await db.selectFrom('exchanges').selectAll().execute(),
      entries: entries.flatMap((row) => row ?? []),
      pushes: await db.selectFrom('exchange_pushes').selectAll().where('decision', 'in', told).execute(),
    }
  },
)

async function standOf(from: ReadDb, decision: string): Promise<OfferRows['stands']> {
  const state = await finalStateOf(from, decision)
  return state === 'none' ? 'rejected' : state
}
