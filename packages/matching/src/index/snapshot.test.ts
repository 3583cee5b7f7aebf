import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { own, shared } from '../../test/kernels.ts'
import { apart, drawFrom } from '../../test/sets.ts'
import { buildSegment } from './segments.ts'
import { readSnapshot, SnapshotError, type Sum, writeSnapshot } from './snapshot.ts'

const draw = drawFrom(19)
const rows = 40_000
const hashes = new Uint8Array(32 * rows)
for (let row = 0; row < rows; row += 1) hashes.set(draw.hash(), 32 * row)
const segment = buildSegment(shared, hashes)
for (const row of [3, 77, rows - 1]) segment.remove(row)
// Row 5 belongs to three entries, removed rows to none.
const counts = Array.from({ length: rows }, (_, row) => (row === 5 ? 3 : segment.isDead(row) ? 0 : 1))
const places = Uint32Array.from({ length: rows + 1 })
for (const [row, count] of counts.entries()) places[row + 1] = (places[row] ?? 0) + count
const of = BigUint64Array.from({ length: places[rows] ?? 0 }, (_, i) => 2n ** 40n + BigInt(i))
const versions = new Uint8Array(32).fill(7)

const sum = (): Sum => {
  const hash = createHash('sha256')
  return { update: (bytes) => void hash.update(bytes), digest: () => new Uint8Array(hash.digest()) }
}

async function written(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  const info = { madeAt: 1_700_000_000_000, versions, owners: { places, of }, sealed: false }
  for await (const piece of writeSnapshot(segment, info, sum)) pieces.push(piece)
  return new Uint8Array(Buffer.concat(pieces))
}

/** In pieces that end where nobody expects it. */
async function* inPieces(bytes: Uint8Array, size = 70_001): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

const refusal = async (bytes: Uint8Array): Promise<string> => {
  const failed = await readSnapshot(own, inPieces(bytes), { sum }).then(
    () => expect.fail('a changed file was loaded'),
    (error: unknown) => error,
  )
  return failed instanceof SnapshotError ? failed.code : expect.fail(String(failed))
}

describe('matching 19: a snapshot', () => {
  test('gives back what was written: hashes, owners, what was removed, and answers', async () => {
    const bytes = await written()
    for (const modules of [own, shared]) {
      const read = await readSnapshot(modules, inPieces(bytes), { sum, idsFrom: 500 })
      expect(read.madeAt).toBe(1_700_000_000_000)
      expect(read.versions).toEqual(versions)
      expect(read.owners).toEqual({ places, of })
      expect(read.segment.live).toBe(rows - 3)
      for (let i = 0; i < 500; i += 1) {
        const query = apart(hashes.subarray(32 * i, 32 * i + 32), 20, draw)
        const [there, here] = [segment.find(query, 31), read.segment.find(query, 31)]
        expect([...here.nearest]).toEqual([...there.nearest])
        expect(here.count).toBe(i === 3 || i === 77 ? 0 : 1)
      }
      expect(read.segment.idOf(0)).toBe(500)
    }
  })

  test('is refused for each byte of the header that changes', async () => {
    const bytes = await written()
    for (let at = 0; at < 4_096; at += 1) {
      const changed = Uint8Array.from(bytes.subarray(0, 8_192))
      changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8))
      const code = await refusal(changed)
      expect(
        at < 7 ? code === 'not_a_snapshot' : at === 7 ? code === 'newer' || code === 'older' : code === 'damaged',
      ).toBe(true)
    }
  })

  test('is refused for a byte of any section that changes, and wherever it is cut short or goes on', async () => {
    const bytes = await written()
    const hashEnd = 4_096 + 32 * rows
    const ownersEnd = hashEnd + 4 * (rows + 1) + 8 * of.length
    const sections = [
      [4_096, hashEnd],
      [hashEnd, ownersEnd],
      [ownersEnd, bytes.length],
    ] as const
    for (const [from, end] of sections) {
      for (const at of [from, end - 1, ...Array.from({ length: 5 }, () => from + draw.below(end - from))]) {
        const changed = Uint8Array.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ (1 << draw.below(8))
        expect(await refusal(changed)).toBe('damaged')
      }
      expect(await refusal(bytes.subarray(0, from + draw.below(end - from)))).toBe('cut_short')
    }
    expect(await refusal(new Uint8Array([...bytes.subarray(0, 4_095)]))).toBe('cut_short')
    expect(await refusal(Uint8Array.from(Buffer.concat([bytes, Uint8Array.of(0)])))).toBe('damaged')
    expect(await refusal(new Uint8Array(0))).toBe('cut_short')
  })
})
