import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

/** Peers of a benchmark, in an install of its own: nothing of them is in the product's, and no script of theirs runs. */
export interface Peers {
  /**
   * Installs the peers as their lock file says, unless that was done for this very file.
   *
   * @returns why it could not be done, or undefined
   */
  install(): string | undefined
  /** The version of a peer that the lock file's package asks for. */
  version(name: string): string
  /** A module of theirs. Its types are not there when the product's are checked, so who asks says which part of it is used. */
  load<T>(name: string): T
}

/** @param folder holds `package.json` and `package-lock.json` of the peers */
export function peersIn(folder: string): Peers {
  const lockFile = join(folder, 'package-lock.json')
  const marker = join(folder, 'node_modules', '.installed')
  const require = createRequire(join(folder, 'package.json'))
  return {
    install() {
      const lock = readFileSync(lockFile, 'utf8')
      if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return undefined
      const { status, stderr, error } = spawnSync(
        'npm',
        ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1'],
        { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32', timeout: 120_000 },
      )
      if (status !== 0) return `npm ci: ${error?.message ?? firstError(stderr)}`
      writeFileSync(marker, lock)
      return undefined
    },
    version(name) {
      const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
      return String(dependencies[name])
    },
    load: <T>(name: string) => require(name) as T,
  }
}

/** npm prints codes and paths around the one line that says what went wrong. */
function firstError(said: string): string {
  const lines = said
    .split('\n')
    .flatMap((line) => /^npm error (?!code |errno |syscall |address |port )(.+)/.exec(line)?.[1] ?? [])
  return lines[0] ?? 'it failed'
}
