interface Placed {
  /** Milliseconds since 1970. */
  readonly at: number
  /** What it takes up. */
  readonly bytes: number
}

/** So much is held back at most. An archive whose parts overlap by more is judged a little out of order. */
const HELD_BYTES = 64 * 2 ** 20

/**
 * Puts events of parts that overlap in time into one order. What a later part may still come before is held back, as far as there is room;
 * equal times keep the order in which they were given.
 */
export class InOrder<E extends Placed> {
  readonly #most: number
  #held: E[] = []
  #heldBytes = 0
  #reached = Number.NEGATIVE_INFINITY
  /** Events that came when a later one had been given out. */
  late = 0

  constructor(most = HELD_BYTES) {
    this.#most = most
  }

  /**
   * Takes a part and gives out what is due.
   *
   * @param next the first instant of all that is still to come
   */
  add(part: readonly E[], next: number): E[] {
    for (const { at, bytes } of part) {
      if (at < this.#reached) this.late += 1
      this.#heldBytes += bytes
    }
    this.#held = [...this.#held, ...part].sort((a, b) => a.at - b.at)
    let due = 0
    for (const { at, bytes } of this.#held) {
      if (at >= next && this.#heldBytes <= this.#most) break
      this.#heldBytes -= bytes
      due += 1
    }
    const given = this.#held.splice(0, due)
    this.#reached = Math.max(this.#reached, given.at(-1)?.at ?? this.#reached)
    return given
  }
}
