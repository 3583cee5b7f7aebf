import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLines } from './lines.ts'

/** A process that holds one index of a peer and is asked for its speed. */
export interface IndexPeer {
  readonly buildSeconds: number
  readonly bytes: number
  /** For each of the queries that were checked: rows within 31 bits. */
  readonly found: readonly number[]
  /** Queries per second, measured for so long. */
  perSecond(ms: number): Promise<number>
  stop(): void
}

/** The program of a peer that holds indexes, or why there is none. */
export type Driver = { readonly program: string; readonly name: string } | { readonly missing: string }

/** What is searched, and how many of the queries are answered at once, so that the answers can be compared. */
export interface Searched {
  readonly hashes: Uint8Array
  readonly queries: readonly Uint8Array[]
  readonly checked: number
}

export async function startIndexPeer(
  program: string,
  kind: string,
  { hashes, queries, checked }: Searched,
): Promise<IndexPeer> {
  const folder = mkdtempSync(join(tmpdir(), 'll-peer-'))
  const [hashFile, queryFile] = [join(folder, 'hashes'), join(folder, 'queries')]
  writeFileSync(hashFile, hashes)
  writeFileSync(queryFile, Buffer.concat(queries))
  const lines = startLines(program, [kind, hashFile, queryFile, String(checked)])
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
