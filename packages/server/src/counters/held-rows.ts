import type { CounterState } from '@lamplighter/rules/counters'
import type { Counting } from './counting.ts'

/** A key's state in memory. */
export interface HeldRow {
  readonly id: string
  readonly counting: Counting
  /** Undefined: nothing is kept of it. */
  readonly state: CounterState | undefined
  /** Number of the journal record that moved it last; 0 when its row in the database says the same. */
  readonly seq: number
}

/** Only this module changes a row. */
type Changing = { -readonly [K in keyof HeldRow]: HeldRow[K] }

/** Keys' states in memory, and which of them say more than their rows in the database. */
export class HeldRows {
  readonly #rows = new Map<string, Changing>()
  readonly #moved = new Set<Changing>()
  #bytes = 0

  get(id: string): HeldRow | undefined {
    return this.#rows.get(id)
  }

  /** Takes in what the database says of a key. */
  add(id: string, counting: Counting, state: CounterState | undefined): HeldRow {
    return this.#take({ id, counting, state, seq: 0 })
  }

  /** Gives rows the states that a record has made. */
  move(moved: ReadonlyMap<HeldRow, CounterState | undefined>, seq: number): void {
    for (const [held, state] of moved) {
      const row = this.#rows.get(held.id) ?? this.#take(held)
      this.#state(row, state)
      row.seq = seq
      this.#moved.add(row)
    }
  }

  /** After a sweep: what is left of each, and what is known of its counter. */
  sweep(how: (row: HeldRow) => Pick<HeldRow, 'counting' | 'state'>): void {
    for (const row of this.#rows.values()) {
      const { counting, state } = how(row)
      row.counting = counting
      this.#state(row, state)
    }
  }

  /** The rows whose moves are not in the database yet, as they stand. */
  moved(): HeldRow[] {
    return Array.from(this.#moved, (row) => ({ ...row }))
  }

  /** Marks what the database says as well by now; what has moved since is left as it is. */
  written(some: readonly HeldRow[]): void {
    for (const { id, seq } of some) {
      const row = this.#rows.get(id)
      if (row?.seq !== seq) continue
      row.seq = 0
      this.#moved.delete(row)
    }
  }

  /** Lets go of what the database has as well, what was held longest first, until little enough is left. */
  letGo(most: number): void {
    if (this.#bytes <= most) return
    for (const row of this.#rows.values()) {
      if (row.seq > 0) continue
      this.#rows.delete(row.id)
      this.#bytes -= weightOf(row.state)
      if (this.#bytes <= most) return
    }
  }

  clear(): void {
    this.#rows.clear()
    this.#moved.clear()
    this.#bytes = 0
  }

  #take(row: Changing): Changing {
    const own = { ...row }
    this.#rows.set(own.id, own)
    this.#bytes += weightOf(own.state)
    return own
  }

  #state(row: Changing, state: CounterState | undefined): void {
    this.#bytes += weightOf(state) - weightOf(row.state)
    row.state = state
  }
}

/** Bytes in memory, roughly. */
function weightOf(state: CounterState | undefined): number {
  if (state === undefined) return 200
  return state.kind === 'sketch'
    ? 300 + state.subs.length * 8_300
    : 400 + (state.sure.length + state.maybe.length) * 150
}
