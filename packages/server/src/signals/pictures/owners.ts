/** One entry of a list as one number: the list's slot above, the entry below. Both fit into the 53 bits that a number holds exactly. */
const ENTRIES = 2 ** 40
const MOST_SLOTS = 2 ** 13

/** Which entries of which lists stand behind a row of the index: nearly always one, so it costs eight bytes a row. */
export class Owners {
  #first = new Float64Array(1_024)
  readonly #more = new Map<number, readonly number[]>()

  /** @throws RangeError more lists than there are slots for */
  add(row: number, slot: number, entry: number): void {
    if (slot >= MOST_SLOTS) throw new RangeError(`expected at most ${MOST_SLOTS} lists of pictures`)
    if (row >= this.#first.length) this.#grow(row)
    const owner = slot * ENTRIES + entry
    const held = this.#of(row)
    if (!held.includes(owner)) this.#set(row, [...held, owner])
  }

  /** True when nobody owns the row any more. */
  remove(row: number, slot: number, entry: number): boolean {
    const left = this.#of(row).filter((owner) => owner !== slot * ENTRIES + entry)
    this.#set(row, left)
    return left.length === 0
  }

  /** The entries of the list that own the row, of those up to `upTo`, the lowest first. */
  entriesOf(row: number, slot: number, upTo: number): readonly number[] {
    return this.#of(row)
      .filter((owner) => Math.floor(owner / ENTRIES) === slot)
      .map((owner) => owner % ENTRIES)
      .filter((entry) => entry <= upTo)
      .sort((a, b) => a - b)
  }

  /** Takes a list out. Gives the rows that nobody owns any more. */
  dropSlot(slot: number): number[] {
    const free: number[] = []
    for (let row = 0; row < this.#first.length; row += 1) {
      const held = this.#of(row)
      const left = held.filter((owner) => Math.floor(owner / ENTRIES) !== slot)
      if (left.length === held.length) continue
      this.#set(row, left)
      if (left.length === 0) free.push(row)
    }
    return free
  }

  /** How many rows each entry of a list owns. */
  rowsBy(slot: number): Map<number, number> {
    const rows = new Map<number, number>()
    for (let row = 0; row < this.#first.length; row += 1) {
      for (const owner of this.#of(row)) {
        if (Math.floor(owner / ENTRIES) !== slot) continue
        const entry = owner % ENTRIES
        rows.set(entry, (rows.get(entry) ?? 0) + 1)
      }
    }
    return rows
  }

  /** Owners of a row, as a snapshot keeps them. @param slots by which number each list goes there */
  of(row: number, slots: ReadonlyMap<number, number>): readonly bigint[] {
    return this.#of(row).flatMap((owner) => {
      const slot = slots.get(Math.floor(owner / ENTRIES))
      return slot === undefined ? [] : [BigInt(slot * ENTRIES + (owner % ENTRIES))]
    })
  }

  /** As `of` gave them. */
  put(row: number, owners: Iterable<bigint>): void {
    for (const owner of owners) {
      const value = Number(owner)
      this.add(row, Math.floor(value / ENTRIES), value % ENTRIES)
    }
  }

  #of(row: number): readonly number[] {
    const first = this.#first[row]
    if (first === undefined || first === 0) return []
    return [first, ...(this.#more.get(row) ?? [])]
  }

  #set(row: number, owners: readonly number[]): void {
    const [first = 0, ...more] = owners
    this.#first[row] = first
    if (more.length > 0) this.#more.set(row, more)
    else this.#more.delete(row)
  }

  #grow(row: number): void {
    const grown = new Float64Array(Math.max(2 * this.#first.length, row + 1))
    grown.set(this.#first)
    this.#first = grown
  }
}
