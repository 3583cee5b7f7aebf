import { allStaff, staffLabel } from '../../people/index.ts'
import { finalStateOf } from '../../review/index.ts'
import { defineQuery, type ReadDb } from '../../storage/index.ts'
import { newestOpinions } from '../lists/opinions.store.ts'
import type { EntryRow } from '../store.ts'
import type { ListsTable } from '../tables.ts'
import { caseKey } from './pushes.store.ts'
import type { ExchangePushesTable, ExchangesTable } from './tables.ts'

/** Everything that stands around the matches of one case. */
export interface OfferRows {
  readonly stands: 'undecided' | 'open' | 'upheld' | 'rejected' | 'over'
  readonly lists: readonly ListsTable[]
  readonly exchanges: readonly ExchangesTable[]
  readonly entries: readonly (EntryRow & { readonly list: string })[]
  readonly pushes: readonly ExchangePushesTable[]
  readonly disputes: readonly Dispute[]
}

/** An entry of which not everybody says that it belongs there, and who does not. */
interface Dispute {
  readonly list: string
  readonly entry: number
  readonly by: readonly string[]
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
    const entries: OfferRows['entries'][number][] = []
    for (const { list, entry } of matches) {
      const row = await db
        .selectFrom('list_entries')
        .select(['list', 'n', 'fingerprint', 'body', 'sealed'])
        .where('list', '=', list)
        .where('n', '=', entry)
        .executeTakeFirst()
      if (row !== undefined) entries.push(row)
    }
    const told = [caseKey(number), ...(decision === undefined ? [] : [decision])]
    return {
      stands: decision === undefined ? 'undecided' : await standOf(from, decision),
      lists,
      exchanges: await db.selectFrom('exchanges').selectAll().execute(),
      entries,
      pushes: await db.selectFrom('exchange_pushes').selectAll().where('decision', 'in', told).execute(),
      disputes: await disputesOf(from, matches),
    }
  },
)

async function disputesOf(
  from: ReadDb,
  matches: readonly { readonly list: string; readonly entry: number }[],
): Promise<readonly Dispute[]> {
  const staff = await allStaff.run(from, undefined)
  const nameOf = (id: string): string => {
    const person = staff.find((one) => one.id === id)
    return person === undefined ? id : staffLabel(person.number)
  }
  const disputes: Dispute[] = []
  for (const { list, entry } of matches) {
    const said = await from.db
      .selectFrom('entry_opinions')
      .selectAll()
      .where('list', '=', list)
      .where('n', '=', entry)
      .execute()
    const against = newestOpinions(said).filter(({ says }) => says !== 'affirm')
    if (against.length > 0)
      disputes.push({ list, entry, by: against.map(({ who, mine }) => (mine === 1 ? nameOf(who) : who)) })
  }
  return disputes
}

async function standOf(from: ReadDb, decision: string): Promise<OfferRows['stands']> {
  const state = await finalStateOf(from, decision)
  return state === 'none' ? 'rejected' : state
}

/** Everything that stands around the own entries of one decision. */
export interface OwnRows {
  /** Lists of hashes that no exchange feeds. */
  readonly lists: readonly ListsTable[]
  readonly exchanges: readonly ExchangesTable[]
  /** Which exchange is for which harm. */
  readonly fed: readonly { readonly exchange: string | null; readonly harm: string }[]
  readonly pushes: readonly ExchangePushesTable[]
}

export const ownRows = defineQuery('exchanges.own-rows', async ({ db }: ReadDb, decision: string): Promise<OwnRows> => {
  const lists = await db.selectFrom('lists').selectAll().where('kind', 'in', ['pdq', 'digest']).execute()
  return {
    lists: lists.filter(({ exchange }) => exchange === null),
    exchanges: await db.selectFrom('exchanges').selectAll().where('state', '!=', 'off').execute(),
    fed: lists.filter(({ exchange }) => exchange !== null),
    pushes: await db
      .selectFrom('exchange_pushes')
      .selectAll()
      .where('decision', '=', decision)
      .where('act', 'in', ['share', 'unshare'])
      .execute(),
  }
})

/** Entries of the running versions of lists, by the keyed id that their source gave them. */
export const ownEntries = defineQuery(
  'exchanges.own-entries',
  async ({ db }: ReadDb, keys: readonly { readonly list: string; readonly key: string }[]): Promise<OwnEntry[]> => {
    const found: OwnEntry[] = []
    for (const { list, key } of keys) {
      const rows = await db
        .selectFrom('list_entries')
        .innerJoin('lists', 'lists.id', 'list_entries.list')
        .select(['list_entries.list', 'n', 'fingerprint', 'body', 'list_entries.sealed'])
        .where('list_entries.list', '=', list)
        .where('source_key', '=', key)
        .whereRef('since', '<=', 'lists.version')
        .where((row) => row.or([row('gone', 'is', null), row('gone', '>', row.ref('lists.version'))]))
        .limit(50)
        .execute()
      found.push(...rows)
    }
    return found
  },
)

type OwnEntry = EntryRow & { readonly list: string }
