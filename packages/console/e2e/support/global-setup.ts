import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'
import { newFolder, prepareRun } from '../../../server/src/storage/testing/room.ts'
import { noBrowser } from './browser.ts'
import { buildConsole, run } from './built.ts'
import { freePort } from './port.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** A seeded data folder to copy, and the port that its addresses name. */
    seed: { readonly folder: string; readonly port: number }
  }
}

/** Vitest: builds the console where it is not built, and seeds the demo once; each file then opens a copy. `LAMPLIGHTER_TEST_SEED` names a folder to keep the seed in. */
export default async function setup(project: TestProject): Promise<() => unknown> {
  if (noBrowser) {
    project.provide('seed', { folder: '', port: 0 })
    return () => undefined
  }
  buildConsole()
  const end = prepareRun()
  const kept = process.env.LAMPLIGHTER_TEST_SEED
  if (kept !== undefined && existsSync(join(kept, 'port'))) {
    project.provide('seed', { folder: kept, port: Number(readFileSync(join(kept, 'port'), 'utf8')) })
    return end
  }
  const folder = kept ?? newFolder('lamplighter-seed-')
  const port = await freePort()
  run([fileURLToPath(new URL('seed.ts', import.meta.url)), folder, String(port)], 'the demo cannot be seeded')
  if (kept !== undefined) writeFileSync(join(folder, 'port'), String(port))
  project.provide('seed', { folder, port })
  return () => {
    if (kept === undefined) rmSync(folder, { recursive: true, force: true })
    end()
  }
}
