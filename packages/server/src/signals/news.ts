import type { Storage } from '../storage/index.ts'
import { ListBook, type LoadedList, loadList } from './book.ts'
import { type Codec, ErasedError } from './lists/codec.ts'
import type { EntryBook } from './lists/entry-book.ts'
import { factsOf } from './near.ts'
import { Filling, isIndexed } from './pictures/finder.ts'
import type { NumberedEntry } from './pictures/lists.ts'
import { Pictures } from './pictures/pictures.ts'
import { allLists, type ChangedRow, listChanges } from './store.ts'
import type { ListsTable } from './tables.ts'

/** A place among the entries that versions brought: the version, and the last number that is behind. */
export interface NewsPlace {
  readonly version: number
  readonly n: number
}

/** Some of what versions of a list have brought, as a list of its own that nobody else asks. */
export interface News {
  /** Holds the one list, and knows what is said of its entries. */
  readonly book: ListBook
  readonly entries: number
  /** Where the next piece begins; null behind the last one. */
  readonly next: NewsPlace | null
  close(): Promise<void>
}

export interface NewsWish {
  readonly list: string
  readonly after: NewsPlace
  /** The last version that is looked at. */
  readonly to: number
}

const SLICE = 1_000
/** Of one piece: pictures take 130 bytes each. */
const MOST = 100_000

/**
 * Reads what the versions behind a place have brought and the running version still holds, up to so many entries.
 *
 * @returns undefined where the list does not run
 */
export async function newsOf(
  { storage, codec, entries }: { readonly storage: Storage; readonly codec: Codec; readonly entries: EntryBook },
  { list, after, to }: NewsWish,
): Promise<News | undefined> {
  const row = (await storage.store.read(allLists, undefined)).find(({ id }) => id === list)
  if (row === undefined || row.state !== 'live' || row.version === 0) return undefined
  const found: NumberedEntry[] = []
  let place: NewsPlace | null = after
  while (place !== null && found.length < MOST) {
    const at: NewsPlace = place
    const slice: ChangedRow[] = await storage.store.read(listChanges, {
      ...{ list, by: 'since', version: at.version, after: at.n, max: SLICE },
    })
    for (const one of slice) if (isIn(one, row)) found.push(...(await opened(codec, list, one)))
    const last = slice.at(-1)
    if (slice.length === SLICE && last !== undefined) place = { version: at.version, n: last.n }
    else place = at.version < to ? { version: at.version + 1, n: 0 } : null
  }
  const { loaded, close } = await listOf(row, found)
  const book = new ListBook(entries)
  book.set(loaded)
  return { book, entries: found.length, next: place, close }
}

const isIn = ({ since, gone }: ChangedRow, { version }: ListsTable): boolean =>
  since <= version && (gone === null || gone > version)

/** What went while it was read is not there. */
async function opened(codec: Codec, list: string, row: ChangedRow): Promise<NumberedEntry[]> {
  try {
    return [{ n: row.n, entry: await codec.entry(list, row), gone: false }]
  } catch (error) {
    if (error instanceof ErasedError) return []
    throw error
  }
}

async function listOf(
  row: ListsTable,
  found: readonly NumberedEntry[],
): Promise<{ readonly loaded: LoadedList; close(): Promise<void> }> {
  const facts = factsOf(row)
  if (!isIndexed(row.kind)) return { loaded: loadList(facts, found), close: async () => undefined }
  const pictures = new Pictures()
  const filling = new Filling(row.kind, pictures)
  await filling.addAll(piecesOf(found))
  const upTo = found.reduce((highest, { n }) => Math.max(highest, n), 0)
  return { loaded: { ...facts, finder: filling.finder(upTo) }, close: () => pictures.close() }
}

async function* piecesOf(found: readonly NumberedEntry[]): AsyncIterable<readonly NumberedEntry[]> {
  for (let from = 0; from < found.length; from += SLICE) yield found.slice(from, from + SLICE)
}
