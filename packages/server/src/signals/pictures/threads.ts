import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import type { RingModules } from '@lamplighter/matching'
import type { FromThread, ToThread } from './messages.ts'

/** Threads that search many hashes at once. More would seldom have a core of their own beside all else that a server does. */
export const SEARCHERS = Math.min(4, Math.max(2, availableParallelism()))
/** Places for a scratch in each segment: one for the thread that holds the event, and one for each of those. */
export const SLOTS = 1 + SEARCHERS

/** Threads by place, each started when it is first asked for, and anew when it has ended; all are stopped together. */
export class Threads {
  readonly #modules: Required<RingModules>
  readonly #threads = new Map<number, Thread>()
  #closed = false

  constructor(modules: Required<RingModules>) {
    this.#modules = modules
  }

  /** @throws Error they were closed: nobody would stop one that is started now */
  at(place: number): Thread {
    if (this.#closed) throw new Error('the threads of the index are closed')
    const running = this.#threads.get(place)
    if (running !== undefined && !running.ended) return running
    const started = new Thread(this.#modules)
    this.#threads.set(place, started)
    return started
  }

  async close(): Promise<void> {
    this.#closed = true
    await Promise.all([...this.#threads.values()].map((thread) => thread.stop()))
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
