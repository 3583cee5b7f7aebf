import type { Coverage, ListMeasures, Worth } from '@lamplighter/api'
import type { Storage } from '../../storage/index.ts'
import type { ListBook } from '../book.ts'
import { allLists, besides } from '../store.ts'
import type { ListsTable } from '../tables.ts'
import { type Unmatched, unmatchedBySource } from './coverage.store.ts'
import type { EntryBook } from './entry-book.ts'
import { rateOf } from './hot.ts'
import { memoryOf } from './memory.ts'
import { entryStands } from './store.ts'
import { makeWorths, sourceOf } from './worths.ts'

/** Exceptions beyond this share of a list's entries say more of the list than of the files (matching.md §9.3). */
export const MOST_EXCEPTED = 0.001

/** What lists and exchanges say of themselves. */
export interface Measures {
  /** Of every list, by id. */
  lists(now: number): Promise<ReadonlyMap<string, ListMeasures>>
  /** Of every exchange that feeds a list, by id. */
  exchanges(now: number): Promise<ReadonlyMap<string, { readonly coverage: Coverage | null; readonly worth: Worth }>>
}

export function makeMeasures(parts: {
  readonly storage: Pick<Storage, 'store'>
  readonly book: Pick<ListBook, 'all'>
  readonly entries: Pick<EntryBook, 'hotOf'>
}): Measures {
  const { store } = parts.storage
  const worths = makeWorths(store)
  return {
    async lists(now) {
      const rows = await namedRows(store)
      const unmatched = await store.read(unmatchedBySource, undefined)
      const silent = new Map((await store.read(entryStands, now)).map((stand) => [stand.list, stand]))
      const worth = await worths(now)
      const memory = memoryOf(parts.book.all(), new Map(rows.map(({ id, entries }) => [id, entries])))
      return new Map(
        rows.map((row): [string, ListMeasures] => {
          const held = silent.get(row.id)?.exceptions ?? 0
          const share = held / Math.max(1, row.entries)
          return [
            row.id,
            {
              exchange: row.exchange,
              ageMs: row.updated_at === null ? null : Math.max(0, now - row.updated_at),
              coverage: row.exchange === null ? whole(row) : coverageOf(row.exchange, rows, unmatched),
              worth: worth.lists.get(row.id) ?? NOTHING_DECIDED,
              sourceWorth: worth.sources.get(sourceOf(row)) ?? NOTHING_DECIDED,
              hot: parts.entries.hotOf(row.id, now).size,
              exceptions: { held, share, many: share > MOST_EXCEPTED },
              memoryBytes: memory.get(row.id) ?? null,
            },
          ]
        }),
      )
    },
    async exchanges(now) {
      const rows = await namedRows(store)
      const unmatched = await store.read(unmatchedBySource, undefined)
      const { sources } = await worths(now)
      const fed = rows.flatMap(({ exchange }) => (exchange === null ? [] : [exchange]))
      return new Map(
        [...new Set(fed)].map((exchange) => {
          const worth = sources.get(sourceOf({ exchange, source: '' })) ?? NOTHING_DECIDED
          return [exchange, { coverage: coverageOf(exchange, rows, unmatched), worth }]
        }),
      )
    },
  }
}

/** A list, and how many entries its source names: of a version that waits, if there is one. */
type NamedRow = ListsTable & { readonly named: number }

async function namedRows(store: Storage['store']): Promise<readonly NamedRow[]> {
  const waiting = new Map((await store.read(besides, undefined)).map(({ list, entries }) => [list, entries]))
  return (await store.read(allLists, undefined)).map((row) => ({ ...row, named: waiting.get(row.id) ?? row.entries }))
}

export const NOTHING_DECIDED = rateOf([], false)

/** Of a list that was made between two reads. */
export const unmeasured = ({ exchange }: Pick<ListsTable, 'exchange'>): ListMeasures => ({
  ...{ exchange, ageMs: null, coverage: null, worth: NOTHING_DECIDED, sourceWorth: NOTHING_DECIDED },
  ...{ hot: 0, exceptions: { held: 0, share: 0, many: false }, memoryBytes: null },
})

/** What no exchange feeds has one kind of entry, and a row of another one is refused. */
const whole = ({ entries }: ListsTable): Coverage | null => (entries === 0 ? null : { share: 1, unmatched: {} })

/** All lists of an exchange together: nobody can say to which of them a hash of a kind belongs that none of them takes. */
function coverageOf(
  exchange: string,
  rows: readonly NamedRow[],
  unmatched: ReadonlyMap<string, Unmatched>,
): Coverage | null {
  const counts = unmatched.get(exchange)
  if (counts === undefined) return null
  const matched = rows.reduce((sum, row) => sum + (row.exchange === exchange ? row.named : 0), 0)
  const others = Object.values(counts).reduce((sum, count) => sum + count, 0)
  return matched + others === 0 ? null : { share: matched / (matched + others), unmatched: { ...counts } }
}
