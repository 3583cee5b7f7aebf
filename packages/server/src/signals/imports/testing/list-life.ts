import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { House } from '../../../testing/house.ts'
import type { ListChange } from '../../lists/changes.ts'
import type { ListFacts } from '../../lists/declaration.ts'

/** What a process is told to do to a list. */
export interface ListErrand {
  readonly folder: string
  readonly url?: string
  readonly schema?: string
  readonly now: number
  readonly list: string
  readonly act:
    | {
        readonly do: 'import'
        readonly facts: ListFacts
        readonly path: string
        readonly type: string
        readonly sha256: string
      }
    | { readonly do: 'change'; readonly changes: readonly ListChange[] }
  /** After so many transactions whose names begin so the process kills itself, before anything that comes next. */
  readonly dieAfter: { readonly work: string; readonly times: number } | null
}

const PROGRAM = fileURLToPath(new URL('./import-program.ts', import.meta.url))

/**
 * Does something to a list in a process of its own.
 *
 * @param node what Node is told beside it
 * @returns `SIGKILL`; else by how many bytes its memory grew at most, or the code of what it threw
 */
export async function inAnotherProcess(
  house: House,
  errand: Pick<ListErrand, 'list' | 'act' | 'dieAfter'>,
  node: readonly string[] = [],
): Promise<string> {
  const { folder, url, schema } = house.place
  const told: ListErrand = {
    ...{ folder, now: house.clock.now, ...errand },
    ...(url !== undefined && { url }),
    ...(schema !== undefined && { schema }),
  }
  const child = spawn(process.execPath, [...node, PROGRAM, JSON.stringify(told)], { stdio: ['ignore', 'pipe', 'pipe'] })
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
  if (ended !== 0) throw new Error(`the process that changes a list ended with ${ended}: ${said.err}`)
  return said.out
}
