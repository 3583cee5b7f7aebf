/** Where the sections of a segment are in its memory, in bytes (matching.md §8.2). `kernels/ring.ts` reads the same head. */
export interface Layout {
  /** Rows there is room for. */
  readonly room: number
  /** Places of one table: the rows, and what the last step of a scan may read beyond them. */
  readonly stride: number
  readonly hash: number
  readonly start: number
  readonly next: number
  readonly row: number
  readonly dead: number
  readonly id: number
  readonly scratch: number
  /** Threads that can search at the same time, each with a scratch of its own. */
  readonly slots: number
  /** Without tables every search looks at every row. */
  readonly tables: boolean
  readonly bytes: number
}

/** A place has 24 bits for its row. */
export const MOST_ROWS = 2 ** 24 - 64
export const HASH_BYTES = 32
export const PAGE_BYTES = 65_536
const TABLES = 16
const START_BYTES = 65_537 * 4
const HEAD = 1_024

// The scratch of kernels/ring.ts.
const SCRATCH_BYTES = 6 * PAGE_BYTES
export const SCRATCH = { text: 32, count: 64, kept: 68, flat: 72, floor: 80, results: 4_096 } as const

/** @throws RangeError more rows than one segment holds */
export function layoutOf(room: number, { slots, tables }: { slots: number; tables: boolean }): Layout {
  if (room > MOST_ROWS) throw new RangeError(`expected at most ${MOST_ROWS} rows in a segment, found ${room}`)
  const stride = tables ? upTo(room, 64) + 64 : 0
  let end = HEAD + 64
  const section = (bytes: number): number => {
    const from = end
    end = upTo(end + bytes, 64)
    return from
  }
  const hash = section(HASH_BYTES * room)
  const start = section(tables ? TABLES * START_BYTES : 0)
  const next = section(TABLES * stride * 2)
  const row = section(TABLES * stride * 4)
  const dead = section(upTo(Math.ceil(room / 8), 4))
  const id = section(4 * room)
  const scratch = section(SCRATCH_BYTES * slots)
  return { room, stride, hash, start, next, row, dead, id, scratch, slots, tables, bytes: upTo(end, PAGE_BYTES) }
}

/** Writes the head, so that every thread that has the memory knows the layout. @param rows rows in use */
export function writeHead(memory: { readonly buffer: ArrayBufferLike }, layout: Layout, rows: number): void {
  const { stride, hash, start, next, row, dead, room, slots, tables } = layout
  const head = new Uint32Array(memory.buffer, HEAD, 10)
  head.set([rows, stride, hash, start, next, row, dead, room, slots, tables ? 1 : 0])
}

/** The layout of a memory that another thread has written. */
export function readHead(memory: { readonly buffer: ArrayBufferLike }): { layout: Layout; rows: number } {
  const [rows = 0, , , , , , , room = 0, slots = 0, tables = 0] = new Uint32Array(memory.buffer, HEAD, 10)
  return { layout: layoutOf(room, { slots, tables: tables === 1 }), rows }
}

/** Notes how many rows are in use; what searches sees no more than these. */
export function writeRows(memory: { readonly buffer: ArrayBufferLike }, rows: number): void {
  new Uint32Array(memory.buffer, HEAD, 1)[0] = rows
}

export function scratchOf(layout: Layout, slot: number): number {
  if (slot >= layout.slots)
    throw new RangeError(`expected one of ${layout.slots} places for a thread, found number ${slot}`)
  return layout.scratch + slot * SCRATCH_BYTES
}

const upTo = (bytes: number, border: number): number => Math.ceil(bytes / border) * border
