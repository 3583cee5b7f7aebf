import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { House } from '../../../testing/house.ts'

/** What a process is told that goes on with a pull. */
export interface PullErrand {
  readonly folder: string
  readonly url?: string
  readonly schema?: string
  readonly now: number
  readonly exchange: string
  readonly pull: string
  /** After so many transactions of the pull the process kills itself, before anything that comes next; null: it goes on to the end. */
  readonly dieAfter: number | null
}

const PROGRAM = fileURLToPath(new URL('./pull-program.ts', import.meta.url))

/** Goes on with a pull in a process of its own. @returns how it ended: `SIGKILL`, or the exit code */
export async function pullElsewhere(
  house: House,
  errand: Pick<PullErrand, 'exchange' | 'pull' | 'dieAfter'>,
  on: (process: { kill(): void }) => void = () => undefined,
): Promise<string | number> {
  const { folder, url, schema } = house.place
  const told: PullErrand = {
    ...{ folder, now: house.clock.now, ...errand },
    ...(url !== undefined && { url }),
    ...(schema !== undefined && { schema }),
  }
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(told)], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text
  })
  on({ kill: () => void child.kill('SIGKILL') })
  const ended = await new Promise<string | number>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1)),
  )
  if (ended !== 'SIGKILL' && ended !== 0) throw new Error(`the process that pulls ended with ${ended}: ${errors}`)
  return ended
}
