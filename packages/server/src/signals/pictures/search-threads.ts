import type { ManyFound, Nearby, RingIndex, RingModules } from '@lamplighter/matching'
import { SEARCHERS, SLOTS, Thread } from './threads.ts'

const HASH_BYTES = 32
/** Hashes that a thread is asked about at once: it takes some milliseconds, beside which the message is nothing. */
const PIECE = 256

/** Searches many hashes at once, in threads on the memory of the index: whoever asked goes on answering others meanwhile (matching.md §8.6). */
export class SearchThreads {
  readonly #modules: Required<RingModules>
  readonly #count: number
  #threads: readonly Thread[] = []
  /** One batch after another: a thread has one scratch. */
  #turn: Promise<unknown> = Promise.resolve()

  /** @param count how many threads, at most as many as segments have places for */
  constructor(modules: Required<RingModules>, count = SEARCHERS) {
    this.#modules = modules
    this.#count = Math.min(count, SEARCHERS)
  }

  /**
   * As `index.findMany`, of the index as it stands now. A thread that fails takes no answer with it: the rest is searched in this one.
   *
   * @param hashes 32 bytes each, laid end to end
   */
  findMany(index: RingIndex, hashes: Uint8Array, within: number): Promise<readonly Nearby[]> {
    const search = index.beginMany(hashes, within)
    const { segments } = search
    // A segment that was made without places for threads has one scratch, which is this thread's.
    if (segments.some(({ layout }) => layout.slots < SLOTS)) return Promise.resolve(index.findMany(hashes, within))
    const memories = segments.map(({ memory }) => memory)
    const done = this.#turn.then(async () => {
      const pieces = piecesOf(hashes, this.#count)
      const found: ManyFound[] = []
      let next = 0
      // Whichever is free takes the next piece: some hashes take far longer than others.
      const work = async (_: unknown, place: number): Promise<void> => {
        for (let at = next++; at < pieces.length; at = next++) {
          const piece = pieces[at] ?? new Uint8Array(0)
          const part = await this.#thread(place).ask({ do: 'find', memories, slot: 1 + place, hashes: piece, within })
          if (part.did !== 'find') throw new TypeError('a thread answered something else')
          found[at] = part.found
        }
      }
      await Promise.all(Array.from({ length: this.#count }, work))
      return search.finish(found)
    })
    this.#turn = done.catch(() => undefined)
    return done.catch(() => index.findMany(hashes, within))
  }

  async close(): Promise<void> {
    const threads = this.#threads
    this.#threads = []
    await Promise.all(threads.map((thread) => thread.stop()))
  }

  #thread(place: number): Thread {
    const running = this.#threads[place]
    if (running !== undefined && !running.ended) return running
    const started = new Thread(this.#modules)
    this.#threads = this.#threads.toSpliced(place, 1, started)
    return started
  }
}

/** The hashes in some pieces for each thread, none of them empty. */
function piecesOf(hashes: Uint8Array, threads: number): readonly Uint8Array[] {
  const count = hashes.length / HASH_BYTES
  const piece = HASH_BYTES * Math.max(1, Math.min(PIECE, Math.ceil(count / threads / 4)))
  return Array.from({ length: Math.ceil(hashes.length / piece) }, (_, i) => hashes.slice(piece * i, piece * (i + 1)))
}
