import type { OwnEntryJson, ToldJson } from '@lamplighter/api'
import { termsOf } from '../lists/declaration.ts'
import type { ListsTable } from '../tables.ts'
import type { PushParts } from './pushes.ts'
import { mightTake, sharedOf } from './shares.ts'
import { type OwnRows, ownEntries, ownRows } from './store.ts'
import type { ExchangePushesTable } from './tables.ts'

/** Entries of our own that rest on a decision, and which exchanges may have their hashes. Nothing is handed in here. */
export async function ownOffersOf(
  parts: PushParts,
  { decision, staff }: { readonly decision: string; readonly staff: string | null },
): Promise<OwnEntryJson[]> {
  const { store } = parts.storage
  const rows = await store.read(ownRows, decision)
  const keys = rows.lists.map((list) => ({
    list: list.id,
    key: parts.codec.sourceKey({ id: list.id, sealed: list.sealed === 1 }, decision),
  }))
  const entries = await store.read(ownEntries, keys)
  return Promise.all(
    entries.map(async ({ list: id, ...entry }): Promise<OwnEntryJson> => {
      const list = rows.lists.find((one) => one.id === id)
      const { value } = await parts.codec.entry(id, entry)
      return { list: id, entry: entry.n, ...offered(parts, { list, n: entry.n, value, rows, staff }) }
    }),
  )
}

function offered(
  parts: PushParts,
  about: {
    readonly list: ListsTable | undefined
    readonly n: number
    readonly value: string
    readonly rows: OwnRows
    readonly staff: string | null
  },
): Pick<OwnEntryJson, 'why' | 'exchanges'> {
  const { list, n, value, rows, staff } = about
  const hash = list === undefined ? undefined : sharedOf(list, value)
  const told = rows.pushes.filter((push) => push.list === list?.id && push.n === n)
  const might = rows.exchanges.filter(
    ({ id, source }) =>
      hash !== undefined &&
      mightTake(parts.kinds.get(source)?.hears, hash) &&
      rows.fed.some(({ exchange, harm }) => exchange === id && harm === list?.harm),
  )
  const names = new Set([...might.map(({ id }) => id), ...told.map(({ exchange }) => exchange)])
  const exchanges = [...names].map((exchange) => {
    const one = (act: ExchangePushesTable['act']) => told.find((push) => push.exchange === exchange && push.act === act)
    return {
      ...{ exchange, shared: toldOf(one('share')), unshared: toldOf(one('unshare')) },
      mine: staff !== null && one('share')?.by === staff,
    }
  })
  const why =
    list === undefined || !termsOf(list).share
      ? 'terms'
      : hash === undefined
        ? 'kind'
        : names.size === 0
          ? 'nobody'
          : null
  return { why, exchanges: why === 'terms' ? exchanges.filter(({ shared }) => shared !== null) : exchanges }
}

/** How far something is, as the page shows it. */
export const toldOf = (push: ExchangePushesTable | undefined): ToldJson | null =>
  push === undefined ? null : { id: push.id, state: push.state, why: push.why, at: push.closed_at ?? push.created_at }
