import { Worker } from 'node:worker_threads'
import { compileTerms, readMatcher, type TermMatch, type TermMatcher } from '@lamplighter/matching'
import { compilePattern } from '@lamplighter/rules'
import type { TermAbout } from './lists/term-entry.ts'
import { commonWords } from './terms-files/words.ts'
import type { TermFacts, ToTermThread } from './terms-messages.ts'

/** So many terms are compiled where they are: starting a thread would cost more. */
const FEW = 500

/** A term of a list with its number, which stays with it through versions. */
export interface NumberedTerm {
  readonly n: number
  readonly term: string
  /** What a term file says of it. */
  readonly about?: TermAbout | undefined
}

/** The terms of one list. They lie in a matcher that holds all lists, so a text is looked through once. */
export interface TermSet {
  readonly list: string
  readonly matcher: TermMatcher
  /** What term files say of these terms, by number; other terms have nothing of it. */
  readonly about: ReadonlyMap<number, TermAbout>
}

/** The terms of a list that stands alone. */
export function termSet(list: TermFacts, terms: readonly NumberedTerm[]): TermSet {
  return { list: list.id, matcher: matcherHere([{ facts: list, terms }]), about: aboutOf(terms) }
}

function aboutOf(terms: readonly NumberedTerm[]): ReadonlyMap<number, TermAbout> {
  return new Map(terms.flatMap(({ n, about }) => (about === undefined ? [] : [[n, about] as const])))
}

/** Takes the terms of all lists, one slice after another, and makes one matcher of them; of many in a thread, so that nobody waits. */
export class TermBuild {
  readonly #lists: { facts: TermFacts; terms: NumberedTerm[] }[] = []
  readonly #about = new Map<string, Map<number, TermAbout>>()
  #list = ''
  #terms = 0
  #thread: TermThread | undefined

  /** Says that the terms that follow are of this list. */
  list(facts: TermFacts): void {
    this.#list = facts.id
    if (this.#thread === undefined) this.#lists.push({ facts, terms: [] })
    else this.#thread.tell({ do: 'list', list: facts })
  }

  add(terms: readonly NumberedTerm[]): void {
    this.#terms += terms.length
    const about = this.#about.get(this.#list) ?? new Map<number, TermAbout>()
    for (const [n, one] of aboutOf(terms)) about.set(n, one)
    this.#about.set(this.#list, about)
    if (this.#thread !== undefined) this.#thread.tell({ do: 'terms', terms })
    else this.#lists.at(-1)?.terms.push(...terms)
    // Close terms are compared with all common words, and that takes long however few they are.
    const isLong = this.#terms > FEW || terms.some((one) => one.about?.close === true)
    if (this.#thread === undefined && isLong) this.#startThread()
  }

  /** @throws Error the thread ended before it was done */
  async done(): Promise<TermMatcher> {
    return this.#thread === undefined
      ? matcherHere(this.#lists)
      : readMatcher(await this.#thread.image(), { compilePattern })
  }

  /** The terms of one of these lists in the matcher that was made. */
  setOf(list: string, matcher: TermMatcher): TermSet {
    return { list, matcher, about: this.#about.get(list) ?? new Map() }
  }

  /** Gives up what was begun. */
  async stop(): Promise<void> {
    await this.#thread?.stop()
  }

  #startThread(): void {
    const thread = new TermThread()
    for (const { facts, terms } of this.#lists.splice(0)) {
      thread.tell({ do: 'list', list: facts })
      thread.tell({ do: 'terms', terms })
    }
    this.#thread = thread
  }
}

class TermThread {
  // The flags of a test runner or a debugger are not for this thread.
  readonly #worker = new Worker(new URL('./terms-thread.ts', import.meta.url), { execArgv: [] })
  readonly #image = Promise.withResolvers<Uint8Array>()

  constructor() {
    this.#worker.once('message', (image: Uint8Array) => this.#image.resolve(image))
    this.#worker.once('error', (error) => this.#image.reject(error))
    this.#worker.once('exit', () => this.#image.reject(new Error('the thread that compiles terms ended')))
    // Who stops a build does not ask for its image.
    this.#image.promise.catch(() => undefined)
  }

  tell(message: ToTermThread): void {
    this.#worker.postMessage(message)
  }

  async image(): Promise<Uint8Array> {
    this.tell({ do: 'build' })
    const image = await this.#image.promise
    await this.stop()
    return image
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }
}

/** Compiles here. Terms that are too short to look for are left out, as `compileTerms` reports. */
export function matcherHere(
  lists: readonly { readonly facts: TermFacts; readonly terms: readonly NumberedTerm[] }[],
): TermMatcher {
  const isClose = lists.some(({ terms }) => terms.some(({ about }) => about?.close === true))
  return compileTerms(
    lists.map(({ facts, terms }) => ({
      ...facts,
      terms: terms.flatMap(({ n, term, about }) =>
        about?.pattern === true ? [] : [{ ...about, id: String(n), text: term }],
      ),
      patterns: terms.flatMap(({ n, term, about }) =>
        about?.pattern === true ? [{ id: String(n), pattern: term }] : [],
      ),
    })),
    { compilePattern, ...(isClose && { commonWords: commonWords() }) },
  ).matcher
}

export interface FoundTerm {
  readonly n: number
  readonly from: number
  readonly to: number
}

/** Reads the texts of one event: each once for all lists, however many rules ask. Nothing of it outlives the event. */
export class TextReader {
  readonly #read = new Map<TermMatcher, Map<string, readonly TermMatch[]>>()

  /**
   * The first term of the list that the text holds in any of its views, with its place in the original (UTF-16 offsets).
   *
   * @param takes whether a term counts; the next one is asked where it does not
   */
  find(terms: TermSet, text: string, takes: (found: FoundTerm) => boolean = () => true): FoundTerm | undefined {
    for (const { list, term, from, to } of this.#matches(terms.matcher, text)) {
      const found = { n: Number(term), from, to }
      if (list === terms.list && takes(found)) return found
    }
    return undefined
  }

  #matches(matcher: TermMatcher, text: string): readonly TermMatch[] {
    const read = this.#read.get(matcher) ?? new Map<string, readonly TermMatch[]>()
    const before = read.get(text)
    if (before !== undefined) return before
    const matches = matcher.match(text)
    this.#read.set(matcher, read.set(text, matches))
    return matches
  }
}
