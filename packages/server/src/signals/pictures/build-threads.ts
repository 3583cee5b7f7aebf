import { type MergePlan, type RingModules, Segment, TABLES } from '@lamplighter/matching'
import { SLOTS, Threads } from './threads.ts'

/** From this many rows on two threads share the tables out. */
const TWO_FROM = 1_048_576

/** Builds segments in threads of their own, started when the first is due: lookups go on meanwhile. */
export class BuildThreads {
  readonly #modules: Required<RingModules>
  readonly #threads: Threads

  constructor(modules: Required<RingModules>) {
    this.#modules = modules
    this.#threads = new Threads(modules)
  }

  async merge(plan: MergePlan): Promise<Segment> {
    const sources = plan.sources.map(({ segment, rows }) => ({ memory: segment.memory, rows }))
    const made = await this.#threads.at(0).ask({ do: 'gather', sources, slots: SLOTS })
    if (made.did !== 'gather') throw new TypeError('a thread answered something else')
    const segment = Segment.open(this.#modules.shared, made.memory, 0)
    await this.makeTables(segment)
    return segment
  }

  async makeTables({ memory, rows }: Segment): Promise<void> {
    const share = rows < TWO_FROM ? TABLES : TABLES / 2
    const shares = Array.from({ length: TABLES / share }, (_, i) =>
      Array.from({ length: share }, (_, t) => i * share + t),
    )
    await Promise.all(shares.map((tables, i) => this.#threads.at(i).ask({ do: 'tables', memory, tables })))
  }

  close(): Promise<void> {
    return this.#threads.close()
  }
}
