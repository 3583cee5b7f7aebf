import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  append,
  base64,
  bundlePath,
  checkConsistency,
  checkInclusion,
  decodeEdge,
  type Edge,
  EMPTY_EDGE,
  edgeFromTiles,
  encodeEdge,
  entriesOf,
  evidencePath,
  fromBase64,
  headOf,
  leafHash,
  openCheckpoint,
  openNote,
  parseCheckpoint,
  parsePolicy,
  parseTlogProof,
  parseVerifierKey,
  proveConsistency,
  proveInclusion,
  type TileSource,
  tilePath,
  tileWidth,
  webChecks,
} from '@lamplighter/ledger'
import { expect, it } from 'vitest'
import { dataFolder, dataJson, dataText, describeWithData } from './data.ts'

const checks = webChecks(crypto.subtle)

/** A log on disk; a partial file that is gone is cut from its full one. */
function folderSource(folder: string): TileSource {
  const read = async (path: string) => new Uint8Array(readFileSync(join(dataFolder, folder, path)))
  return {
    tile: async (level, n, width) => read(tilePath(level, n, width)),
    bundle: async (n, width) => read(bundlePath(n, width)),
  }
}

async function allEntries(source: TileSource, size: number): Promise<Uint8Array[]> {
  const entries: Uint8Array[] = []
  for (let n = 0; tileWidth(0, n, size) > 0; n += 1) {
    const width = tileWidth(0, n, size)
    entries.push(...entriesOf(await source.bundle(n, width), width))
  }
  return entries
}

const logs = [
  { folder: 'tessera-log', sizes: Array.from({ length: 16 }, (_, i) => i) },
  { folder: 'own/log-592', sizes: [16, 48, 112, 240, 256, 272, 528, 592] },
]

describeWithData('logs written by others', () => {
  it.each(logs)('ledger 10: $folder, all checkpoints and entries', async ({ folder, sizes }) => {
    const vkey = folder === 'tessera-log' ? dataText('tessera-log/log.vkey').trim() : logKey()
    const source = folderSource(folder)
    const heads = []
    for (const size of sizes) {
      const note = dataText(`${folder}/checkpoint.${size}`)
      const { text } = await openNote(note, [parseVerifierKey(vkey)], checks)
      expect(text.split('\n')[1]).toBe(String(size))
      heads.push(parseCheckpoint(note).head)
    }
    for (const to of heads) {
      for (const from of heads.filter(({ size }) => size > 0 && size <= to.size)) {
        checkConsistency({ from, to, path: await proveConsistency(source, from.size, to.size) })
      }
    }
    const last = heads.at(-1) ?? { size: 0, root: new Uint8Array() }
    const entries = await allEntries(source, last.size)
    for (const [index, entry] of entries.entries()) {
      const path = await proveInclusion(source, index, last.size)
      checkInclusion({ index, size: last.size, leafHash: leafHash(entry), root: last.root, path })
    }
    expect(headOf(await edgeFromTiles(source, last.size, entriesOf))).toEqual(last)
  })

  it.each(logs)('ledger 10: $folder, our writer makes the same files', async ({ folder, sizes }) => {
    const entries = await allEntries(folderSource(folder), sizes.at(-1) ?? 0)
    let edge: Edge = EMPTY_EDGE
    let compared = 0
    for (const size of sizes) {
      const grown = append(edge, entries.slice(edge.size, size))
      expect(base64(grown.head.root)).toBe(base64(parseCheckpoint(dataText(`${folder}/checkpoint.${size}`)).head.root))
      for (const { path, bytes } of grown.writes) {
        expect(existsSync(join(dataFolder, folder, path)), path).toBe(true)
        expect(new Uint8Array(readFileSync(join(dataFolder, folder, path))), path).toEqual(bytes)
        compared += 1
      }
      edge = grown.edge
      expect(decodeEdge(encodeEdge(edge), entriesOf)).toEqual(edge)
    }
    expect(compared).toBe(folder === 'tessera-log' ? 30 : 20)
  })

  it('ledger 10: own/log-592, proofs and tlog-proofs as the Go program wrote them', async () => {
    const data = dataJson<Log592>('own/log-592.json')
    const source = folderSource('own/log-592')
    for (const { from, to, proof } of data.consistency) {
      expect((await proveConsistency(source, from, to)).map(base64)).toEqual(proof)
      expect((await evidencePath(source, from, to)).slice(-proof.length).map(base64)).toEqual(proof)
    }
    const policy = parsePolicy(new TextEncoder().encode(`log ${logKey()}\nquorum none\n`))
    for (const { index, size, leaf, proof, tlogProof } of data.inclusion) {
      expect((await proveInclusion(source, index, size)).map(base64)).toEqual(proof)
      const parsed = parseTlogProof(tlogProof)
      const { head } = await openCheckpoint(parsed.checkpoint, policy, checks)
      const hash = leafHash(fromBase64(leaf) ?? new Uint8Array())
      checkInclusion({ index: parsed.index, size: head.size, root: head.root, path: parsed.path, leafHash: hash })
    }
  })
})

interface Log592 {
  keys: Record<string, { vkey: string }>
  consistency: { from: number; to: number; proof: string[] }[]
  inclusion: { index: number; size: number; leaf: string; proof: string[]; tlogProof: string }[]
}

function logKey(): string {
  return dataJson<Log592>('own/log-592.json').keys['safety.example/log/actions']?.vkey ?? ''
}
