import type { Storage } from '../storage/index.ts'
import { type ListBook, type LoadedList, loadList, termFacts, textList, withDigests } from './book.ts'
import { type Codec, ErasedError } from './lists/codec.ts'
import { columnsOf } from './lists/declaration.ts'
import { factsOf, isWide } from './near.ts'
import { Filling, isIndexed } from './pictures/finder.ts'
import type { IndexedRow, NumberedEntry, PictureLists } from './pictures/lists.ts'
import { Pictures } from './pictures/pictures.ts'
import { allLists, type ChangedRow, type EntryRow, firstAdded, listChanges, listEntries } from './store.ts'
import type { ListsTable, ListVersionsTable } from './tables.ts'
import { type NumberedTerm, TermBuild } from './terms.ts'

const SLICE = 1_000
/** Of a list that is further behind everything is read: it is hardly more. */
const MOST_BEHIND = 50
/** More digests are not added in one go: nobody would be answered meanwhile. */
const MOST_ADDED = 10_000

type OnLoaded = (count: number) => void
type Slices = AsyncIterable<readonly NumberedEntry[]>

/** Brings lists from the database into the book. */
export interface Loader {
  /** One list at its live version. A list of terms is loaded with all others: one matcher holds them. */
  one(row: ListsTable, onLoaded?: OnLoaded): Promise<void>
  /** All lists of terms anew. */
  texts(onLoaded?: (list: string, count: number) => void): Promise<void>
  /** The version in trial, as a list that stands beside the one that runs: what it adds, or all of it where it matches in another way. */
  beside(row: ListsTable, version: ListVersionsTable): Promise<LoadedList>
}

