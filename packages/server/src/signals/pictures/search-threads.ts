import type { ManyFound, Nearby, RingIndex, Segment } from '@lamplighter/matching'
import { piecesOf } from './pieces.ts'
import { SEARCHERS, SLOTS, type Threads } from './threads.ts'

/** Searches many hashes at once, in threads on the memory of the index: whoever asked goes on answering others meanwhile (matching.md §8.6). */
export class SearchThreads {
  readonly #threads: Threads
  readonly #count: number
  readonly #onFailure: (error: unknown) => void
  /** One batch after another: a thread has one scratch. */
  #turn: Promise<unknown> = Promise.resolve()

  /**
   * @param threads closed with this
   * @param o.count how many threads, at most as many as segments have places for
   * @param o.onFailure hears of a thread that failed; its batch is answered all the same
   */
  constructor(
    threads: Threads,
    { count = SEARCHERS, onFailure = () => undefined }: { count?: number; onFailure?: (error: unknown) => void } = {},
  ) {
    this.#threads = threads
    this.#count = Math.min(count, SEARCHERS)
    this.#onFailure = onFailure
  }

  /**
   * As `index.findMany`, of the index as it stands now. A thread that fails takes no answer with it: the batch is searched in this one.
   *
   * @param hashes 32 bytes each, laid end to end
   */
  findMany(index: RingIndex, hashes: Uint8Array, within: number): Promise<readonly Nearby[]> {
    const search = index.beginMany(hashes, within)
    const { segments } = search
    // A segment that was made without places for threads has one scratch, which is this thread's.
    if (segments.some(({ layout }) => layout.slots < SLOTS)) return Promise.resolve(index.findMany(hashes, within))
    const done = this.#turn.then(async () => search.finish(await this.#shareOut(segments, hashes, within)))
    this.#turn = done.catch(() => undefined)
    return done.catch((error: unknown) => {
      this.#onFailure(error)
      return index.findMany(hashes, within)
    })
  }

  close(): Promise<void> {
    return this.#threads.close()
  }

  /** Piece by piece; whichever thread is free takes the next: some hashes take far longer than others. Ends when no thread is at work any more. */
  async #shareOut(segments: readonly Segment[], hashes: Uint8Array, within: number): Promise<readonly ManyFound[]> {
    const memories = segments.map(({ memory }) => memory)
    const pieces = piecesOf(hashes, this.#count)
    const found: ManyFound[] = []
    let next = 0
    const work = async (place: number): Promise<void> => {
      for (let at = next++; at < pieces.length; at = next++) {
        const piece = pieces[at] ?? new Uint8Array(0)
        const part = await this.#threads.at(place).ask({ do: 'find', memories, slot: 1 + place, hashes: piece, within })
        if (part.did !== 'find') throw new TypeError('a thread answered something else')
        found[at] = part.found
      }
    }
    const stopAll = (error: unknown): never => {
      // The others stop after the piece they have: what they find would be thrown away, and the next batch meets threads that are free.
      next = pieces.length
      throw error
    }
    const ended = await Promise.allSettled(
      Array.from({ length: this.#count }, (_, place) => work(place).catch(stopAll)),
    )
    for (const each of ended) if (each.status === 'rejected') throw each.reason
    return found
  }
}
