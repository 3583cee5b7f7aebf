import { Worker } from 'node:worker_threads'
import type { Errand, FromThread, ToThread } from './messages.ts'

/** A backtest in a thread of its own, so that the calls of people and platforms do not wait for it. */
export class BacktestThread {
  readonly #worker: Worker
  #waiting: PromiseWithResolvers<FromThread> | undefined
  #ended: Error | undefined

  constructor(errand: Errand) {
    // The flags of a test runner or a debugger are not for this thread.
    this.#worker = new Worker(new URL('./thread.ts', import.meta.url), { workerData: errand, execArgv: [] })
    this.#worker.on('message', (message: FromThread) => {
      const waiting = this.#waiting
      this.#waiting = undefined
      waiting?.resolve(message)
    })
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error('a thread failed')))
    this.#worker.on('exit', () => this.#end(new Error('the thread of a backtest ended')))
  }

  /** One message at a time: what comes next is read from the database meanwhile, and no more. */
  ask(message: ToThread): Promise<FromThread> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#waiting = Promise.withResolvers<FromThread>()
    this.#worker.postMessage(message)
    return this.#waiting.promise
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
  }

  #end(error: Error): void {
    this.#ended = error
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
