import { isDeepStrictEqual } from 'node:util'
import { MOST_TERMS } from '@lamplighter/matching'
import { AppError } from '../http/errors.ts'
import type { Storage } from '../storage/index.ts'
import type { BulkSealer, ColumnKeyring } from '../storage/sealer.ts'
import type { Affected, RecordKeys } from '../transparency/index.ts'
import { ListBook, type LoadedList } from './book.ts'
import { canariesOf } from './canaries/of-list.ts'
import type { OwnCanaries } from './canaries/own.ts'
import { makeClaims } from './claims.ts'
import type { Imported, Importing, ImportStep, ListLibrary } from './library-types.ts'
import { makeCodec } from './lists/codec.ts'
import { carried, carriedBy, railsOf, withWish } from './lists/declaration.ts'
import type { Entries } from './lists/entries.ts'
import { EntrySum } from './lists/entry-sum.ts'
import { fileChange } from './lists/file.ts'
import type { By } from './lists/publish.store.ts'
import { sealClear } from './lists/seal-clear.ts'
import { opinionsDue } from './lists/store.ts'
import { Trials } from './lists/trials.ts'
import { isLive, makeLoader } from './load.ts'
import { changedFacts, checkNear, factsOf } from './near.ts'
import { newsOf } from './news.ts'
import { type ListEvents, PictureLists } from './pictures/lists.ts'
import { snapshotsIn } from './pictures/snapshots.ts'
import { type Changed, stageChange } from './stage.ts'
import { type Change, settle, tidy, type Write } from './stage-rows.ts'
import {
  allLists,
  besides,
  createList,
  declareAnew,
  eraseRemoved,
  countTrials as keepTrialCounts,
  oneList,
  publishVersions,
  retireEnded,
  takeListStep,
} from './store.ts'
import type { ListsTable } from './tables.ts'
import { makeTurns } from './turns.ts'

export type { Imported, Importing, ImportStep, ListInput, ListLibrary, StepWish } from './library-types.ts'

/** Longer lists are loaded while the server already answers: until then they are *unknown*. */
const LOADED_FIRST = 50_000
const ERASED_AT_ONCE = 1_000
/** Between two writings of what trials counted. */
const COUNT_MS = 5_000

