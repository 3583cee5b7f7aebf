import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))

/** Version of this software, as in its package. */
export const version: string = JSON.parse(readFileSync(join(here, '../package.json'), 'utf8')).version

/** SHA-256 over this package's own sources: what serves can be compared with what was published. */
export async function softwareDigest(): Promise<string> {
  const names = (await readdir(here, { recursive: true })).filter((name) => name.endsWith('.ts')).sort()
  const hash = createHash('sha256')
  for (const name of names) hash.update(name).update(await readFile(join(here, name)))
  return hash.digest('hex')
}
