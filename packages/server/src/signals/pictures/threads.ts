import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type MergePlan, type RingModules, Segment, TABLES } from '@lamplighter/matching'
import type { FromThread, ToThread } from './messages.ts'

/** From this many rows on two threads share the tables out. */
const TWO_FROM = 1_048_576

/** Threads that search many hashes at once. More would seldom have a core of their own beside all else that a server does. */
export const SEARCHERS = Math.min(4, Math.max(2, availableParallelism()))
/** Places for a scratch in each segment: one for the thread that holds the event, and one for each of those. */
export const SLOTS = 1 + SEARCHERS

/** Builds segments in threads of their own, started when the first is due: lookups go on meanwhile. */
export class BuildThreads {
  readonly #modules: Required<RingModules>
  #threads: readonly Thread[] = []

  constructor(modules: Required<RingModules>) {
    this.#modules = modules
  }

  async merge(plan: MergePlan): Promise<Segment> {
    const sources = plan.sources.map(({ segment, rows }) => ({ memory: segment.memory, rows }))
    const made = await this.#thread(0).ask({ do: 'gather', sources, slots: SLOTS })
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
    await Promise.all(shares.map((tables, i) => this.#thread(i).ask({ do: 'tables', memory, tables })))
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

/** A thread of the index, which answers one message at a time. */
export class Thread {
  readonly #worker: Worker
  #waiting: PromiseWithResolvers<FromThread> | undefined
  ended = false

  constructor(modules: Required<RingModules>) {
    // The flags of a test runner or a debugger are not for this thread.
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: modules, execArgv: [] })
    this.#worker.unref()
    this.#worker.on('message', (message: FromThread) => {
      this.#worker.unref()
      this.#waiting?.resolve(message)
      this.#waiting = undefined
    })
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error('a thread failed')))
    this.#worker.on('exit', () => this.#end(new Error('a thread of the index ended')))
  }

  /** One message at a time; while one is out the process stays for its answer. */
  ask(message: ToThread): Promise<FromThread> {
    if (this.#waiting !== undefined || this.ended) return Promise.reject(new Error('a thread of the index is not free'))
    const waiting = Promise.withResolvers<FromThread>()
    this.#waiting = waiting
    this.#worker.ref()
    this.#worker.postMessage(message)
    return waiting.promise
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #end(error: Error): void {
    this.ended = true
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
