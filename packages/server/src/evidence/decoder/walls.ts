import { access, constants, readlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { readHello } from './answers.ts'
import { type Command, DecoderProcess } from './process.ts'
import { plainProgram } from './program.ts'

/** The walls of security.md §7 around a decoder. */
export const WALLS = ['permission', 'secrets', 'limits', 'network', 'user'] as const
export type WallName = (typeof WALLS)[number]

export interface Wall {
  readonly stands: boolean
  /** For `doctor`: what holds it up, or why it is missing. */
  readonly how: string
}

export type Walls = Readonly<Record<WallName, Wall>>

/** A decoder program. @param sharp the folder of that package, for the build that loads it */
export interface Program {
  readonly path: string
  readonly sharp?: string
}

export interface Raised {
  readonly command: Command
  readonly walls: Walls
  /** Another program behind the same walls, with another limit of its CPU time. */
  readonly behind: (command: Command, cpuSeconds: number) => Command
}

/** A wall made by a program that starts the decoder: words that are put before the command. */
interface Wrapper {
  readonly name: WallName
  readonly words: (cpuSeconds: number) => readonly string[]
}

/**
 * CPU time is counted over a child's whole life, so it is twice the 20 s of one file; the parent replaces a child that has
 * used 20 s. V8 needs `--disable-wasm-trap-handler` to live in 4 GiB of address space.
 */
const LIMIT = { addressBytes: 4 * 1024 ** 3, cpuSeconds: 40, handles: 64 } as const
/** Between the signal that says why and the one that nothing survives: a program that ends by the first is known to have used up its time. */
const LAST_S = 2
const ulimits = (cpuSeconds: number) =>
  `ulimit -c 0; ulimit -f 0; ulimit -n ${LIMIT.handles}; ulimit -S -t ${cpuSeconds}; ulimit -H -t ${cpuSeconds + LAST_S}; ulimit -v ${LIMIT.addressBytes / 1024} || true; exec "$@"`
const NOBODY = '65534'
const HELLO_MS = 20_000

/**
 * Finds out by trying which walls this machine lets us raise: each is added to those that stood before, and stays if a real
 * decoder answers from behind it.
 */
export async function raiseWalls(program: Program): Promise<Raised> {
  const bare = bareCommand(program)
  const own = await greet(bare)
  if (own === undefined) return { command: bare, walls: noWalls('the decoder does not start'), behind: (one) => one }
  const missing = { stands: false, how: 'nothing here to raise it with' }
  const walls: Record<WallName, Wall> = {
    permission: { stands: own.permission, how: 'node --permission, reading its own files only' },
    secrets: { stands: own.secrets, how: 'empty environment, no inherited handles' },
    limits: missing,
    network: missing,
    user: process.getuid?.() === 0 ? missing : { stands: false, how: 'the service may not switch users' },
  }
  let standing: readonly Wrapper[] = []
  const behind = (command: Command, cpuSeconds: number, raised = standing): Command =>
    wrapped(
      raised.flatMap(({ words }) => words(cpuSeconds)),
      command,
    )
  for (const wrapper of await wrappers()) {
    const { name } = wrapper
    if (walls[name].stands) continue
    const tried = [...standing, wrapper]
    const works = (await greet(behind(bare, LIMIT.cpuSeconds, tried), name)) !== undefined
    const more = wrapper.words(LIMIT.cpuSeconds)
    walls[name] = { stands: works, how: works ? more.slice(0, 2).join(' ') : `${more[0]} is refused here` }
    if (works) standing = tried
  }
  return {
    command: behind(bare, LIMIT.cpuSeconds),
    walls,
    behind: (command, cpuSeconds) => behind(command, cpuSeconds),
  }
}

/** The same walls around another decoder: what stands here was found out with the first one, so one try is enough. */
export async function raiseLike(program: Program, { behind, walls }: Raised): Promise<Raised> {
  const command = behind(bareCommand(program), LIMIT.cpuSeconds)
  const own = await greet(command, walls.network.stands ? 'network' : undefined)
  if (own === undefined) return { command, walls: noWalls('the decoder does not start'), behind }
  const permission = { ...walls.permission, stands: own.permission }
  return { command, walls: { ...walls, permission, secrets: { ...walls.secrets, stands: own.secrets } }, behind }
}

function noWalls(how: string): Walls {
  const none = { stands: false, how }
  return { permission: none, secrets: none, limits: none, network: none, user: none }
}

async function wrappers(): Promise<readonly Wrapper[]> {
  const { addressBytes, handles } = LIMIT
  const prlimit = (cpuSeconds: number) => [
    ...[
      `--as=${addressBytes}`,
      `--cpu=${cpuSeconds}:${cpuSeconds + LAST_S}`,
      '--core=0',
      '--fsize=0',
      `--nofile=${handles}`,
      '--',
    ],
  ]
  const all: readonly (readonly [WallName, string, (cpuSeconds: number) => readonly string[]])[] = [
    ['limits', 'prlimit', prlimit],
    ['limits', 'sh', (cpuSeconds) => ['-c', ulimits(cpuSeconds), 'sh']],
    ['network', 'unshare', () => ['--net', '--']],
    ['network', 'unshare', () => ['--user', '--net', '--']],
    ['user', 'setpriv', () => [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--no-new-privs', '--']],
  ]
  const found: Wrapper[] = []
  for (const [name, tool, args] of all) {
    if (name === 'user' && process.getuid?.() !== 0) continue
    const path = await findTool(tool)
    if (path !== undefined) found.push({ name, words: (cpuSeconds) => [path, ...args(cpuSeconds)] })
  }
  return found
}

/** Tools are named by their full path: the decoder has no PATH. */
export async function findTool(tool: string): Promise<string | undefined> {
  for (const folder of ['/usr/bin', '/bin', '/usr/sbin', '/sbin']) {
    const path = join(folder, tool)
    if (await exists(path)) return path
  }
  return undefined
}

async function exists(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

/** Starts a decoder, hears its hello and ends it. For the network, the kernel is asked, not the child. */
async function greet(command: Command, wall?: WallName) {
  const child = new DecoderProcess(command)
  try {
    const walls = await child.ask({
      head: { job: 'hello' },
      body: new Uint8Array(),
      timeoutMs: HELLO_MS,
      bodyBytes: 0,
      read: ({ head }) => readHello(head),
    })
    if (wall === 'network' && (await sharesNetwork(child.pid))) return undefined
    return walls
  } catch {
    return undefined
  } finally {
    child.kill()
  }
}

async function sharesNetwork(pid: number | undefined): Promise<boolean> {
  const [own, its] = await Promise.all([readlink('/proc/self/ns/net'), readlink(`/proc/${pid}/ns/net`)])
  return own === its
}

function wrapped(words: readonly string[], command: Command): Command {
  const [first, ...rest] = words
  return first === undefined ? command : { ...command, file: first, args: [...rest, command.file, ...command.args] }
}

function bareCommand({ path, sharp }: Program): Command {
  const folders = [...readablePaths(path), ...(sharp === undefined ? [] : sharpPaths(sharp))]
  const reads = folders.map((folder) => `--allow-fs-read=${folder}`)
  const flags = [
    '--permission',
    ...reads,
    '--disable-wasm-trap-handler',
    '--max-old-space-size=256',
    '--expose-gc',
    // Collecting in threads of its own costs more than it saves: there is one decoder per core, and its garbage is little.
    '--single-threaded-gc',
    '--no-warnings',
  ]
  const first = join(import.meta.dirname, 'boot.mjs')
  return {
    file: process.execPath,
    args: [...flags, ...(sharp === undefined ? [] : ['--allow-addons']), first],
    input: plainProgram(path),
  }
}

/** The decoder's own files: its folder, the pure package it hashes with, the codecs, and the package files between. */
function readablePaths(program: string): readonly string[] {
  const { resolve } = createRequire(import.meta.url)
  const codecs = ['jpeg', 'png', 'webp', 'avif'].map((name) => dirname(resolve(`@jsquash/${name}/package.json`)))
  const matching = dirname(dirname(resolve('@lamplighter/matching')))
  const here = import.meta.dirname
  const server = join(here, '../../..')
  const links = [server, join(server, '../..')].map((folder) => join(folder, 'node_modules/@lamplighter/matching'))
  return [here, dirname(program), matching, ...links, ...codecs, join(server, 'package.json')]
}

/** Where `sharp` is installed; undefined where it is not, since it is an optional package. */
export function sharpFolder(): string | undefined {
  try {
    return dirname(dirname(createRequire(import.meta.url).resolve('sharp')))
  } catch {
    return undefined
  }
}

/** `sharp`, the library that it brings for this machine, and the three small packages that it asks. */
function sharpPaths(folder: string): readonly string[] {
  return [folder, ...['@img', 'detect-libc', 'semver'].map((name) => join(dirname(folder), name))]
}
