import {
  bytesOfPdq,
  createIndex,
  FRESH_ROWS,
  type Nearby,
  type Pdq,
  RESULT_ROWS,
  type RingIndex,
  type Segment,
} from '@lamplighter/matching'
import { BuildThreads } from './build-threads.ts'
import { ringModules } from './kernel.ts'
import { Leftovers } from './leftovers.ts'
import { Owners } from './owners.ts'
import { SearchThreads } from './search-threads.ts'
import { Threads } from './threads.ts'

/** While many rows come, so many of them are merged at once: each merge is a memory that somebody must collect, and tables that are soon made anew. */
const MANY_ROWS = 65_536
/** Rows that may wait for a merge before a load of many entries waits for it. */
const MOST_WAITING = 131_072
/** Removed hashes leave memory within this time: well within the hour that some sources demand (matching.md §8.4). */
const PURGE_AFTER_MS = 10 * 60_000
/** From so many hashes on the way to threads and back is worth it (matching.md §8.6). */
export const MANY = 256
/** After a failed merge: lookups stay right without it, only slower. */
const AGAIN_AFTER_MS = 30_000

/** One place in the index for a list. A list that is replaced as a whole gets a new one. */
export type Slot = number

export interface PictureHit {
  readonly entry: number
  readonly distanceBits: number
}

/** How a search went: only among rows that no table holds yet, by tables, or row by row in at least one segment. */
export type LookupPath = 'fresh' | 'tables' | 'flat'

export interface PictureEvents {
  onLookup?(path: LookupPath, ms: number): void
  onMerged?(rows: number, ms: number): void
  onFailure?(error: unknown): void
}

/**
 * The hashes of all lists of pictures in one index: a hash that five lists hold is one row, and one search answers for all of them. Segments are
 * built beside it; until one is done its rows are looked at one by one, so an entry is found from the moment it is added.
 */
export class Pictures {
  readonly index: RingIndex
  readonly owners = new Owners()
  readonly threads: BuildThreads
  readonly #searchers: SearchThreads
  readonly #events: PictureEvents
  #additions = 0
  #lastSlot = 0
  readonly #freeSlots: Slot[] = []
  #busy: Promise<void> | undefined
  /** Loads of many entries that are under way. */
  #loads = 0
  readonly #leftovers = new Leftovers()
  #purge: NodeJS.Timeout | undefined
  /** Set while a merge that failed waits to be tried again. */
  #again: NodeJS.Timeout | undefined
  #closed = false

