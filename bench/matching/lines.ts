import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program of a peer that answers each line with a line. */
export interface Lines {
  /** The next line that it says by itself. */
  hear(): Promise<string>
  ask(line: string): Promise<string>
  stop(): void
}

export function startLines(program: string, args: readonly string[]): Lines {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const reader = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${program} ended with ${code}`)
  })
  ended.catch(() => undefined)
  const hear = async () => String((await Promise.race([once(reader, 'line'), ended]))[0])
  return {
    hear,
    ask(line) {
      child.stdin.write(`${line}\n`)
      return hear()
    },
    stop: () => child.stdin.end(),
  }
}
