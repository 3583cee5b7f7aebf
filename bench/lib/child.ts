import { type ChildProcess, fork } from 'node:child_process'
import { flags } from '../../packages/server/bin/flags.mjs'

/** A side of a comparison, in a process of its own; both sides run with the flags of the product. */
export interface Side {
  readonly process: ChildProcess
  readonly url: string
  /** API keys; each has rate limits of its own. */
  readonly keys: readonly string[]
  /** Asks it something by its channel. */
  ask(question: string): Promise<number>
  stop(): Promise<void>
}

export async function startSide(script: URL, args: readonly string[]): Promise<Side> {
  const child = fork(script, args, { execArgv: [...flags] })
  const first = (await hear(child)) as { url: string; keys: string[] }
  return {
    process: child,
    ...first,
    async ask(question) {
      child.send(question)
      return Number(await hear(child))
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
