import { type ChildProcess, fork, type Serializable } from 'node:child_process'
import { flags } from '../../packages/server/bin/flags.mjs'

/** A process of the benchmark's own, which answers one question at a time. */
export interface Child {
  readonly process: ChildProcess
  /** What it said when it was ready. */
  readonly first: unknown
  ask(question: unknown): Promise<unknown>
  stop(): Promise<void>
}

/** A server as a side of a comparison. */
export interface Side extends Child {
  readonly url: string
  /** API keys; each has rate limits of its own. */
  readonly keys: readonly string[]
  /** Asks it something by its channel. */
  ask(question: string): Promise<number>
}

export async function startSide(script: URL, args: readonly string[]): Promise<Side> {
  const child = await startChild(script, args)
  const { url, keys } = child.first as { url: string; keys: string[] }
  return { ...child, url, keys, ask: async (question) => Number(await child.ask(question)) }
}

/** @param execArgv what Node is told; both sides of a server's comparison run with the flags of the product */
export async function startChild(
  script: URL,
  args: readonly string[],
  execArgv: readonly string[] = flags,
): Promise<Child> {
  const child = fork(script, args, { execArgv: [...execArgv] })
  return {
    process: child,
    first: await hear(child),
    ask(question) {
      child.send(question as Serializable)
      return hear(child)
    },
    async stop() {
      const ended = new Promise((resolve) => child.once('exit', resolve))
      // It hears that nobody needs it any more, and tidies up.
      child.disconnect()
      await ended
    },
  }
}

function hear(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`a side of the benchmark ended with ${code}`))
    child.once('exit', ended)
    child.once('message', (message) => {
      child.off('exit', ended)
      resolve(message)
    })
  })
}
