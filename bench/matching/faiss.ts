import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLines } from './lines.ts'

const BUILT = join(import.meta.dirname, 'faiss/built')
const DRIVER = join(BUILT, 'driver')

/** Why the peer is not measured, or undefined. */
export const missing = (): string | undefined =>
  existsSync(DRIVER) ? undefined : 'peer missing: run bench/matching/faiss/build.sh'

export const version = (): string => (existsSync(DRIVER) ? readFileSync(join(BUILT, 'version'), 'utf8').trim() : '')

/** A process that holds one index of FAISS and is asked for its speed. */
export interface Peer {
  readonly buildSeconds: number
  readonly bytes: number
  /** For each of the queries that were checked: rows within 31 bits. */
  readonly found: readonly number[]
  /** Queries per second, one query a call, measured for so long. */
  perSecond(ms: number): Promise<number>
  stop(): void
}

/** @param checked how many queries are answered at once, so that the answers can be compared */
export async function startPeer(
  kind: 'flat' | 'multihash',
  hashes: Uint8Array,
  queries: readonly Uint8Array[],
  checked: number,
): Promise<Peer> {
  const folder = mkdtempSync(join(tmpdir(), 'll-faiss-'))
  const [hashFile, queryFile] = [join(folder, 'hashes'), join(folder, 'queries')]
  writeFileSync(hashFile, hashes)
  writeFileSync(queryFile, Buffer.concat(queries))
  const lines = startLines(DRIVER, [kind, hashFile, queryFile, String(checked)])
  const { buildSeconds, bytes, found } = JSON.parse(await lines.hear())
  rmSync(folder, { recursive: true })
  return {
    buildSeconds,
    bytes,
    found,
    perSecond: async (ms) => JSON.parse(await lines.ask(String(ms / 1000))).perSecond,
    stop: lines.stop,
  }
}
