import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { prepareRun } from '../../../server/src/storage/testing/room.ts'

/** Vitest: what those files need that open no seeded demo. */
export default function setup(): () => void {
  buildConsole()
  return prepareRun()
}

/** Builds the console where it is not built. */
export function buildConsole(): void {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  if (existsSync(join(root, 'dist/index.html'))) return
  const vite = join(dirname(createRequire(import.meta.url).resolve('vite/package.json')), 'bin/vite.js')
  run([vite, 'build'], 'the console cannot be built', root)
}

/** Runs a program of ours as an installed one would run. @throws Error `otherwise`, where it fails */
export function run(words: readonly string[], otherwise: string, cwd?: string): void {
  // Vitest's own NODE_ENV would build the console with the checks of development in it.
  const env = { ...process.env, NODE_ENV: 'production' }
  const { status } = spawnSync(process.execPath, words, { stdio: 'inherit', env, ...(cwd && { cwd }) })
  if (status !== 0) throw new Error(otherwise)
}
