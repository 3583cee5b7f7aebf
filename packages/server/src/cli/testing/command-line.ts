import { chmodSync, cpSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { type Context, openContext } from '../../context.ts'
import { loadConfig } from '../../http/config.ts'
import { startServer } from '../../http/server.ts'
import { keepWriters } from '../../storage/ahead.ts'
import { newFolder } from '../../storage/testing/room.ts'
import { runCommand } from '../run.ts'

keepWriters()

export interface Ran {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command line in this process, in `folder`, with an output that is no terminal, or whose error stream is one. */
export async function lamplighter(
  folder: string,
  line: readonly string[],
  env: Record<string, string> = {},
  on: { readonly terminal?: boolean } = {},
): Promise<Ran> {
  const out: string[] = []
  const err: string[] = []
  const into = (list: string[], isTTY = false) => {
    const stream = new Writable({
      write(chunk, _, done) {
        list.push(String(chunk))
        done()
      },
    })
    return Object.assign(stream, { isTTY })
  }
  const stdin = Object.assign(process.stdin, { isTTY: false })
  const code = await runCommand(line, { folder, env, stdin, stdout: into(out), stderr: into(err, on.terminal) })
  return { code, out: out.join(''), err: err.join('') }
}

export const initLine = ['init', '--name', 'Harbour', '--admin', 'Robin', '--country', 'gb', '--yes', '--json'] as const

const template = newFolder('ll-')
let made: Promise<Ran> | undefined

/** A folder of its own, in which `init` has run. */
export async function initialised(): Promise<string> {
  made ??= lamplighter(template, initLine)
  await made
  const folder = newFolder('ll-')
  cpSync(template, folder, { recursive: true })
  // The copy gets the usual mode of a folder, not that of its model.
  chmodSync(join(folder, '.lamplighter'), 0o700)
  return folder
}

/** Runs `use` while a server runs on the folder's data, so that commands go through its socket. */
export async function whileServing<T>(
  folder: string,
  use: (context: Context) => Promise<T>,
  how: { readonly working?: boolean; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<T> {
  const { config } = loadConfig({ env: how.env ?? {}, folder })
  const context = await openContext({ config, patient: true })
  const server = await startServer({
    app: context.app,
    readiness: context.readiness,
    listen: { host: '127.0.0.1', port: 0 },
    data: config.data,
    graceMs: 0,
    shutdownMs: 5_000,
  })
  try {
    // What runs beside the calls: judging, jobs.
    if (how.working === true) context.start()
    return await use(context)
  } finally {
    await server.stop()
    await context.close()
  }
}

export function emptyFolder(): string {
  return newFolder('ll-')
}

process.once('exit', () => rmSync(template, { recursive: true, force: true }))