export function makeLoader(parts: {
  readonly storage: Storage
  readonly codec: Codec
  readonly book: ListBook
  readonly pictures: PictureLists
  /** True once the house is being closed: a half-read list is never put in place. */
  readonly closed: () => boolean
}): Loader {
  const { storage, codec, book, pictures } = parts
  const { store } = storage

  async function* slices<R extends EntryRow>(
    of: { readonly list: string; readonly gone: boolean; wanted(row: R): boolean; onLoaded: OnLoaded },
    read: (after: number) => Promise<readonly R[]>,
  ): Slices {
    for (let after = 0; ; ) {
      if (parts.closed()) throw new Error('the lists are closed')
      const slice = await read(after)
      const wanted = slice.filter((row) => of.wanted(row))
      const opened = await codec.entries(of.list, wanted)
      yield opened.map(({ row, entry }) => ({ n: row.n, entry, gone: of.gone }))
      of.onLoaded(slice.length)
      if (slice.length < SLICE) return
      after = slice.at(-1)?.n ?? after
    }
  }

  const entries = ({ id, version }: Pick<ListsTable, 'id' | 'version'>, onLoaded: OnLoaded = () => undefined): Slices =>
    slices({ list: id, gone: false, wanted: () => true, onLoaded }, (after) =>
      store.read(listEntries, { list: id, version, after, max: SLICE }),
    )

  /** What changed between two versions. */
  async function* changes(row: ListsTable, from: number, onLoaded: OnLoaded): Slices {
    for (let version = from + 1; version <= row.version; version += 1) {
      for (const by of ['since', 'gone'] as const) {
        // What came and went between the two was never seen here.
        const wanted = isIn(by === 'since' ? row.version : from)
        yield* slices<ChangedRow>({ list: row.id, gone: by === 'gone', wanted, onLoaded }, (after) =>
          store.read(listChanges, { list: row.id, by, version, after, max: SLICE }),
        )
      }
    }
  }

  /** What a version that waits adds to the one that runs. */
  async function* added(of: Pick<ListsTable, 'id' | 'version'>, live: number): Slices {
    for (let version = live + 1; version <= of.version; version += 1)
      yield* slices<ChangedRow>(
        { list: of.id, gone: false, wanted: isIn(of.version), onLoaded: () => undefined },
        (after) => store.read(listChanges, { list: of.id, by: 'since', version, after, max: SLICE }),
      )
  }

  /** Pictures are brought from the version that runs to the next one where that can be done beside it, in one index. */
  const byChanges = async (row: ListsTable, onLoaded: OnLoaded): Promise<boolean> => {
    const running = book.get(row.id)
    if (running === undefined || !('pictures' in running.finder)) return false
    if (isWide(running) !== isWide(factsOf(row))) return false
    const behind = row.version - running.version
    if (behind < 1 || behind > MOST_BEHIND) return false
    const first = await store.read(firstAdded, { list: row.id, from: running.version, to: row.version })
    // Entries with lower numbers than those that run would be found before the version is complete.
    if (first !== null && first <= running.finder.upTo) return false
    const steps = changes(row, running.version, onLoaded)
    // What is erased by now cannot be taken out by its value: then everything is read.
    const ready = await pictures.change(row, running.finder, steps).catch((error: unknown) => {
      if (error instanceof ErasedError) return undefined
      throw error
    })
    if (ready === undefined) return false
    book.set({ ...factsOf(row), finder: ready.finder })
    ready.publish()
    return true
  }

  /** Digests that are new are put beside those that run, in one go; where some are gone, or most are new, all are read. */
  const digests = async (row: ListsTable, onLoaded: OnLoaded): Promise<void> => {
    const running = book.get(row.id)
    const behind = row.version - (running?.version ?? 0)
    if (running?.finder.kind === 'digest' && behind >= 1 && behind <= MOST_BEHIND) {
      const steps: NumberedEntry[] = []
      for await (const slice of changes(row, running.version, onLoaded)) {
        steps.push(...slice)
        if (steps.length > MOST_ADDED || slice.some(({ gone }) => gone)) break
      }
      if (steps.length <= MOST_ADDED && !steps.some(({ gone }) => gone)) {
        book.set({ ...factsOf(row), finder: withDigests(running.finder, steps) })
        return
      }
    }
    let finder = withDigests(undefined, [])
    for await (const slice of entries(row, onLoaded)) finder = withDigests(finder, slice)
    book.set({ ...factsOf(row), finder })
  }

  const one: Loader['one'] = async (row, onLoaded = () => undefined) => {
    if (row.kind === 'text') {
      await texts((id, count) => onLoaded(id === row.id ? count : 0))
      return
    }
    const facts = factsOf(row)
    if (row.kind === 'digest') {
      await digests(row, onLoaded)
      return
    }
    if (!isIndexedRow(row)) {
      const all: NumberedEntry[] = []
      for await (const slice of entries(row, onLoaded)) all.push(...slice)
      book.set(loadList(facts, all))
      return
    }
    if (await byChanges(row, onLoaded)) return
    const ready = await pictures.load(row, entries(row, onLoaded))
    // In one go: an answer is that of the version before, or of this one.
    book.set({ ...facts, finder: ready.finder })
    ready.publish()
  }

  // One after another: a matcher of older versions must not take the place of a newer one.
  let turn: Promise<unknown> = Promise.resolve()
  const texts: Loader['texts'] = (onLoaded = () => undefined) => {
    const done = turn.then(() => allTexts(onLoaded))
    turn = done.catch(() => undefined)
    return done
  }

  const allTexts = async (onLoaded: (list: string, count: number) => void): Promise<void> => {
    const lists = (await store.read(allLists, undefined)).filter((row) => row.kind === 'text' && isLive(row))
    if (lists.length === 0) return
    const build = new TermBuild()
    try {
      for (const row of lists) {
        build.list(termFacts(factsOf(row)))
        for await (const slice of entries(row, (count) => onLoaded(row.id, count))) build.add(slice.map(termOf))
      }
      const matcher = await build.done()
      for (const row of lists) book.set(textList(factsOf(row), build.setOf(row.id, matcher)))
    } finally {
      await build.stop()
    }
  }

  const beside: Loader['beside'] = async (row, version) => {
    const declared = version.facts === null ? row : { ...row, ...columnsOf(JSON.parse(version.facts), row) }
    const facts = factsOf({ ...declared, version: version.version })
    const whole = row.version === 0 || factsDiffer(factsOf(row), facts)
    const slices = whole
      ? entries({ id: row.id, version: version.version })
      : added({ id: row.id, version: version.version }, row.version)
    if (isIndexed(row.kind)) {
      const filling = new Filling(row.kind, new Pictures())
      await filling.addAll(slices)
      return { ...facts, finder: filling.finder(version.last_n) }
    }
    const all: NumberedEntry[] = []
    for await (const slice of slices) all.push(...slice)
    if (row.kind !== 'text') return loadList(facts, all)
    const build = new TermBuild()
    try {
      build.list(termFacts(facts))
      build.add(all.map(termOf))
      return textList(facts, build.setOf(row.id, await build.done()))
    } finally {
      await build.stop()
    }
  }

  return { one, texts, beside }
}

const termOf = ({ n, entry }: NumberedEntry): NumberedTerm => ({ n, term: entry.value, about: entry.term })

const isIndexedRow = (row: ListsTable): row is IndexedRow => isIndexed(row.kind)

const MATCHING = ['within', 'variants', 'listShare', 'queryShare'] as const
type Facts = Pick<LoadedList, (typeof MATCHING)[number]>
const factsDiffer = (a: Facts, b: Facts): boolean => MATCHING.some((fact) => a[fact] !== b[fact])

/** Only a list with a live version answers; any other is not in the book, and rules that ask it read "unknown". */
export const isLive = (row: Pick<ListsTable, 'state' | 'version'>): boolean => row.state === 'live' && row.version > 0

interface Life {
  readonly since: number
  readonly gone: number | null
}
const isIn =
  (version: number) =>
  ({ since, gone }: Life): boolean =>
    since <= version && (gone === null || gone > version)
