import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const launcher = fileURLToPath(new URL('../../../server/bin/lamplighter.mjs', import.meta.url))

/** The demo as a person starts it: the launcher, the server and its decoder, in a process group of their own. */
export interface DemoProcess {
  readonly url: string
  /** Signs in once. */
  readonly link: string
  /** From the command to the word *ready*, as whoever typed it waits. */
  readonly readyMs: number
  /** Every process of the group that lives now. */
  family(): number[]
  /** Asks the whole group to stop, as a terminal does. Gives the launcher’s exit code. */
  stop(): Promise<number | null>
}

/**
 * Starts the demo in a folder of its own and waits until it says that it is ready. What still lives when the test is over is killed.
 *
 * @throws Error when it ends before that
 */
export async function startDemo({ folder, port }: { folder: string; port: number }): Promise<DemoProcess> {
  const began = performance.now()
  const url = `http://localhost:${port}`
  const child = spawn(process.execPath, [launcher, 'demo', '--json'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH ?? '',
      TMPDIR: folder,
      LAMPLIGHTER_DATA: join(folder, 'data'),
      LAMPLIGHTER_URL: url,
      LAMPLIGHTER_LISTEN: `127.0.0.1:${port}`,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  const group = groupOf(child)
  onTestFinished(() => gone(() => void process.kill(-group, 'SIGKILL'), undefined))
  const line = await Promise.race([
    once(createInterface({ input: child.stdout }), 'line') as Promise<[string]>,
    ended.then(([code]) => Promise.reject(new Error(`the demo ended with ${code} before it was ready`))),
  ])
  return {
    url,
    link: (JSON.parse(line[0]) as { link: string }).link,
    readyMs: performance.now() - began,
    family: () => membersOf(group),
    async stop() {
      process.kill(-group, 'SIGTERM')
      const [code] = await ended
      return code
    },
  }
}

function groupOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('the demo could not be started')
  return pid
}

/** Living processes of a group, by what Linux tells of each (proc(5)). */
function membersOf(group: number): number[] {
  return processes().filter((pid) => {
    const [state, , pgrp] = statOf(pid)
    return Number(pgrp) === group && state !== 'Z'
  })
}

const processes = (): number[] =>
  readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0)

/** `state ppid pgrp …`: what follows the name, which may hold anything. Empty for a process that has ended meanwhile. */
const statOf = (pid: number): string[] =>
  gone(
    () =>
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' '),
    [],
  )

/** Memory of these processes that is in RAM now, in MiB. What they share counts for each. */
export const residentMiB = (pids: readonly number[]): number =>
  pids
    .map((pid) =>
      gone(() => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0), 0),
    )
    .reduce((sum, kiB) => sum + kiB / 1024, 0)

/** Addresses on which these processes listen, in the kernel's own spelling (`0100007F:1004`). */
export function listeningOn(pids: readonly number[]): string[] {
  const inodes = new Set(
    pids.flatMap((pid) =>
      gone(() => readdirSync(`/proc/${pid}/fd`), []).flatMap((fd) => {
        const inode = /^socket:\[(\d+)\]$/.exec(gone(() => readlinkSync(`/proc/${pid}/fd/${fd}`), ''))?.[1]
        return inode === undefined ? [] : [inode]
      }),
    ),
  )
  return ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((table) =>
    gone(() => readFileSync(table, 'utf8'), '')
      .split('\n')
      .map((row) => row.trim().split(/\s+/))
      .filter(([, , , state, , , , , , inode]) => state === LISTEN && inodes.has(inode ?? ''))
      .map(([, local]) => local ?? ''),
  )
}

const LISTEN = '0A'
/** 127.0.0.1, ::1 and ::ffff:127.0.0.1, as words of the machine's byte order. */
export const LOOPBACK = /^(0100007F|00000000000000000000000001000000|0000000000000000FFFF00000100007F):/

/** What `read` gives, or `otherwise` where the process has ended meanwhile. */
function gone<T>(read: () => T, otherwise: T): T {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ESRCH') return otherwise
    throw error
  }
}