export function makeLibrary(parts: {
  readonly storage: Storage
  readonly sealer: BulkSealer
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
  /** The platform's own harmless pictures. */
  readonly canaries: OwnCanaries
}): ListLibrary {
  const { storage } = parts
  const book = new ListBook(parts.entries.book)
  const trials = new Trials(new ListBook(parts.entries.book))
  const importing = new Map<string, Importing>()
  const pictures = new PictureLists({
    snapshots: snapshotsIn(parts.indexFolder, parts.keyring),
    now: parts.now,
    events: parts.events,
  })
  const codec = makeCodec(parts.sealer, parts.fingerprintKey)
  let loaded = false
  let closed = false
  const loader = makeLoader({ storage, codec, book, pictures, closed: () => closed })
  // Two changes at once would stage into one version: one after another, each list for itself.
  const claims = makeClaims(storage)
  let turn: Promise<unknown> = Promise.resolve()

  // Loading is apart from changing: what another process took out must not wait for an import of ours, nor for the load of another list.
  const loading = makeTurns()
  const loads = <T>({ id, kind }: Pick<ListsTable, 'id' | 'kind'>, load: () => Promise<T>): Promise<T> =>
    loading.inTurn(kind === 'text' ? 'all texts' : id, load)

  const rows = () => storage.store.read(allLists, undefined)
  const rowOf = async (id: string): Promise<ListsTable | undefined> => (await rows()).find((row) => row.id === id)

  const textsTogether = (all: readonly ListsTable[]) => {
    const texts = all.filter(({ kind }) => kind === 'text')
    return {
      entries: texts.reduce((sum, { entries }) => sum + entries, 0),
      load: () => loading.inTurn('all texts', () => loader.texts()),
    }
  }

  /** The versions in trial as the database says them now. */
  const followTrials = (): Promise<void> => loading.inTurn('all trials', loadTrials)
  const loadTrials = async (): Promise<void> => {
    const beside = (await storage.store.read(besides, undefined)).filter(({ state }) => state === 'trial')
    const there = new Map((await rows()).map((row) => [row.id, row]))
    for (const { id } of trials.all()) if (!beside.some(({ list }) => list === id)) trials.remove(id)
    for (const version of beside) {
      const row = there.get(version.list)
      if (row !== undefined && trials.get(row.id)?.version !== version.version)
        trials.set(await loader.beside(row, version))
    }
  }

  const countTrials = async (): Promise<void> => {
    const counts = trials.take()
    if (counts.length > 0) await storage.store.tx(keepTrialCounts, counts)
  }
  // A count that could not be written is lost: a trial lasts a little longer, and says nothing that is not so.
  const counting = setInterval(() => countTrials().catch(parts.events.onFailure), COUNT_MS).unref()

  /** Whether no version of it waits: what would go live with another one would be what waits, too. */
  const isAlone = async (id: string) => (await storage.store.read(oneList, id)).beside === undefined

  /** Who wants to know how far the load of a list is, whoever began it: news of a version may be there before the change that made it goes on. */
  const watched = new Map<string, (count: number) => void>()

  /** Puts into memory what the database says when its turn comes. */
  const follow = (of: ListsTable): Promise<void> =>
    loads(of, async () => {
      // An entry that has expired, or was put aside, is never found, not even in the moment in which its list is swapped.
      await parts.entries.load()
      const row = await rowOf(of.id)
      if (row !== undefined) await loadRow(row, (count) => watched.get(row.id)?.(count))
    })
  const loadRow = async (row: ListsTable, onLoaded: (count: number) => void): Promise<void> => {
    const held = book.get(row.id)
    if (!isLive(row)) book.remove(row.id)
    else if (held?.version !== row.version || held.within !== factsOf(row).within) await loader.one(row, onLoaded)
    else book.set({ ...held, ...factsOf(row) })
  }

  /** Puts right what processes left that were killed in the middle of a change, before anything is made of it. */
  const tidyAll = async (): Promise<void> => {
    for (const { list } of await storage.store.read(besides, undefined)) {
      await claims.hold(list, async (write) => {
        const { row, beside } = await storage.store.read(oneList, list)
        await tidy({ storage, write }, { row, version: (beside ?? row).version, keep: true })
      })
    }
    await settleAll()
  }
  const settleAll = async (): Promise<void> => {
    const due = await storage.store.read(opinionsDue, undefined)
    for (const list of due) await claims.hold(list, (write) => settle({ write }, list))
    if (due.length > 0) await parts.entries.load()
  }
  /** Part of a change: no hit is told by a version without what others say of its entries. */
  const settleOf = async (write: Write, list: string): Promise<void> => {
    if ((await storage.store.read(opinionsDue, undefined)).includes(list)) await settle({ write }, list)
  }

  const changeNow = async (write: Write, change: Change): Promise<Changed> => {
    // What a trial has seen is the version's that it was of.
    await countTrials()
    const before = await rowOf(change.list)
    await parts.canaries.load()
    const canaryOf =
      before === undefined ? undefined : canariesOf(before, change.facts, parts.canaries, parts.events.onCanary)
    const changed = await stageChange(
      { storage, codec, write, keysFor: parts.keysFor, stopped: () => closed },
      { ...change, ...(canaryOf && { canaryOf }) },
    )
    await settleOf(write, change.list)
    const row = await rowOf(change.list)
    if (row !== undefined) await follow(row)
    await followTrials()
    return changed
  }

  const take = async (write: Write, input: Parameters<ListLibrary['import']>[0]): Promise<Imported> => {
    const { facts } = input
    const file = fileChange(input)
    checkNear(facts, file.size)
    const before = await rowOf(facts.id)
    if (before !== undefined && before.kind !== facts.kind) {
      throw new AppError(
        'conflict',
        `This list holds entries of kind "${before.kind}"; choose another name for another kind.`,
      )
    }
    if (facts.kind === 'text') refuseTooMany(await rows(), facts.id, file.size)
    if (before === undefined) await storage.store.tx(createList, facts)
    const total = file.size
    let [summed, loaded] = [0, 0]
    const at = (step: ImportStep, done: number): void => {
      importing.set(facts.id, { done: (step === 'write' ? 0 : total) + (step === 'sum' ? 0 : done), total: 2 * total })
      input.onProgress?.(step, done, total)
    }
    at('write', 0)
    const { rows: read, bad } = file.counts
    const tooBad = bad / Math.max(1, read) > (facts.rails ?? railsOf(before ?? { rails: null })).max_bad_rows
    watched.set(facts.id, (rows) => {
      loaded += rows
      at('load', loaded)
    })
    try {
      const changed = await changeNow(write, {
        ...{ list: facts.id, by: byOf(input), full: true, changes: file.changes, counts: () => file.counts },
        ...{ go: input.live === true && !tooBad ? 'live' : 'staged', facts: carried(facts), imported: input.imported },
        because: changedFacts(before, facts),
        onProgress: (rows) => at('write', rows),
        onSummed(rows) {
          summed += rows
          at('sum', summed)
        },
      })
      return { ...changed, bad: file.bad }
    } finally {
      watched.delete(facts.id)
    }
  }

  return {
    book,
    get loaded() {
      return loaded
    },
    importing,
    pictures,
    trials,
    countTrials,
    async tend() {
      const ended = await storage.store.tx(retireEnded, await parts.keysFor([]))
      for (const row of await rows()) if (ended.includes(row.id)) await follow(row)
      if (ended.length > 0) await followTrials()
      let erased = 0
      for (const { id: list } of await rows())
        for (let done = ERASED_AT_ONCE; done === ERASED_AT_ONCE; erased += done)
          done = await storage.store.tx(eraseRemoved, { list, max: ERASED_AT_ONCE })
      await settleAll()
      const sealed = await sealClear({ storage, codec, stopped: () => closed })
      return `${ended.length} ended, ${erased} entries erased, ${sealed} sealed`
    },
    redeclare: ({ list, revision, facts: wanted, reason, by, doer }) =>
      claims.hold(list, async (write) => {
        const { row, beside } = await storage.store.read(oneList, list)
        const facts = withWish(carriedBy(row), wanted)
        checkNear({ kind: row.kind, ...facts }, row.entries, '')
        const because = changedFacts(row, { ...facts, id: row.id, kind: row.kind })
        if (row.version === 0 || (row.sealed === 0 && because.length === 0)) {
          const done = await write(declareAnew, { list, revision, facts, reason, doer })
          await follow(row)
          return { ...done, waits: null }
        }
        if (row.revision !== revision)
          throw new AppError('stale_revision', 'The list was changed meanwhile; read it again and send its revision.')
        if (beside !== undefined)
          throw new AppError('conflict', `Version ${beside.version} waits; put it live or drop it first.`)
        const { version } = await changeNow(write, {
          ...{ list, by: { by }, full: false, changes: [], counts: () => ({ rows: 0, bad: 0 }), go: 'inside_rails' },
          ...{ facts, because: because.length === 0 ? [{ code: 'declared' }] : because },
        })
        return { revision, waits: version }
      }),
    step: (input, once) =>
      claims.hold(input.list, async (write) => {
        await countTrials()
        const before = await storage.store.read(oneList, input.list)
        // What a change left that was cut off must not be a part of what goes live.
        await tidy({ storage, write }, { row: before.row, version: (before.beside ?? before.row).version, keep: true })
        const stepped = await write(takeListStep, { ...input, keys: await parts.keysFor([]) }, once)
        const { row } = await storage.store.read(oneList, input.list)
        // What was dropped, and what came after the version that one went back to, holds nothing any more.
        if (input.step === 'drop' || input.step === 'live')
          await tidy({ storage, write }, { row, version: row.version, keep: false })
        await settleOf(write, input.list)
        await follow(row)
        await followTrials()
        return stepped
      }),
    async load() {
      await parts.entries.load()
      const all = (await rows()).filter(isLive)
      const restored = await pictures.restore(all)
      for (const row of all) {
        const finder = restored.get(row.id)
        if (finder !== undefined) book.set({ ...factsOf(row), finder })
      }
      const steps = [
        textsTogether(all),
        ...all
          .filter(({ id, kind }) => kind !== 'text' && !restored.has(id))
          .map((row) => ({ entries: row.entries, load: () => follow(row) })),
      ]
      for (const { entries, load } of steps) if (entries <= LOADED_FIRST) await load()
      const long = steps.filter(({ entries }) => entries > LOADED_FIRST)
      loaded = long.length === 0
      // Nobody waits for what is only counted.
      turn = tidyAll().then(followTrials).catch(parts.events.onFailure)
      if (loaded) return
      const before = turn
      turn = (async () => {
        await before
        for (const { load } of long) await load()
        loaded = true
      })().catch((error: unknown) => {
        if (!closed) parts.events.onFailure(error)
      })
    },
    async idle() {
      await turn
      await claims.idle()
      await loading.idle()
    },
    async refresh() {
      const changed = (await rows()).filter((row) => isBehind(row, book.get(row.id)))
      await Promise.all(changed.map((row) => follow(row)))
      await followTrials()
    },
    async close() {
      clearInterval(counting)
      closed = true
      await pictures.close()
      await turn
      await claims.idle()
      await loading.idle()
      await countTrials().catch(parts.events.onFailure)
      await trials.close()
    },
    async declare(lists, by) {
      const known = new Set((await rows()).map(({ id }) => id))
      for (const facts of lists) {
        if (known.has(facts.id)) continue
        await storage.store.tx(createList, facts)
        const nothing = new EntrySum()
        const none = {
          digest: nothing.digest(),
          sum: nothing.bytes(),
          entries: 0,
          added: 0,
          removed: 0,
          lastN: 0,
          rows: 0,
          bad: 0,
        }
        const empty = { ...none, version: 1, state: 'live' as const, reason: [], facts: null }
        const seen = { live: 0, last: 0 }
        await storage.store.tx(publishVersions, {
          ...{ list: facts.id, seen, versions: [empty], by: { by } },
          keys: await parts.keysFor([]),
        })
      }
      const added = (await rows()).filter(({ id }) => !known.has(id))
      for (const row of added) if (row.kind !== 'text') await loader.one(row)
      if (added.some(({ kind }) => kind === 'text')) await loader.texts()
    },
    news: (wish) => newsOf({ storage, codec, entries: parts.entries.book }, wish),
    check: (facts) => checkNear(facts, 0, ''),
    async create(facts) {
      checkNear(facts, 0, '')
      return storage.store.tx(createList, facts)
    },
    change: ({ by, source, rows: read, bad, entry, ...input }) =>
      claims.hold(input.list, async (write) => {
        const row = await rowOf(input.list)
        const alone = entry !== undefined && row !== undefined && row.version > 0 && (await isAlone(row.id))
        const moved = row !== undefined && source !== undefined && source !== row.source && row.version > 0
        return changeNow(write, {
          ...{ ...input, by: { by, second: entry?.second ?? undefined }, counts: () => ({ rows: read, bad }) },
          go: alone ? 'live' : 'inside_rails',
          ...(moved && {
            because: [{ code: 'changed', what: ['source'] }],
            facts: { ...carriedBy(row), source },
          }),
        })
      }),
    import: (input) =>
      claims.hold(input.facts.id, (write) => take(write, input)).finally(() => importing.delete(input.facts.id)),
  }
}

/** Whether memory says something else of a list than the database does. */
function isBehind(row: ListsTable, held: LoadedList | undefined): boolean {
  if (!isLive(row)) return held !== undefined
  if (held === undefined) return true
  const { finder: _, ...facts } = held
  return !isDeepStrictEqual(facts, factsOf(row))
}

const byOf = ({ by, live }: { readonly by: string; readonly live?: boolean }): By => ({
  by,
  ...(live === true && { withoutTrial: true }),
})

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
