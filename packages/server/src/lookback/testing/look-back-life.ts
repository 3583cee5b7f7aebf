import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { House } from '../../testing/house.ts'

/** What a process is told that looks back. */
export interface LookBackErrand {
  readonly folder: string
  readonly url?: string
  readonly schema?: string
  readonly now: number
  /** After so many transactions of looking back the process kills itself, before anything that comes next. */
  readonly dieAfter: number | null
}

const PROGRAM = fileURLToPath(new URL('./look-back-program.ts', import.meta.url))

/**
 * Looks back once in a process of its own: what the minute does, then the jobs that it asked for.
 *
 * @returns `SIGKILL`; else how each job went, or the code of what it threw
 */
export async function looksBackApart(house: House, errand: Pick<LookBackErrand, 'now' | 'dieAfter'>): Promise<string> {
  const { folder, url, schema } = house.place
  const told: LookBackErrand = {
    ...{ folder, ...errand },
    ...(url !== undefined && { url }),
    ...(schema !== undefined && { schema }),
  }
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(told)], { stdio: ['ignore', 'pipe', 'pipe'] })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  const ended = await new Promise<string | number>((resolve) =>
    child.once('close', (code, signal) => resolve(signal ?? code ?? -1)),
  )
  if (ended === 'SIGKILL') return ended
  if (ended !== 0) throw new Error(`the process that looks back ended with ${ended}: ${said.err}`)
  return said.out
}
