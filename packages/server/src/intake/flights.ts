/** Work on events that has begun and not ended: each is judged by the rules that ran when it began. */
export class Flights {
  readonly #open = new Set<Promise<unknown>>()

  /** Gives what the work gives. */
  async track<T>(work: Promise<T>): Promise<T> {
    this.#open.add(work)
    try {
      return await work
    } finally {
      this.#open.delete(work)
    }
  }

  /** Waits until all that is under way now has ended, well or not. What begins meanwhile is not waited for. */
  async landed(): Promise<void> {
    await Promise.allSettled([...this.#open])
  }
}
