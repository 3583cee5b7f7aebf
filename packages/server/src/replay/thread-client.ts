import { Worker } from 'node:worker_threads'

/** Work on the past in a thread of its own, so that the calls of people and platforms do not wait for it. */
export class PastThread<To, From> {
  readonly #worker: Worker
  #waiting: PromiseWithResolvers<From> | undefined
  #ended: Error | undefined

  constructor(file: URL, errand: object) {
    // The flags of a test runner or a debugger are not for this thread.
    this.#worker = new Worker(file, { workerData: errand, execArgv: [] })
    this.#worker.on('message', (message: From) => {
      const waiting = this.#waiting
      this.#waiting = undefined
      waiting?.resolve(message)
    })
    this.#worker.on('error', (error) => this.#end(error instanceof Error ? error : new Error('a thread failed')))
    this.#worker.on('exit', () => this.#end(new Error('a thread ended')))
  }

  /** One message at a time: what comes next is read from the database meanwhile, and no more. */
  ask(message: To): Promise<From> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#waiting = Promise.withResolvers<From>()
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
