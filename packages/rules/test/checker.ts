import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Answer, Question } from './checker-worker.ts'

/** The checker in a thread that is ended when it does not answer in time. */
export class Checker {
  #worker = start()

  /** @throws Error if there is no answer in time: it hangs */
  async ask(question: Question, patienceMs: number): Promise<Answer> {
    const worker = this.#worker
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(), patienceMs)
    worker.postMessage(question)
    try {
      const [answer] = await once(worker, 'message', { signal: late.signal })
      return answer as Answer
    } catch (error) {
      await worker.terminate()
      this.#worker = start()
      throw late.signal.aborted ? new Error(`no answer within ${patienceMs / 1000} s`) : error
    } finally {
      clearTimeout(timer)
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate()
  }
}

function start(): Worker {
  return new Worker(new URL('./checker-worker.ts', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  })
}
