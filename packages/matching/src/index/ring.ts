import { HASH_BYTES, MOST_ROWS } from './layout.ts'
import { both, eachOf, findIn, type ManyFound } from './many.ts'
import { type MergePlan, mergeSegments } from './merge.ts'
import { assertWithin, type Nearby, nearest } from './nearby.ts'
import { type RingModules, Segment } from './segments.ts'

/** Rows of each level; a full one goes into the next (matching.md §8.4). */
export const FRESH_ROWS = 2_048
const SMALL_ROWS = 65_536
const MIDDLE_ROWS = 1_048_576

/**
 * A set of hashes that is searched exactly, however large and while it changes. Each hash is one row, whatever number of lists holds it; who owns a
 * row is the caller's to know. New rows are looked at one by one until `plan` says that they should be built into a segment.
 */
export interface RingIndex {
  /** Rows that can be found. */
  readonly rows: number
  readonly bytes: number
  /** Rows that are in no segment yet. */
  readonly waiting: number
  /** Searches of a segment that looked at every row, because its tables would have cost more. */
  readonly flatScans: number
  /** The segments that have tables, oldest first. */
  readonly segments: readonly Segment[]
  /** Gives the row of a hash, a new one if there is none. Row numbers grow and are never used again. @param hash 32 bytes in text order */
  add(hash: Uint8Array): number
  /** The row of exactly this hash. */
  rowOf(hash: Uint8Array): number | undefined
  /** From now on the row is not found. Removing it twice changes nothing. */
  remove(row: number): void
  /**
   * Rows at a distance ≤ `within` bits; from 32 on every row is looked at.
   *
   * @param after the last row of a full answer: this one goes on behind it, and counts all as before
   * @throws RangeError `within` is no whole number from 0 to 63
   */
  find(hash: Uint8Array, within: number, after?: { readonly distance: number; readonly row: number }): Nearby
  /** As `find`, for many hashes laid end to end. */
  findMany(hashes: Uint8Array, within: number): readonly Nearby[]
  /** The same for several threads: what is in no segment yet is looked at here and now, the segments by whoever shares their memory. */
  beginMany(hashes: Uint8Array, within: number): ManySearch
  /** What should be merged now, if anything. @param o.purge also segments that hold removed rows @param o.all also rows that are few yet */
  plan(o?: { readonly purge?: boolean; readonly all?: boolean }): MergePlan | undefined
  /** Puts what was made of a plan in the place of its sources. What was added or removed meanwhile stays so. */
  swap(plan: MergePlan, made: Segment): void
  /** Gives a plan up: its sources stay. */
  drop(plan: MergePlan): void
}

/** A search that has begun: it sees the index as it was then, whatever is added or merged meanwhile. What is removed meanwhile may be in it. */
export interface ManySearch {
  readonly segments: readonly Segment[]
  /** @param found what `findIn` gave of these segments, part by part of the hashes */
  finish(found: readonly ManyFound[]): readonly Nearby[]
}

/** @param segments oldest first; their ids must grow from one to the next */
export function createIndex(modules: RingModules, segments: readonly Segment[] = []): RingIndex {
  return new Levels(modules, segments)
}

/** Merges what is due at once, in this thread: for those who have no other. */
export function settle(modules: RingModules, index: RingIndex, o: { readonly all?: boolean } = {}): void {
  for (let plan = index.plan(o); plan !== undefined; plan = index.plan(o))
    index.swap(plan, mergeSegments(modules, plan))
}

interface Merging {
  readonly plan: MergePlan
  /** What was removed since the plan was made, and may be in what is made of it. */
  readonly removed: number[]
}

const NOTHING: Nearby = { rows: new Uint32Array(0), distances: new Uint8Array(0), count: 0, more: false }

