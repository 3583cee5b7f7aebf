import type { EventStream } from '../storage/index.ts'

/** Work on events that has begun and not ended. Each goes by the rules that ran when it began. */
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

/**
 * Waits for what is being judged now, and gives what tells whether all that was taken before that is settled: whatever rules it was planned
 * by, follow has judged it, and what the replay log keeps of it is there.
 */
export async function takenByNow(
  { flights, stream }: { readonly flights: Flights; readonly stream: Pick<EventStream, 'mark' | 'hasPassed'> },
  group: string,
): Promise<() => Promise<boolean>> {
  await flights.landed()
  const mark = await stream.mark()
  return () => stream.hasPassed(group, mark)
}
