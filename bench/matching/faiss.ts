import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

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
  const child = spawn(DRIVER, [kind, hashFile, queryFile, String(checked)], { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = linesOf(child)
  const { buildSeconds, bytes, found } = JSON.parse(await lines())
  rmSync(folder, { recursive: true })
  return {
    buildSeconds,
    bytes,
    found,
    async perSecond(ms) {
      child.stdin.write(`${ms / 1000}\n`)
      return JSON.parse(await lines()).perSecond
    },
    stop: () => child.stdin.end(),
  }
}

function linesOf(child: ChildProcess): () => Promise<string> {
  if (child.stdout === null) throw new TypeError('the driver has no output')
  const reader = createInterface({ input: child.stdout })
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the driver of FAISS ended with ${code}`)
  })
  ended.catch(() => undefined)
  return async () => String((await Promise.race([once(reader, 'line'), ended]))[0])
}
