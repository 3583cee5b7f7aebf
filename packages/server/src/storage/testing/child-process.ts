import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { StorageConfig } from '../index.ts'

/** A process of `child.ts` and the whole lines it has said so far. */
export interface Child {
  readonly process: ChildProcess
  readonly lines: string[]
  readonly errors: () => string
  readonly ended: Promise<number | null>
  ready(): Promise<void>
  /** Waits until it has said so many lines. */
  says(count: number): Promise<void>
}

export function startChild(mode: 'hold' | 'work', config: StorageConfig, name = ''): Child {
  const script = fileURLToPath(new URL('./child.ts', import.meta.url))
  const child = spawn(process.execPath, [script, mode, JSON.stringify(config), name], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  let rest = ''
  let errors = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    lines.push(...parts)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  // `close` comes after the pipes are drained, so no line is missed.
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const until = async (done: () => boolean): Promise<void> => {
    for (let waits = 0; !done(); waits++) {
      if (waits > 6_000 || child.exitCode !== null) throw new Error(`the child did not get so far: ${errors}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
  return {
    process: child,
    lines,
    errors: () => errors,
    ended,
    ready: () => until(() => lines.includes('ready')),
    says: (count) => until(() => lines.length >= count),
  }
}
