import { createHash } from 'node:crypto'
import type { RecordedJson } from '@lamplighter/api'
import { MOST_TERMS } from '@lamplighter/matching'
import { hmacHex, sha256Hex } from '../http/crypto.ts'
import { AppError } from '../http/errors.ts'
import type { Storage } from '../storage/index.ts'
import type { ColumnKeyring, Sealer } from '../storage/sealer.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { ListBook, loadList, termFacts, textList } from './book.ts'
import type { Entries } from './lists/entries.ts'
import { MAX_BAD_SHARE, type ParsedEntry, type ParsedFile, parseListFile } from './lists/parse.ts'
import { checkNear, factsOf, isWide } from './near.ts'
import { type ListEvents, type NumberedEntry, PictureLists } from './pictures/lists.ts'
import { snapshotsIn } from './pictures/snapshots.ts'
import {
  allLists,
  type EntryRow,
  type ListFacts,
  listChanges,
  listEntries,
  publishList,
  stageEntries,
  unstage,
} from './store.ts'
import type { ListsTable } from './tables.ts'
import { TermBuild } from './terms.ts'

const SLICE = 1_000
/** Longer lists are loaded while the server already answers: until then they are *unknown*. */
const LOADED_FIRST = 50_000

/** The lists of this process: kept in the database, held in memory for matching, swapped as a whole. */
export interface ListLibrary {
  readonly book: ListBook
  /** What the lists of pictures share. */
  readonly pictures: PictureLists
  /** Loads every list, the long ones when it has returned. Rules read *unknown* from a list until it is loaded. */
  load(): Promise<void>
  /** Waits until nothing is being loaded. */
  idle(): Promise<void>
  /** Loads the lists of which another process has made a new version. */
  refresh(): Promise<void>
  close(): Promise<void>
  /** True once every list of the database is in memory. */
  readonly loaded: boolean
  /** How far each import that runs now is, by list. */
  readonly importing: ReadonlyMap<string, Importing>
  /** Makes lists that are not there yet, empty: a rule that asks them is decided, and hears "no hit". */
  declare(lists: readonly ListFacts[], by: string): Promise<void>
  /**
   * Replaces the entries of a list by those of a file. A file with too many bad rows, or with another digest than promised, changes nothing.
   *
   * @throws AppError `invalid` · `conflict`
   */
  import(input: {
    readonly facts: ListFacts
    readonly text: string
    readonly contentType: string
    readonly sha256?: string
    readonly by: string
  }): Promise<Imported>
}

/** Entries written to disk or loaded into memory, of all that the new version changes and holds. */
export interface Importing {
  readonly done: number
  readonly total: number
}

export interface Imported {
  readonly version: number
  readonly entries: number
  readonly added: number
  readonly removed: number
  readonly bad: ParsedFile['bad']
  readonly recorded: RecordedJson
}

