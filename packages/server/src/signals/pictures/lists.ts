import type { ParsedEntry } from '../lists/parse.ts'
import type { ListsTable } from '../tables.ts'
import { Filling, finderIn, type IndexedFinder, type IndexedKind, isIndexed } from './finder.ts'
import { type PictureEvents, Pictures } from './pictures.ts'
import type { Snapshots } from './snapshots.ts'

/** From this many hashes on a snapshot saves time at the next start; fewer are read from the entries as fast. */
const SNAPSHOT_ROWS = 50_000
/** A list may change again at once: what is written should last. */
const SAVE_AFTER_MS = 60_000
const INDEX_BITS = 31

export interface NumberedEntry {
  readonly n: number
  readonly entry: ParsedEntry
  /** Whether the version took it away. */
  readonly gone: boolean
}

export interface ListEvents extends Required<Omit<PictureEvents, 'onLookup'>>, Pick<PictureEvents, 'onLookup'> {
  /** A snapshot is not used, and why. */
  onRefused(error: unknown): void
  /** An entry hits a harmless picture. */
  onCanary?(list: string): void
}

/** Slices of entries, in order of their numbers. */
export type Slices = AsyncIterable<readonly NumberedEntry[]>

/** A list that is ready to be looked into. `publish` is called in the moment in which it takes the place of the one before. */
interface Ready {
  readonly finder: IndexedFinder
  publish(): void
}

/** A list of pictures or videos. */
export type IndexedRow = ListsTable & { readonly kind: IndexedKind }

/** The lists of pictures and videos of this process: one index for all, and a snapshot of it on disk. */
export class PictureLists {
  readonly #snapshots: Snapshots
  readonly #events: ListEvents
  readonly #saveAfterMs: number
  readonly #snapshotRows: number
  readonly #now: () => number
  readonly #held = new Map<string, { readonly row: ListsTable; readonly slot: number }>()
  /** Lists of more than 31 bits have an index each. */
  readonly #wide = new Map<string, Pictures>()
  #shared: Pictures
  #generation = 0
  #saving: NodeJS.Timeout | undefined
  #closed = false

  constructor(o: {
    readonly snapshots: Snapshots
    readonly now: () => number
    readonly events: ListEvents
    readonly saveAfterMs?: number
    readonly snapshotRows?: number
  }) {
    this.#snapshots = o.snapshots
    this.#events = o.events
    this.#now = o.now
    this.#saveAfterMs = o.saveAfterMs ?? SAVE_AFTER_MS
    this.#snapshotRows = o.snapshotRows ?? SNAPSHOT_ROWS
    this.#shared = new Pictures(o.events)
  }

  get shared(): Pictures {
    return this.#shared
  }

  /**
   * Takes the lists from the snapshot, if it holds exactly these versions. Whatever is wrong with it, the entries are the truth: it is told, and the
   * lists are loaded from them.
   */
  async restore(rows: readonly ListsTable[]): Promise<ReadonlyMap<string, IndexedFinder>> {
    const lists = rows.filter(isShared)
    const found = await this.#snapshots.load(lists, this.#events).catch(async (error: unknown) => {
      this.#events.onRefused(error)
      await this.#snapshots.forget()
      return undefined
    })
    if (found === undefined) return new Map()
    await this.#shared.close()
    this.#shared = found
    return new Map(
      lists.map((row, place) => {
        const slot = place + 1
        this.#held.set(row.id, { row, slot })
        return [row.id, finderIn(row.kind, { pictures: found, slot, upTo: row.live_n })]
      }),
    )
  }

  /** Loads a whole list beside what runs. */
  async load(row: IndexedRow, entries: Slices): Promise<Ready> {
    const pictures = isShared(row) ? this.#shared : new Pictures()
    const before = this.#held.get(row.id)
    const wide = this.#wide.get(row.id)
    await this.#changes(isShared(row) || before !== undefined)
    const filling = new Filling(row.kind, pictures)
    const finder = filling.finder(row.live_n)
    try {
      await filling.addAll(entries)
    } catch (error) {
      // Nobody asks for what is there of it, so nobody would ever take it out.
      pictures.drop(finder.slot)
      throw error
    }
    return {
      finder,
      publish: () => {
        if (before !== undefined) this.#shared.drop(before.slot)
        if (wide !== undefined) void wide.close()
        this.#hold(row, pictures, finder.slot)
      },
    }
  }

  /** Brings a list from the version before to this one: what is new is added beside what runs, what is gone goes in the moment of the change. */
  async change(row: ListsTable, running: IndexedFinder, changes: Slices): Promise<Ready> {
    const { pictures, slot } = running
    const filling = new Filling(running.kind, pictures, running)
    await this.#changes(isShared(row))
    const gone: NumberedEntry[] = []
    const added: NumberedEntry[] = []
    try {
      for await (const slice of changes) {
        for (const one of slice) {
          if (one.gone) gone.push(one)
          else {
            added.push(one)
            filling.add(one.n, one.entry.value)
          }
        }
        await pictures.breathe()
      }
    } catch (error) {
      // The version that comes instead may not know of them any more, and would find them all the same.
      for (const { n, entry } of added) filling.remove(n, entry.value)
      throw error
    }
    return {
      finder: filling.finder(row.live_n),
      publish: () => {
        for (const { n, entry } of gone) filling.remove(n, entry.value)
        this.#hold(row, pictures, slot)
      },
    }
  }

  /** Writes the snapshot now, if there is enough to write. */
  async save(): Promise<void> {
    clearTimeout(this.#saving)
    this.#saving = undefined
    const generation = this.#generation
    const pictures = this.#shared
    if (pictures.index.rows < this.#snapshotRows) return
    // It would hold half of the list that is coming, and merge every handful of its rows.
    if (pictures.isFilled) {
      this.#saveLater()
      return
    }
    await pictures.settle(true)
    const held = [...this.#held.values()].sort((a, b) => (a.row.id < b.row.id ? -1 : 1))
    await this.#snapshots.save(pictures, {
      lists: held.map(({ row }) => row),
      slots: held.map(({ slot }) => slot),
      // Like the entries themselves: what their terms allow to leave changes, and files are copied.
      sealed: true,
      unchanged: () => this.#generation === generation && !this.#closed,
      at: this.#now(),
    })
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#saving)
    await Promise.all([this.#shared, ...this.#wide.values()].map((pictures) => pictures.close()))
  }

  #hold(row: ListsTable, pictures: Pictures, slot: number): void {
    this.#held.delete(row.id)
    this.#wide.delete(row.id)
    if (pictures === this.#shared) this.#held.set(row.id, { row, slot })
    else this.#wide.set(row.id, pictures)
    this.#saveLater()
  }

  #saveLater(): void {
    if (this.#closed) return
    clearTimeout(this.#saving)
    this.#saving = setTimeout(() => this.save().catch(this.#events.onFailure), this.#saveAfterMs)
    this.#saving.unref()
  }

  /** A snapshot of what was may hold what is withdrawn now: it goes first. */
  async #changes(shared: boolean): Promise<void> {
    if (!shared) return
    this.#generation += 1
    await this.#snapshots.forget()
  }
}

const isShared = (row: ListsTable): row is IndexedRow => isIndexed(row.kind) && (row.within ?? INDEX_BITS) <= INDEX_BITS
