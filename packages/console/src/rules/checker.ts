import type { Answers, Question } from './questions.ts'
import address from './worker.ts?worker&url'

declare global {
  interface Window {
    /** Where the browser has trusted types; a trusted address is a string as far as types go. */
    readonly trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL(asked: string): string },
      ): { createScriptURL(asked: string): string }
    }
  }
}

/** The checker of one editor, in a worker of its own. */
export interface Checker {
  /** @throws Error when the worker cannot be started or fails */
  ask<Q extends Question>(question: Q): Promise<Answers[Q['op']]>
  close(): void
}

/**
 * The server's policy lets the page name scripts by this name only (security.md §5), and this lets one constant through: the worker that
 * was built with the page.
 */
const policy = window.trustedTypes?.createPolicy('lamplighter-worker', {
  createScriptURL(asked) {
    if (asked !== address) throw new TypeError('expected the worker that was built with this page')
    return asked
  },
})

interface Told {
  readonly number: number
  readonly answer?: unknown
  readonly failed?: string
}

export function openChecker(): Checker {
  const worker = new Worker(policy?.createScriptURL(address) ?? address, { type: 'module' })
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  let count = 0
  let broken: Error | undefined
  worker.addEventListener('message', ({ data }: MessageEvent<Told>) => {
    const one = waiting.get(data.number)
    waiting.delete(data.number)
    if (data.failed !== undefined) one?.reject(new Error(data.failed))
    else one?.resolve(data.answer)
  })
  worker.addEventListener('error', () => {
    broken = new Error('the checker stopped')
    for (const { reject } of waiting.values()) reject(broken)
    waiting.clear()
  })
  return {
    ask: <Q extends Question>(question: Q) =>
      new Promise<Answers[Q['op']]>((resolve, reject) => {
        if (broken !== undefined) return reject(broken)
        count += 1
        // Both ends are built from the same file of questions and answers.
        waiting.set(count, { resolve: (answer) => resolve(answer as Answers[Q['op']]), reject })
        worker.postMessage({ number: count, question })
      }),
    close: () => worker.terminate(),
  }
}
