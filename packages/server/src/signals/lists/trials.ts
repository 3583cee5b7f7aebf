import type { List } from '@lamplighter/rules'
import type { BoundLists, ListBook, LoadedList } from '../book.ts'

/** How a version in trial did since it was asked last: events, of which it alone would have hit some. */
export interface TrialCount {
  readonly list: string
  readonly lookedUp: number
  readonly hits: number
}

/**
 * The versions in trial: each is asked what the one that runs is asked, and only counted. Nothing that they say reaches a rule: where a list has
 * nothing but a trial, a rule that asks it is *unknown*.
 */
export class Trials {
  readonly #book: ListBook
  readonly #counts = new Map<string, { lookedUp: number; hits: number }>()

  /** @param book of its own, which knows the same of single entries */
  constructor(book: ListBook) {
    this.#book = book
  }

  get(list: string): LoadedList | undefined {
    return this.#book.get(list)
  }

  all(): readonly LoadedList[] {
    return this.#book.all()
  }

  set(list: LoadedList): void {
    this.#close(list.id)
    this.#book.set(list)
  }

  remove(list: string): void {
    this.#close(list)
    this.#book.remove(list)
    this.#counts.delete(list)
  }

  /** The lists of one event as its rules see them; what they ask is asked of the versions in trial as well. */
  watch(bound: BoundLists, bind: (book: ListBook) => BoundLists): BoundLists {
    if (this.#book.all().length === 0) return bound
    const aside = bind(this.#book)
    const seen = new Map<string, 'asked' | 'hit'>()
    const wrapped = new Map<string, List>()
    return {
      hits: bound.hits,
      unsure: bound.unsure,
      asked: bound.asked,
      silenced: bound.silenced,
      nearest: (name, value) => bound.nearest(name, value),
      nearestVideo: (name, place) => bound.nearestVideo(name, place),
      get: (name) => {
        const list = bound.get(name)
        const trial = aside.get(name)
        if (trial === undefined) return list
        const before = wrapped.get(name)
        if (before !== undefined) return before
        const made: List = {
          version: list?.version ?? `${trial.version} in trial`,
          find: (how, value) => {
            const found = list?.find(how, value)
            const tried = trial.find(how, value)
            this.#count(name, seen, tried !== null && tried !== undefined && (found === null || found === undefined))
            return found
          },
        }
        wrapped.set(name, made)
        return made
      },
    }
  }

  /** What was counted since the last call. */
  take(): TrialCount[] {
    const counts = [...this.#counts].map(([list, count]) => ({ list, ...count }))
    this.#counts.clear()
    return counts
  }

  /** An event counts once, however many of its values are asked about. */
  #count(list: string, seen: Map<string, 'asked' | 'hit'>, hit: boolean): void {
    const before = seen.get(list)
    if (before === 'hit' || (before === 'asked' && !hit)) return
    const count = this.#counts.get(list) ?? { lookedUp: 0, hits: 0 }
    this.#counts.set(list, {
      lookedUp: count.lookedUp + (before === undefined ? 1 : 0),
      hits: count.hits + (hit ? 1 : 0),
    })
    seen.set(list, hit ? 'hit' : 'asked')
  }

  /** Closes what a list of pictures in trial keeps. */
  #close(list: string): void {
    const finder = this.#book.get(list)?.finder
    if (finder !== undefined && 'pictures' in finder) void finder.pictures.close()
  }

  async close(): Promise<void> {
    for (const { id } of this.#book.all()) this.#close(id)
  }
}
