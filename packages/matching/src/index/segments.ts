import type { WasmModule } from '../wasm.ts'
import {
  HASH_BYTES,
  type Layout,
  layoutOf,
  PAGE_BYTES,
  readHead,
  SCRATCH,
  scratchOf,
  writeHead,
  writeRows,
} from './layout.ts'
import { kernelOn, ownMemory, type RingKernel, type RingMemory, sharedMemory } from './memory.ts'

/** The compiled kernel: `ring.wasm` has a memory of its own and runs everywhere, `ring-shared.wasm` works on memory that threads share. */
export interface RingModules {
  readonly ring: WasmModule
  /** Segments lie in shared memory where this is given. */
  readonly shared?: WasmModule
}

/** What a segment found: the rows of the segment under their distance (`distance << 24 | row`), in no order, at most 4,096 of the nearest. */
export interface Sought {
  readonly count: number
  readonly nearest: Uint32Array
  /** Whether every row was looked at, because the tables would have cost more. */
  readonly flat: boolean
}

export const TABLES = 16
const NONE: Sought = { count: 0, nearest: new Uint32Array(0), flat: false }
/** Beyond this the tables cannot promise to find everything; every row is looked at. */
export const WITHIN_TABLES = 31

/** A set of hashes in one memory, as one thread sees it. Ids grow with the rows, so a row is found by halving. */
export class Segment {
  readonly memory: RingMemory
  readonly layout: Layout
  readonly #kernel: RingKernel
  readonly #scratch: number
  readonly #query: Uint8Array
  readonly #answer: Uint32Array
  readonly #nearest: Uint32Array
  readonly #ids: Uint32Array
  readonly #dead: Int32Array
  /** V8 does not count shared memory as this object's, and would keep segments that nobody needs. A buffer that nobody writes costs no memory, and counts. */
  readonly weight: ArrayBuffer | undefined
  #rows: number
  /** Counted when it is first asked for: a thread that only searches never asks. */
  #deadRows: number | undefined

  private constructor(
    kernel: RingKernel,
    memory: RingMemory,
    { slot, isHeld }: { readonly slot: number; readonly isHeld: boolean },
  ) {
    const { layout, rows } = readHead(memory)
    const { buffer } = memory
    this.memory = memory
    this.layout = layout
    this.#kernel = kernel
    this.weight = buffer instanceof ArrayBuffer || !isHeld ? undefined : new ArrayBuffer(layout.bytes)
    this.#rows = rows
    this.#scratch = scratchOf(layout, slot)
    this.#query = new Uint8Array(buffer, this.#scratch + SCRATCH.text, HASH_BYTES)
    this.#answer = new Uint32Array(buffer, this.#scratch + SCRATCH.count, 5)
    this.#nearest = new Uint32Array(buffer, this.#scratch + SCRATCH.results, 4_096)
    this.#ids = new Uint32Array(buffer, layout.id, layout.room)
    this.#dead = new Int32Array(buffer, layout.dead, Math.ceil(layout.room / 32))
  }

  /** Makes an empty one with room for some rows. */
  static make(modules: RingModules, room: number, o: { slots?: number; tables?: boolean } = {}): Segment {
    const layout = layoutOf(room, { slots: o.slots ?? 1, tables: o.tables ?? true })
    const pages = layout.bytes / PAGE_BYTES
    if (modules.shared !== undefined) {
      const memory = sharedMemory(pages)
      writeHead(memory, layout, 0)
      return Segment.open(modules.shared, memory, 0)
    }
    const { kernel, memory } = ownMemory(modules.ring, pages)
    writeHead(memory, layout, 0)
    return new Segment(kernel, memory, { slot: 0, isHeld: true })
  }

  /**
   * Opens a segment that lies in shared memory. That costs next to nothing where it is let go at once.
   *
   * @param slot the number of this thread's scratch
   * @param o.isHeld whether it is held on to, and has to weigh what it holds; default: yes
   */
  static open(shared: WasmModule, memory: RingMemory, slot: number, o: { readonly isHeld?: boolean } = {}): Segment {
    return new Segment(kernelOn(shared, memory), memory, { slot, isHeld: o.isHeld ?? true })
  }

  /** Rows in use, removed ones too. */
  get rows(): number {
    return this.#rows
  }

  /** Rows that can be found. */
  get live(): number {
    return this.#rows - this.#removed()
  }

