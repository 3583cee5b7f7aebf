import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { runCommand } from '../run.ts'

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process, in `folder`, with an output that is no terminal. */
export async function lamplighter(
  folder: string,
  line: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const into = (list: string[]) =>
    new Writable({
      write(chunk, _, done) {
        list.push(String(chunk))
        done()
      },
    })
  const stdin = Object.assign(process.stdin, { isTTY: false })
  const code = await runCommand(line, { folder, env, stdin, stdout: into(out), stderr: into(err) })
  return { code, out: out.join(''), err: err.join('') }
}

export const initLine = ['init', '--name', 'Harbour', '--admin', 'Robin', '--country', 'gb', '--yes', '--json'] as const

const template = mkdtempSync(join(tmpdir(), 'll-'))
let made: Promise<Ran> | undefined

/** A folder of its own, in which `init` has run. */
export async function initialised(): Promise<string> {
  made ??= lamplighter(template, initLine)
  await made
  const folder = mkdtempSync(join(tmpdir(), 'll-'))
  cpSync(template, folder, { recursive: true })
  return folder
}

export function emptyFolder(): string {
  return mkdtempSync(join(tmpdir(), 'll-'))
}

process.once('exit', () => rmSync(template, { recursive: true, force: true }))
