import type { Kysely } from 'kysely'
import { defineQuery } from '../define.ts'
import type { ReadDb, Store } from '../seam.ts'
import type { Tables } from '../tables.ts'

declare module '../tables.ts' {
  interface Tables {
    shared_hints: { topic: string; n: number }
  }
}

/**
 * Between two looks at what others did. Of a removal every process must know within a second (matching.md §8.4), and loading takes some of it.
 * Asking needs no connection that outlives a transaction, so it works behind a pooler (platform.md §4).
 */
const EVERY_MS = 200

/** How often each topic was raised. */
export type Raised = ReadonlyMap<string, number>

const raisedSoFar = defineQuery(
  'storage.shared-hints',
  async ({ db }: ReadDb): Promise<Raised> =>
    new Map((await db.selectFrom('shared_hints').select(['topic', 'n']).execute()).map(({ topic, n }) => [topic, n])),
)

/** Hints of which every process on the database hears, not only the one that gave them. */
export class SharedHints {
  readonly #topics: ReadonlySet<string>
  readonly #onHints: (topics: readonly string[]) => void
  readonly #seen = new Map<string, number>()
  #timer: NodeJS.Timeout | undefined
  #closed = false

  constructor(topics: readonly string[], onHints: (topics: readonly string[]) => void) {
    this.#topics = new Set(topics)
    this.#onHints = onHints
  }

  /** Part of the transaction that gives the hints: who sees the number sees what was changed. */
  async raise(db: Kysely<Tables>, hints: readonly string[]): Promise<Raised> {
    // In one order, so that two transactions never wait for each other.
    const shared = hints.filter((hint) => this.#topics.has(hint)).toSorted()
    const raised = new Map<string, number>()
    for (const topic of shared) {
      const { n } = await db
        .insertInto('shared_hints')
        .values({ topic, n: 1 })
        .onConflict((conflict) => conflict.column('topic').doUpdateSet((old) => ({ n: old('shared_hints.n', '+', 1) })))
        .returning('n')
        .executeTakeFirstOrThrow()
      raised.set(topic, n)
    }
    return raised
  }

  /** What this process raised itself it has heard already, unless others came between. */
  own(raised: Raised): void {
    for (const [topic, n] of raised) if ((this.#seen.get(topic) ?? 0) === n - 1) this.#seen.set(topic, n)
  }

  /** Notes what was raised before anything is read, then listens. Without topics it does nothing. */
  async listen(store: Store): Promise<void> {
    if (this.#topics.size === 0) return
    this.#hear(await store.read(raisedSoFar, undefined))
    this.#next(store)
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
  }

  #next(store: Store): void {
    if (this.#closed) return
    this.#timer = setTimeout(async () => {
      // While the database is away nobody changes anything there; what is missed is found at the next look.
      const raised = await store.read(raisedSoFar, undefined).catch(() => undefined)
      if (raised !== undefined && !this.#closed) this.#onHints(this.#hear(raised))
      this.#next(store)
    }, EVERY_MS).unref()
  }

  #hear(raised: Raised): string[] {
    const news = [...raised].filter(([topic, n]) => this.#topics.has(topic) && n > (this.#seen.get(topic) ?? 0))
    for (const [topic, n] of news) this.#seen.set(topic, n)
    return news.map(([topic]) => topic)
  }
}
