import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** The version of a peer that the package of a folder asks for. */
export function versionOf(folder: string, name: string): string {
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return String(dependencies[name])
}

/**
 * Installs the peers of a folder as its lock file says, unless that was done for this very file. Nothing of them is in the product's install, and no
 * script of theirs runs.
 *
 * @returns why it could not be done, or undefined
 */
export function installPeers(folder: string): string | undefined {
  const lock = readFileSync(join(folder, 'package-lock.json'), 'utf8')
  const marker = join(folder, 'node_modules', '.installed')
  if (existsSync(marker) && readFileSync(marker, 'utf8') === lock) return undefined
  const { status, stderr, error } = spawnSync(
    'npm',
    ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--fetch-retries=1'],
    {
      cwd: folder,
      encoding: 'utf8',
      shell: process.platform === 'win32',
      timeout: 120_000,
    },
  )
  if (status !== 0) return `npm ci: ${error?.message ?? firstError(stderr)}`
  writeFileSync(marker, lock)
  return undefined
}

/** npm prints codes and paths around the one line that says what went wrong. */
function firstError(said: string): string {
  const lines = said
    .split('\n')
    .flatMap((line) => /^npm error (?!code |errno |syscall |address |port )(.+)/.exec(line)?.[1] ?? [])
  return lines[0] ?? 'it failed'
}