class Levels implements RingIndex {
  readonly #modules: RingModules
  #segments: readonly Segment[]
  #fresh: Segment
  /** Rows of the fresh level by hash: it has no tables. */
  readonly #freshRows = new Map<string, number>()
  readonly #freshNames = new Map<number, string>()
  /** All that a search looks into. */
  #searched: readonly Segment[]
  #nextId = 0
  #merging: Merging | undefined
  flatScans = 0

  constructor(modules: RingModules, segments: readonly Segment[]) {
    this.#modules = modules
    this.#segments = segments.filter(({ rows }) => rows > 0)
    for (const { ids } of this.#segments) {
      if ((ids[0] ?? 0) < this.#nextId) throw new RangeError('expected segments whose ids grow from one to the next')
      this.#nextId = (ids.at(-1) ?? 0) + 1
    }
    this.#fresh = this.#newFresh(FRESH_ROWS)
    this.#searched = [...this.#segments, this.#fresh]
  }

  get rows(): number {
    return this.#searched.reduce((sum, { live }) => sum + live, 0)
  }

  get bytes(): number {
    return this.#searched.reduce((sum, { layout }) => sum + layout.bytes, 0)
  }

  get waiting(): number {
    return this.#fresh.rows
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  add(hash: Uint8Array): number {
    const name = nameOf(hash)
    const known = this.#freshRows.get(name) ?? this.#rowInTables(hash)
    if (known !== undefined) return known
    if (this.#fresh.rows === this.#fresh.layout.room) this.#growFresh()
    const id = this.#nextId
    this.#nextId += 1
    this.#freshRows.set(name, id)
    this.#freshNames.set(id, name)
    this.#fresh.append(hash, [id])
    return id
  }

  rowOf(hash: Uint8Array): number | undefined {
    return this.#freshRows.get(nameOf(hash)) ?? this.#rowInTables(hash)
  }

  #rowInTables(hash: Uint8Array): number | undefined {
    for (const segment of this.#segments) {
      const [found] = segment.find(hash, 0).nearest
      if (found !== undefined) return segment.idOf(found & 0xffffff)
    }
    return undefined
  }

  remove(id: number): void {
    for (const segment of this.#searched) {
      const row = segment.rowOf(id)
      if (row === undefined) continue
      if (segment === this.#fresh) this.#forget(id)
      segment.remove(row)
      this.#merging?.removed.push(id)
      return
    }
  }

  find(hash: Uint8Array, within: number, after?: { readonly distance: number; readonly row: number }): Nearby {
    assertWithin(within)
    let count = 0
    const found: { distance: number; row: number }[] = []
    for (const segment of this.#searched) {
      const sought = segment.find(hash, within, after)
      if (sought.flat) this.flatScans += 1
      count += sought.count
      for (const key of sought.nearest) found.push({ distance: key >>> 24, row: segment.idOf(key & 0xffffff) })
    }
    if (count === 0) return NOTHING
    return nearest(found, count)
  }

  findMany(hashes: Uint8Array, within: number): readonly Nearby[] {
    return Array.from({ length: hashes.length / HASH_BYTES }, (_, i) =>
      this.find(hashes.subarray(HASH_BYTES * i, HASH_BYTES * (i + 1)), within),
    )
  }

  beginMany(hashes: Uint8Array, within: number): ManySearch {
    assertWithin(within)
    const fresh = findIn([this.#fresh], hashes, within)
    return {
      segments: this.#segments,
      finish: (found) => {
        for (const { flat } of [fresh, ...found]) this.flatScans += flat
        const inSegments = found.flatMap(eachOf)
        return eachOf(fresh).map((own, i) => both(own, inSegments[i] ?? missing(i)))
      },
    }
  }

  plan({
    purge = false,
    all = false,
  }: {
    readonly purge?: boolean
    readonly all?: boolean
  } = {}): MergePlan | undefined {
    if (this.#merging !== undefined) return undefined
    const { rows, live } = this.#fresh
    const full = rows >= FRESH_ROWS || (all && rows > 0) || (purge && rows > live)
    const from = full ? this.#firstInto(live) : purge ? this.#segments.findIndex((one) => one.rows > one.live) : -1
    if (from < 0) return undefined
    const segments = full ? this.#segments.slice(from) : this.#segments.slice(from, from + 1)
    const sources = full ? [...segments, this.#fresh] : segments
    const plan = { sources: sources.map((segment) => ({ segment, rows: segment.rows })), from, fresh: full }
    this.#merging = { plan, removed: [] }
    return plan
  }

  swap(plan: MergePlan, made: Segment): void {
    const merging = this.#merging
    if (merging?.plan !== plan) throw new RangeError('expected the plan that was made last, found another one')
    for (const id of merging.removed) {
      const row = made.rowOf(id)
      if (row !== undefined) made.remove(row)
    }
    const gone = plan.sources.length - (plan.fresh ? 1 : 0)
    const before = this.#segments.slice(0, plan.from)
    const after = this.#segments.slice(plan.from + gone)
    this.#segments = [...before, ...(made.live > 0 ? [made] : []), ...after]
    this.#searched = [...this.#segments, this.#fresh]
    if (plan.fresh) this.#leaveFresh(plan.sources.at(-1)?.rows ?? 0)
    this.#merging = undefined
  }

  drop(plan: MergePlan): void {
    if (this.#merging?.plan === plan) this.#merging = undefined
  }

  /** Where the segments begin that new rows are merged with: all of the first level that has room for them and its own. */
  #firstInto(fresh: number): number {
    let rows = fresh
    let from = this.#segments.length
    const last = (): Segment | undefined => this.#segments[from - 1]
    for (const room of [SMALL_ROWS, MIDDLE_ROWS]) {
      for (let one = last(); one !== undefined && one.live <= room; one = last()) {
        rows += one.live
        from -= 1
      }
      if (rows <= room) return from
    }
    for (let one = last(); one !== undefined && rows + one.rows <= MOST_ROWS; one = last()) {
      rows += one.rows
      from -= 1
    }
    return from
  }

  /** Rows that were added after the plan was made stay fresh. */
  #leaveFresh(rows: number): void {
    const before = this.#fresh
    const { ids, hashes } = before
    for (const id of ids.subarray(0, rows)) this.#forget(id)
    this.#fresh = this.#newFresh(Math.max(FRESH_ROWS, 2 * (before.rows - rows)))
    this.#searched = [...this.#segments, this.#fresh]
    for (let row = rows; row < before.rows; row += 1) {
      if (before.isDead(row)) continue
      this.#fresh.append(hashes.subarray(HASH_BYTES * row, HASH_BYTES * (row + 1)), [ids[row] ?? 0], true)
    }
  }

  /** A merge that is under way goes on reading the memory that it was given. */
  #growFresh(): void {
    const before = this.#fresh
    const grown = this.#newFresh(2 * before.layout.room)
    grown.append(before.hashes, before.ids, true)
    for (let row = 0; row < before.rows; row += 1) if (before.isDead(row)) grown.remove(row)
    this.#fresh = grown
    this.#searched = [...this.#segments, grown]
  }

  #newFresh(room: number): Segment {
    return Segment.make(this.#modules, room, { tables: false })
  }

  #forget(id: number): void {
    const name = this.#freshNames.get(id)
    if (name === undefined) return
    this.#freshNames.delete(id)
    this.#freshRows.delete(name)
  }
}

function missing(place: number): never {
  throw new RangeError(`expected an answer for each hash, found none for number ${place}`)
}

/** The hash as a text of sixteen units: half as many as bytes, for each of which a name would be twice as long. */
function nameOf(hash: Uint8Array): string {
  let name = ''
  for (let at = 0; at < HASH_BYTES; at += 2) name += String.fromCharCode(((hash[at] ?? 0) << 8) | (hash[at + 1] ?? 0))
  return name
}