export function makeLibrary(parts: {
  readonly storage: Storage
  readonly sealer: Sealer
  /** Keys the fingerprints of sealed entries, so that a stolen database cannot be asked for known values. */
  readonly fingerprintKey: Uint8Array
  keysFor(affected: readonly Affected[]): Promise<RecordKeys>
  /** Seals the index of sealed lists on disk. */
  readonly keyring: ColumnKeyring
  /** Folder of the index's snapshots. */
  readonly indexFolder: string
  readonly now: () => number
  readonly events: ListEvents
  /** What is known of single entries: read again before a version of a list takes the place of another. */
  readonly entries: Pick<Entries, 'book' | 'load'>
}): ListLibrary {
  const { storage, sealer } = parts
  const book = new ListBook(parts.entries.book)
  const importing = new Map<string, Importing>()
  const pictures = new PictureLists({
    snapshots: snapshotsIn(parts.indexFolder, parts.keyring),
    now: parts.now,
    events: parts.events,
  })
  let loaded = false
  let closed = false
  // Two imports at once would stage into one version: one after another.
  let turn: Promise<unknown> = Promise.resolve()

  const place = (list: string, fingerprint: string): string => `${list}.${fingerprint}`
  const fingerprintOf = (facts: ListFacts, value: string): string =>
    facts.sealed ? hmacHex(parts.fingerprintKey, `${facts.id} ${value}`) : sha256Hex(value)
  const bodyOf = async (facts: ListFacts, fingerprint: string, entry: ParsedEntry): Promise<Uint8Array> =>
    facts.sealed
      ? sealer.seal('list_entries', 'body', place(facts.id, fingerprint), entry)
      : new TextEncoder().encode(JSON.stringify(entry))

  const entryOf = async (row: ListsTable, { fingerprint, body, sealed }: EntryRow): Promise<ParsedEntry> =>
    sealed === 1
      ? sealer.open<ParsedEntry>('list_entries', 'body', place(row.id, fingerprint), body)
      : JSON.parse(new TextDecoder().decode(body))

  /** Entries of a version, or what it changed, slice by slice. */
  async function* slicesOf(
    row: ListsTable,
    query: typeof listEntries | typeof listChanges,
    onLoaded: (count: number) => void,
  ): AsyncIterable<readonly NumberedEntry[]> {
    for (let after = 0; ; ) {
      // A half-read list is never put in place.
      if (closed) throw new Error('the lists are closed')
      const slice = await storage.store.read(query, { list: row.id, version: row.version, after, max: SLICE })
      yield await Promise.all(
        slice.map(async (one) => ({
          n: one.n,
          entry: await entryOf(row, one),
          gone: 'gone' in one && one.gone === row.version,
        })),
      )
      onLoaded(slice.length)
      if (slice.length < SLICE) return
      after = slice.at(-1)?.n ?? after
    }
  }

  const loadOne = async (row: ListsTable, onLoaded: (count: number) => void = () => undefined): Promise<void> => {
    await parts.entries.load()
    if (row.kind === 'text') {
      await loadTexts((id, count) => onLoaded(id === row.id ? count : 0))
      return
    }
    const facts = factsOf(row)
    if (row.kind !== 'pdq') {
      const entries: NumberedEntry[] = []
      for await (const slice of slicesOf(row, listEntries, onLoaded)) entries.push(...slice)
      book.set(loadList(facts, entries))
      return
    }
    const running = book.get(row.id)
    const steps =
      running?.finder.kind === 'pdq' && running.version === row.version - 1 && isWide(running) === isWide(facts)
        ? pictures.change(row, running.finder, slicesOf(row, listChanges, onLoaded))
        : pictures.load(row, slicesOf(row, listEntries, onLoaded))
    const ready = await steps
    // In one go: an answer is that of the version before, or of this one.
    book.set({ ...facts, finder: ready.finder })
    ready.publish()
  }

  /** All lists of terms anew: one matcher holds them all, and is swapped in whole when it is done. */
  const loadTexts = async (onLoaded: (list: string, count: number) => void = () => undefined): Promise<void> => {
    const texts = (await rows()).filter(({ kind }) => kind === 'text')
    if (texts.length === 0) return
    const build = new TermBuild()
    try {
      for (const row of texts) {
        build.list(termFacts(factsOf(row)))
        for await (const slice of slicesOf(row, listEntries, (count) => onLoaded(row.id, count)))
          build.add(slice.map(({ n, entry }) => ({ n, term: entry.value })))
      }
      const matcher = await build.done()
      for (const row of texts) book.set(textList(factsOf(row), { list: row.id, matcher }))
    } finally {
      await build.stop()
    }
  }

  const textsTogether = (all: readonly ListsTable[]) => {
    const texts = all.filter(({ kind }) => kind === 'text')
    return { entries: texts.reduce((sum, { entries }) => sum + entries, 0), load: () => loadTexts() }
  }

  const rows = () => storage.store.read(allLists, undefined)

  const take = async (input: Parameters<ListLibrary['import']>[0]): Promise<Imported> => {
    const digest = createHash('sha256').update(input.text).digest('hex')
    if (input.sha256 !== undefined && input.sha256.toLowerCase() !== digest) {
      throw new AppError('invalid', 'The file does not have the SHA-256 that was promised; nothing was changed.', {
        pointer: '/query/sha256',
      })
    }
    const { facts } = input
    const parsed = parseListFile(input.text, input.contentType, facts.kind)
    if (parsed.rows === 0) {
      throw new AppError('invalid', 'The file holds no row; nothing was changed. A list needs one entry at least.')
    }
    if (parsed.entries.length === 0 || parsed.badCount > Math.max(0, Math.floor(parsed.rows * MAX_BAD_SHARE))) {
      throw new AppError(
        'invalid',
        `${parsed.badCount} of ${parsed.rows} rows cannot be used; nothing was changed. Mend them and import again.`,
        {
          errors: parsed.bad.map(({ line, why }) => ({ code: 'invalid', pointer: `/${line}`, detail: why })),
        },
      )
    }
    checkNear(facts, parsed.entries.length)
    const before = (await rows()).find(({ id }) => id === facts.id)
    if (before !== undefined && before.kind !== facts.kind) {
      throw new AppError(
        'conflict',
        `This list holds entries of kind "${before.kind}"; choose another name for another kind.`,
      )
    }
    if (facts.kind === 'text') refuseTooMany(await rows(), facts.id, parsed.entries.length)
    const running = before?.version ?? 0
    const version = running + 1
    const highest = before?.last_n ?? 0
    await storage.store.tx(unstage, { list: facts.id, version: running })
    const known = new Set<string>()
    for (let after = 0; ; ) {
      const slice = await storage.store.read(listEntries, { list: facts.id, version: running, after, max: SLICE })
      for (const { fingerprint } of slice) known.add(fingerprint)
      if (slice.length < SLICE) break
      after = slice.at(-1)?.n ?? after
    }
    const wanted = new Map(parsed.entries.map((entry) => [fingerprintOf(facts, entry.value), entry]))
    const added = [...wanted].filter(([fingerprint]) => !known.has(fingerprint))
    const gone = [...known].filter((fingerprint) => !wanted.has(fingerprint))
    const total = added.length + gone.length + wanted.size
    let done = 0
    const advance = (count: number): void => {
      done += count
      importing.set(facts.id, { done, total })
    }
    advance(0)
    for (let from = 0; from < added.length; from += SLICE) {
      const slice = added.slice(from, from + SLICE)
      const add = await Promise.all(
        slice.map(async ([fingerprint, entry]) => ({
          fingerprint,
          body: await bodyOf(facts, fingerprint, entry),
          sealed: facts.sealed ? 1 : 0,
        })),
      )
      await storage.store.tx(stageEntries, { list: facts.id, version, add, remove: [], from: highest + 1 + from })
      advance(slice.length)
    }
    for (let from = 0; from < gone.length; from += 500) {
      const remove = gone.slice(from, from + 500)
      await storage.store.tx(stageEntries, { list: facts.id, version, add: [], remove, from: 0 })
      advance(remove.length)
    }
    const published = await storage.store.tx(publishList, {
      facts,
      before: running,
      digest: sha256Hex([...wanted.keys()].sort().join('\n')),
      entries: wanted.size,
      added: added.length,
      removed: gone.length,
      lastN: highest + added.length,
      by: input.by,
      keys: await parts.keysFor([]),
    })
    const row = (await rows()).find(({ id }) => id === facts.id)
    if (row !== undefined) await loadOne(row, advance)
    return { ...published, entries: wanted.size, added: added.length, removed: gone.length, bad: parsed.bad }
  }

  return {
    book,
    get loaded() {
      return loaded
    },
    importing,
    pictures,
    async load() {
      await parts.entries.load()
      const all = await rows()
      const restored = await pictures.restore(all)
      for (const row of all) {
        const finder = restored.get(row.id)
        if (finder !== undefined) book.set({ ...factsOf(row), finder })
      }
      const steps = [
        textsTogether(all),
        ...all
          .filter(({ id, kind }) => kind !== 'text' && !restored.has(id))
          .map((row) => ({ entries: row.entries, load: () => loadOne(row) })),
      ]
      for (const { entries, load } of steps) if (entries <= LOADED_FIRST) await load()
      const long = steps.filter(({ entries }) => entries > LOADED_FIRST)
      loaded = long.length === 0
      if (loaded) return
      // Imports wait for it: they would load the same list.
      turn = (async () => {
        for (const { load } of long) await load()
        loaded = true
      })().catch((error: unknown) => {
        if (!closed) parts.events.onFailure(error)
      })
    },
    async idle() {
      await turn
    },
    refresh() {
      const done = turn.then(async () => {
        for (const row of await rows()) if (book.get(row.id)?.version !== row.version) await loadOne(row)
      })
      turn = done.catch(() => undefined)
      return done
    },
    async close() {
      closed = true
      await pictures.close()
      await turn
    },
    async declare(lists, by) {
      const known = new Set((await rows()).map(({ id }) => id))
      for (const facts of lists) {
        if (known.has(facts.id)) continue
        const none = { digest: sha256Hex(''), entries: 0, added: 0, removed: 0, lastN: 0 }
        await storage.store.tx(publishList, { facts, before: 0, ...none, by, keys: await parts.keysFor([]) })
      }
      const added = (await rows()).filter(({ id }) => !known.has(id))
      for (const row of added) if (row.kind !== 'text') await loadOne(row)
      if (added.some(({ kind }) => kind === 'text')) await loadTexts()
    },
    import(input) {
      const done = turn.then(() => take(input)).finally(() => importing.delete(input.facts.id))
      turn = done.catch(() => undefined)
      return done
    },
  }
}

/** More would not be looked for: so the file is refused, and nobody believes that they are. */
function refuseTooMany(
  rows: readonly { id: string; kind: string; entries: number }[],
  id: string,
  count: number,
): void {
  const others = rows.reduce((sum, row) => sum + (row.kind === 'text' && row.id !== id ? row.entries : 0), 0)
  if (others + count <= MOST_TERMS) return
  throw new AppError(
    'invalid',
    `All lists together hold at most ${MOST_TERMS} terms; the others hold ${others} and this file ${count}. Nothing was changed; drop terms or a list.`,
  )
}
