import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Driver } from './index-peer.ts'

const BUILT = join(import.meta.dirname, 'faiss/built')

/** FAISS as `bench/matching/faiss/build.sh` built it. Its kinds: `multihash`, `flat`. */
export function faiss(): Driver {
  const program = join(BUILT, 'driver')
  if (!existsSync(program)) return { missing: 'peer missing: run bench/matching/faiss/build.sh' }
  return { program, name: `FAISS ${readFileSync(join(BUILT, 'version'), 'utf8').trim()}` }
}
