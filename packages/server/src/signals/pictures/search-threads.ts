import type { ManyFound, Nearby, RingIndex, RingModules } from '@lamplighter/matching'
import { SEARCHERS, SLOTS, Thread } from './threads.ts'

const HASH_BYTES = 32

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
      const parts = await Promise.all(
        sharesOf(hashes, this.#count).map((share, place) =>
          this.#thread(place).ask({ do: 'find', memories, slot: 1 + place, hashes: share, within }),
        ),
      )
      return search.finish(parts.flatMap((part): readonly ManyFound[] => (part.did === 'find' ? [part.found] : [])))
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

/** The hashes in as many pieces as there are threads, none of them empty. */
function sharesOf(hashes: Uint8Array, threads: number): readonly Uint8Array[] {
  const share = HASH_BYTES * Math.ceil(hashes.length / HASH_BYTES / threads)
  return Array.from({ length: Math.ceil(hashes.length / share) }, (_, i) => hashes.slice(share * i, share * (i + 1)))
}
