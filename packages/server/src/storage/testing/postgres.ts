import { execFileSync } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

/** Where the test server of this run lives; set by `global-setup.ts`. */
export const FOLDER_VARIABLE = 'LAMPLIGHTER_TEST_POSTGRES_FOLDER'

/** The folder with `initdb` and `pg_ctl`, if PostgreSQL is installed. */
export function postgresBinaries(): string | undefined {
  const named = process.env.LAMPLIGHTER_TEST_POSTGRES_BIN
  if (named !== undefined) return named
  const root = '/usr/lib/postgresql'
  if (!existsSync(root)) return undefined
  const versions = readdirSync(root).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(root, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')))
}

/**
 * The test server's address; started by whoever asks first in a run, on a socket in the run's folder, stopped at its end. Undefined
 * when there is none on this machine.
 */
export async function testServer(): Promise<string | undefined> {
  const given = process.env.LAMPLIGHTER_TEST_POSTGRES
  if (given !== undefined) return given
  const folder = process.env[FOLDER_VARIABLE]
  const bin = postgresBinaries()
  if (folder === undefined || bin === undefined) return undefined
  const ready = join(folder, 'url')
  if (tryMkdir(join(folder, 'starting'))) {
    const url = start(bin, folder)
    writeFileSync(`${ready}.new`, url)
    renameSync(`${ready}.new`, ready)
  }
  for (let waits = 0; !existsSync(ready); waits++) {
    if (waits > 600) throw new Error(`the test server in ${folder} did not start within 60 s`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return readFileSync(ready, 'utf8')
}

/** Stops the server of a folder and removes the folder. */
export function stopServer(folder: string): void {
  const bin = postgresBinaries()
  const cluster = join(folder, 'cluster')
  if (bin !== undefined && existsSync(join(cluster, 'postmaster.pid'))) {
    asPostgres(join(bin, 'pg_ctl'), ['-D', cluster, '-m', 'immediate', '-w', 'stop'])
  }
  rmSync(folder, { recursive: true, force: true })
}

function start(bin: string, folder: string): string {
  const cluster = join(folder, 'cluster')
  giveToPostgres(folder)
  asPostgres(join(bin, 'initdb'), [
    '-D',
    cluster,
    '-U',
    'postgres',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ])
  const settings = [
    `-c unix_socket_directories=${folder}`,
    "-c listen_addresses=''",
    '-c max_connections=200',
    '-c shared_buffers=64MB',
  ]
  const log = join(folder, 'log')
  asPostgres(join(bin, 'pg_ctl'), ['-D', cluster, '-l', log, '-w', '-t', '60', '-o', settings.join(' '), 'start'])
  return `postgres://postgres@/postgres?host=${encodeURIComponent(folder)}`
}

// PostgreSQL refuses to run as root.
function asPostgres(program: string, options: readonly string[]): void {
  const isRoot = process.getuid?.() === 0
  const [command, args] = isRoot ? ['runuser', ['-u', 'postgres', '--', program, ...options]] : [program, options]
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: '/' })
}

function giveToPostgres(folder: string): void {
  if (process.getuid?.() !== 0) return
  const uid = Number(execFileSync('id', ['-u', 'postgres'], { encoding: 'utf8' }))
  chownSync(folder, uid, statSync(folder).gid)
}

function tryMkdir(path: string): boolean {
  try {
    mkdirSync(path)
    return true
  } catch {
    // Somebody else in this run is starting it.
    return false
  }
}

/** The data files of the run's own server. */
export function dataFolder(): string | undefined {
  const folder = process.env[FOLDER_VARIABLE]
  if (process.env.LAMPLIGHTER_TEST_POSTGRES !== undefined || folder === undefined) return undefined
  return join(folder, 'cluster')
}