  constructor(events: PictureEvents = {}, segments: readonly Segment[] = [], slots = 0) {
    this.index = createIndex(ringModules(), segments)
    this.threads = new BuildThreads(ringModules())
    this.#searchers = new SearchThreads(new Threads(ringModules()), {
      onFailure: (error) => {
        if (!this.#closed) events.onFailure?.(error)
      },
    })
    this.#events = events
    this.#lastSlot = slots
  }

  open(): Slot {
    const free = this.#freeSlots.pop()
    if (free !== undefined) return free
    this.#lastSlot += 1
    return this.#lastSlot
  }

  add(slot: Slot, entry: number, pdq: Pdq): void {
    this.owners.add(this.index.add(bytesOfPdq(pdq)), slot, entry)
    this.#additions += 1
    this.#tend({})
  }

  /** From now on the entry is not found; its hash leaves memory with the next purge, unless another entry has it. */
  remove(slot: Slot, entry: number, pdq: Pdq): void {
    const row = this.index.rowOf(bytesOfPdq(pdq))
    if (row !== undefined && this.owners.remove(row, slot, entry)) this.#forget([row])
  }

  /** Takes a list out as a whole. */
  drop(slot: Slot): void {
    this.#forget(this.owners.dropSlot(slot))
    this.#freeSlots.push(slot)
  }

  /** All rows near a hash, whoever owns them: one search for all lists. */
  near(pdq: Pdq, within: number): Nearby {
    const { flatScans } = this.index
    const startedAt = performance.now()
    const found = this.index.find(bytesOfPdq(pdq), within)
    const { segments } = this.index
    const path = this.index.flatScans > flatScans ? 'flat' : segments.length > 0 ? 'tables' : 'fresh'
    this.#events.onLookup?.(path, performance.now() - startedAt)
    return found
  }

  /** Grows with every entry that is added: what was found before may lack it. */
  get additions(): number {
    return this.#additions
  }

  /** The same for many hashes; from 256 on in threads, so that others are answered meanwhile. */
  async nearMany(pdqs: readonly Pdq[], within: number): Promise<Map<Pdq, Nearby>> {
    const hashes = Buffer.concat(pdqs.map(bytesOfPdq))
    const found =
      pdqs.length < MANY
        ? this.index.findMany(hashes, within)
        : await this.#searchers.findMany(this.index, hashes, within)
    return new Map(pdqs.flatMap((pdq, place) => (found[place] === undefined ? [] : [[pdq, found[place]]])))
  }

  /**
   * The nearest entry of one list.
   *
   * @param found what `near` gave, for at least this distance
   * @param of.upTo entries beyond this number belong to a version that is not live yet
   * @param of.takes whether an entry counts; the next one is asked where it does not
   */
  hit(
    found: Nearby,
    pdq: Pdq,
    of: { slot: Slot; within: number; upTo: number; takes?: (entry: number, distanceBits: number) => boolean },
  ): PictureHit | undefined {
    for (const { row, distanceBits } of this.rowsNear(found, pdq, of.within)) {
      const entry = this.owners
        .entriesOf(row, of.slot, of.upTo)
        .find((one) => of.takes === undefined || of.takes(one, distanceBits))
      if (entry !== undefined) return { entry, distanceBits }
    }
    return undefined
  }

  /** All rows within the distance, the nearest first. @param found what `near` gave, for at least this distance */
  *rowsNear(
    found: Nearby,
    pdq: Pdq,
    within: number,
  ): Generator<{ readonly row: number; readonly distanceBits: number }> {
    for (let page = found; ; ) {
      for (const [place, row] of page.rows.entries()) {
        const distanceBits = page.distances[place] ?? 0
        if (distanceBits > within) return
        yield { row, distanceBits }
      }
      if (page.rows.length < RESULT_ROWS) return
      // Rows of other lists filled the answer: those of the list that asks may come behind them.
      const last = { distance: page.distances.at(-1) ?? 0, row: page.rows.at(-1) ?? 0 }
      page = this.index.find(bytesOfPdq(pdq), within, last)
    }
  }

  /** A load of many entries: until it ends rows wait for others before they are merged. Lookups find them all the same. */
  async filled(load: () => Promise<void>): Promise<void> {
    this.#loads += 1
    try {
      await load()
    } finally {
      this.#loads -= 1
      this.#tend({})
    }
  }

  /** Whether a load of many entries is under way: what lies here is of no list yet. */
  get isFilled(): boolean {
    return this.#loads > 0
  }

  /** Holds a load back while merges are far behind. */
  async breathe(): Promise<void> {
    while (this.#busy !== undefined && this.index.waiting > MOST_WAITING) await this.#busy
  }

  /** Waits until all that is due is merged; with `all` merges everything, and takes out what was removed. */
  async settle(all = false): Promise<void> {
    for (;;) {
      await this.#busy
      this.#tend(all ? { all, purge: true } : {})
      if (this.#busy === undefined) return
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#purge)
    clearTimeout(this.#again)
    await Promise.all([this.threads.close(), this.#searchers.close()])
    await this.#busy
  }

  #forget(rows: readonly number[]): void {
    for (const row of rows) this.index.remove(row)
    if (rows.length === 0 || this.#closed) return
    this.#purge ??= later(PURGE_AFTER_MS, () => {
      this.#purge = undefined
      this.#tend({ purge: true })
    })
  }

  /** Begins the merge that is due, if there is one and none is under way. */
  #tend(o: { readonly purge?: boolean; readonly all?: boolean }): void {
    if (this.#busy !== undefined || this.#again !== undefined || this.#closed) return
    if (!o.purge && !o.all && this.index.waiting < (this.#loads > 0 ? MANY_ROWS : FRESH_ROWS)) return
    const plan = this.index.plan(o)
    if (plan === undefined) return
    const startedAt = performance.now()
    this.#busy = this.threads
      .merge(plan)
      .then((made) => {
        this.index.swap(plan, made)
        this.#leftovers.add(plan.sources.reduce((sum, { segment }) => sum + segment.layout.bytes, 0))
        this.#events.onMerged?.(made.rows, performance.now() - startedAt)
      })
      .catch((error: unknown) => {
        this.index.drop(plan)
        if (this.#closed) return
        this.#events.onFailure?.(error)
        this.#again = later(AGAIN_AFTER_MS, () => {
          this.#again = undefined
          this.#tend(o)
        })
      })
      .finally(() => {
        this.#busy = undefined
        this.#tend(o)
      })
  }
}

function later(ms: number, what: () => void): NodeJS.Timeout {
  const timer = setTimeout(what, ms)
  timer.unref()
  return timer
}
