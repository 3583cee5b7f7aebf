/** Rows that a shard has room for at first, and by how much that grows. */
const FIRST_ROOM = 4
const GROWTH = 1.25
/** A fuller table has long stretches without a gap. */
const FULLEST = 0.75

/** Hash of the bytes of a digest, 32 bits. */
export type HashOf = (key: Uint8Array) => number

/**
 * Digests of one length in plain bytes, each with the entries that hold it: rows one behind the other, and a table of slots that says in which row a
 * digest stands (open addressing, the next slot where one is taken). Nothing in it is an object of its own, so the collector has nothing to walk through.
 */
export class DigestShard {
  readonly #width: number
  readonly #hashOf: HashOf
  #keys: Uint8Array
  /** The first entry of each row. */
  #first = new Float64Array(FIRST_ROOM)
  /** All others, of the few rows that have some. */
  readonly #others = new Map<number, readonly number[]>()
  /** Number of the row, plus one; 0 is a gap. There are always some. */
  #slots = new Uint32Array(2 * FIRST_ROOM)
  #rows = 0

  /** @param width bytes of a digest */
  constructor(width: number, hashOf: HashOf) {
    this.#width = width
    this.#hashOf = hashOf
    this.#keys = new Uint8Array(FIRST_ROOM * width)
  }

  get rows(): number {
    return this.#rows
  }

  /** But for rows with several entries. */
  get bytes(): number {
    return this.#keys.byteLength + this.#first.byteLength + this.#slots.byteLength
  }

  /** Entries that hold the digest, in the order in which they came. */
  find(key: Uint8Array): readonly number[] {
    const row = this.#slotted(this.#slotOf(key))
    return row === undefined ? [] : this.#entriesOf(row)
  }

  add(key: Uint8Array, entry: number): void {
    const slot = this.#slotOf(key)
    const row = this.#slotted(slot)
    if (row === undefined) this.#append(key, entry, slot)
    else if (!this.#entriesOf(row).includes(entry)) this.#others.set(row, [...(this.#others.get(row) ?? []), entry])
  }

  remove(key: Uint8Array, entry: number): void {
    const slot = this.#slotOf(key)
    const row = this.#slotted(slot)
    if (row === undefined) return
    const [first, ...others] = this.#entriesOf(row).filter((held) => held !== entry)
    if (first === undefined) this.#drop(row, slot)
    else this.#put(row, first, others)
  }

  #entriesOf(row: number): readonly number[] {
    return [this.#first[row] ?? 0, ...(this.#others.get(row) ?? [])]
  }

  #put(row: number, first: number, others: readonly number[]): void {
    this.#first[row] = first
    if (others.length > 0) this.#others.set(row, others)
    else this.#others.delete(row)
  }

  #append(key: Uint8Array, entry: number, gap: number): void {
    const row = this.#rows
    if (row === this.#first.length) this.#makeRoom()
    this.#keys.set(key, row * this.#width)
    this.#first[row] = entry
    this.#rows += 1
    if (this.#rows > FULLEST * this.#slots.length) this.#makeSlots(2 * this.#slots.length)
    else this.#slots[gap] = row + 1
  }

  /** The last row moves to where the one was that goes, and nothing is left of either place. */
  #drop(row: number, slot: number): void {
    const last = this.#rows - 1
    if (row !== last) {
      const lastSlot = this.#slotOf(this.#keyOf(last))
      const [first = 0, ...others] = this.#entriesOf(last)
      this.#keys.copyWithin(row * this.#width, last * this.#width, this.#rows * this.#width)
      this.#put(row, first, others)
      this.#slots[lastSlot] = row + 1
    }
    this.#keyOf(last).fill(0)
    this.#put(last, 0, [])
    this.#rows = last
    this.#close(slot)
  }

  /** Makes a slot a gap: those behind it that were put off move up, or nobody would find them beyond it. */
  #close(slot: number): void {
    const mask = this.#slots.length - 1
    let gap = slot
    for (let at = (gap + 1) & mask; ; at = (at + 1) & mask) {
      const row = this.#slotted(at)
      if (row === undefined) break
      const home = this.#hashOf(this.#keyOf(row)) & mask
      // What stands between the gap and its own first slot would be moved in front of it.
      if (((at - home) & mask) < ((at - gap) & mask)) continue
      this.#slots[gap] = row + 1
      gap = at
    }
    this.#slots[gap] = 0
  }

  /** The slot in which the digest stands, else the gap into which it would be put. */
  #slotOf(key: Uint8Array): number {
    const mask = this.#slots.length - 1
    for (let at = this.#hashOf(key) & mask; ; at = (at + 1) & mask) {
      const row = this.#slotted(at)
      if (row === undefined || this.#isAt(row, key)) return at
    }
  }

  #slotted(slot: number): number | undefined {
    const held = this.#slots[slot] ?? 0
    return held === 0 ? undefined : held - 1
  }

  #isAt(row: number, key: Uint8Array): boolean {
    const from = row * this.#width
    for (let i = 0; i < this.#width; i += 1) if (this.#keys[from + i] !== key[i]) return false
    return true
  }

  #keyOf(row: number): Uint8Array {
    return this.#keys.subarray(row * this.#width, (row + 1) * this.#width)
  }

  #makeRoom(): void {
    const room = Math.ceil(GROWTH * this.#rows)
    const keys = new Uint8Array(room * this.#width)
    keys.set(this.#keys)
    this.#keys = keys
    const first = new Float64Array(room)
    first.set(this.#first)
    this.#first = first
  }

  #makeSlots(count: number): void {
    this.#slots = new Uint32Array(count)
    for (let row = 0; row < this.#rows; row += 1) this.#slots[this.#slotOf(this.#keyOf(row))] = row + 1
  }
}