  #removed(): number {
    this.#deadRows ??= this.#dead.reduce((sum, word) => sum + bitsOf(word), 0)
    return this.#deadRows
  }

  get ids(): Uint32Array {
    return this.#ids.subarray(0, this.#rows)
  }

  /** Hashes as they lie in memory, with their bits permuted. */
  get hashes(): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.layout.hash, HASH_BYTES * this.#rows)
  }

  /** Puts hashes behind those that are there. @param permuted they come from another segment or from a snapshot, not from outside */
  append(hashes: Uint8Array, ids: ArrayLike<number>, permuted = false): void {
    const count = hashes.length / HASH_BYTES
    const at = this.layout.hash + HASH_BYTES * this.#rows
    new Uint8Array(this.memory.buffer, at, hashes.length).set(hashes)
    if (!permuted) this.#kernel.permute(at, at, count)
    this.#ids.set(ids, this.#rows)
    this.#rows += count
    writeRows(this.memory, this.#rows)
  }

  /** Makes one of the 16 tables over all rows. They know nothing of each other: any thread may make any of them. */
  makeTable(t: number): void {
    this.#kernel.table(t)
  }

  /**
   * @param hash 32 bytes in text order
   * @param within 0 to 63 bits
   * @param after only what is farther than this, or as far and of a higher id, is kept
   */
  find(hash: Uint8Array, within: number, after?: { readonly distance: number; readonly row: number }): Sought {
    if (this.#rows === 0) return NONE
    this.#query.set(hash)
    this.#answer[4] = after === undefined ? 0 : after.distance * 2 ** 24 + this.#firstFrom(after.row + 1)
    if (this.layout.tables && within <= WITHIN_TABLES) this.#kernel.find(this.#scratch, within)
    else this.#kernel.flat(this.#scratch, within)
    const [count = 0, kept = 0, flat = 0] = this.#answer
    if (count === 0 && flat === 0) return NONE
    return { count, nearest: this.#nearest.subarray(0, kept), flat: flat === 1 }
  }

  idOf(row: number): number {
    return this.#ids[row] ?? 0
  }

  /** The row of an id, if it is here. */
  rowOf(id: number): number | undefined {
    const row = this.#firstFrom(id)
    return row < this.#rows && this.#ids[row] === id ? row : undefined
  }

  #firstFrom(id: number): number {
    let from = 0
    let end = this.#rows
    while (from < end) {
      const middle = (from + end) >>> 1
      if ((this.#ids[middle] ?? 0) < id) from = middle + 1
      else end = middle
    }
    return from
  }

  isDead(row: number): boolean {
    return (((this.#dead[row >>> 5] ?? 0) >>> (row & 31)) & 1) === 1
  }

  /** From now on no thread finds the row, and its hash is gone; what the tables hold of it goes with the next merge. */
  remove(row: number): void {
    if (this.isDead(row)) return
    const removed = this.#removed()
    Atomics.or(this.#dead, row >>> 5, 1 << (row & 31))
    new Uint8Array(this.memory.buffer, this.layout.hash + HASH_BYTES * row, HASH_BYTES).fill(0)
    this.#deadRows = removed + 1
  }

  /** All live rows of another segment, in their order. */
  take(from: Segment, rows: number): void {
    const { hashes, ids } = from
    // Runs of live rows are copied in one piece.
    for (let row = 0; row < rows; ) {
      if (from.isDead(row)) {
        row += 1
        continue
      }
      let end = row + 1
      while (end < rows && !from.isDead(end)) end += 1
      this.append(hashes.subarray(HASH_BYTES * row, HASH_BYTES * end), ids.subarray(row, end), true)
      row = end
    }
  }
}

/**
 * Builds a segment of hashes that are all different. Synchronous: 10 million rows take seconds, which a server spends in a worker.
 *
 * @param hashes 32 bytes each, in text order
 * @param o.ids ascending; 0, 1, 2 … if they are not given
 */
export function buildSegment(
  modules: RingModules,
  hashes: Uint8Array,
  o: { readonly ids?: ArrayLike<number>; readonly slots?: number } = {},
): Segment {
  const rows = hashes.length / HASH_BYTES
  const made = Segment.make(modules, rows, o)
  made.append(hashes, o.ids ?? Uint32Array.from({ length: rows }, (_, row) => row))
  for (let t = 0; t < TABLES; t += 1) made.makeTable(t)
  return made
}

function bitsOf(word: number): number {
  let left = word >>> 0
  let bits = 0
  for (; left !== 0; left &= left - 1) bits += 1
  return bits
}
