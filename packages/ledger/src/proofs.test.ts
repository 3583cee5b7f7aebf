import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { append, decodeEdge, EMPTY_EDGE, encodeEdge, headOf } from './append.ts'
import { bigEndian } from './bytes.ts'
import { LedgerError } from './errors.ts'
import { checkConsistency, checkInclusion } from './proofs.ts'
import { evidencePath, proveConsistency, proveInclusion } from './prove.ts'
import { sha256 } from './sha256.ts'
import { bundlePath, entriesOf, type TileSource, tilePath } from './tiles.ts'
import { isPowerOfTwo, leafHash, nodeHash } from './tree.ts'

const deep = process.env.LAMPLIGHTER_DEEP === '1'
const entry = (i: number) => bigEndian(i, 8)

/** RFC 6962 §2.1, word for word, over big integers; slow. */
const model = {
  split(n: bigint): bigint {
    let k = 1n
    while (k * 2n < n) k *= 2n
    return k
  },
  root(entries: Uint8Array[]): Uint8Array {
    const [first] = entries
    if (first === undefined) return sha256(new Uint8Array())
    if (entries.length === 1) return leafHash(first)
    const k = Number(this.split(BigInt(entries.length)))
    return nodeHash(this.root(entries.slice(0, k)), this.root(entries.slice(k)))
  },
  path(m: number, entries: Uint8Array[]): Uint8Array[] {
    if (entries.length === 1) return []
    const k = Number(this.split(BigInt(entries.length)))
    if (m < k) return [...this.path(m, entries.slice(0, k)), this.root(entries.slice(k))]
    return [...this.path(m - k, entries.slice(k)), this.root(entries.slice(0, k))]
  },
  proof(m: number, entries: Uint8Array[], whole = true): Uint8Array[] {
    if (m === entries.length) return whole ? [] : [this.root(entries)]
    const k = Number(this.split(BigInt(entries.length)))
    if (m <= k) return [...this.proof(m, entries.slice(0, k), whole), this.root(entries.slice(k))]
    return [...this.proof(m - k, entries.slice(k), false), this.root(entries.slice(0, k))]
  },
}

/** The tiles of a tree grown in two steps. */
function grown(size: number, first: number): { source: TileSource; entries: Uint8Array[]; root: Uint8Array } {
  const entries = Array.from({ length: size }, (_, i) => entry(i))
  const before = append(EMPTY_EDGE, entries.slice(0, first))
  const after = append(before.edge, entries.slice(first))
  const files = new Map([...before.writes, ...after.writes].map(({ path, bytes }) => [path, bytes]))
  const read = async (path: string) => files.get(path) ?? expect.fail(`no file ${path}`)
  const source = {
    tile: (level: number, n: number, width: number) => read(tilePath(level, n, width)),
    bundle: (n: number, width: number) => read(bundlePath(n, width)),
  }
  expect(headOf(decodeEdge(encodeEdge(after.edge), entriesOf))).toEqual(after.head)
  return { source, entries, root: after.head.root }
}

const sizes = fc.integer({ min: 1, max: deep ? 5_000 : 700 })

describe('proofs', () => {
  it('ledger 6: of random trees equal the model of RFC 6962 and pass', async () => {
    const places = fc.tuple(sizes, fc.nat(), fc.nat(), fc.nat())
    await fc.assert(
      fc.asyncProperty(places, async ([size, a, b, c]) => {
        const index = a % size
        const from = 1 + (b % size)
        const { source, entries, root } = grown(size, c % (size + 1))
        expect(root).toEqual(model.root(entries))
        const path = await proveInclusion(source, index, size)
        expect(path).toEqual(model.path(index, entries))
        checkInclusion({ index, size, leafHash: leafHash(entry(index)), root, path })
        const growth = await proveConsistency(source, from, size)
        expect(growth).toEqual(model.proof(from, entries))
        const older = { size: from, root: model.root(entries.slice(0, from)) }
        checkConsistency({ from: older, to: { size, root }, path: growth })
        const written = await evidencePath(source, from, size)
        expect(written.length - growth.length).toBe(from < size && isPowerOfTwo(from) ? 1 : 0)
      }),
      { numRuns: deep ? 300 : 40 },
    )
  })

  it('ledger 6: any flipped bit, dropped, doubled or swapped hash is refused', async () => {
    const refused = (run: () => void) => expect(run).toThrow(LedgerError)
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 2, max: 300 }), fc.nat(), fc.nat(), async (size, a, b) => {
        const index = a % size
        const from = 1 + (b % (size - 1))
        const { source, entries, root } = grown(size, 0)
        const leaf = leafHash(entry(index))
        const path = await proveInclusion(source, index, size)
        for (const wrong of spoiled(path, a))
          refused(() => checkInclusion({ index, size, leafHash: leaf, root, path: wrong }))
        refused(() => checkInclusion({ index: (index + 1) % size, size, leafHash: leaf, root, path }))
        const older = { size: from, root: model.root(entries.slice(0, from)) }
        const growth = await proveConsistency(source, from, size)
        for (const wrong of spoiled(growth, b))
          refused(() => checkConsistency({ from: older, to: { size, root }, path: wrong }))
        refused(() =>
          checkConsistency({ from: { ...older, root: leafHash(entry(size + 1)) }, to: { size, root }, path: growth }),
        )
      }),
      { numRuns: deep ? 1_000 : 60 },
    )
  })

  it('ledger 5: at sizes up to 2^53 − 1 and index 2^40, made by a slow big-integer model', () => {
    const top = 2n ** 53n - 1n
    const places: [bigint, bigint][] = [
      [2n ** 40n, 2n ** 40n + 1n],
      [2n ** 40n, 2n ** 41n],
      [2n ** 40n, top],
      [2n ** 40n + 12_345n, 2n ** 52n + 77n],
      [0n, top],
      [top - 1n, top],
      [2n ** 52n - 1n, top],
      [2n ** 32n, 2n ** 32n + 2n],
    ]
    for (const [index, size] of places) {
      const leaf = leafHash(entry(1))
      const { root, path } = bigInclusion(index, size, leaf)
      checkInclusion({ index: Number(index), size: Number(size), leafHash: leaf, root, path })
      expect(() =>
        checkInclusion({ index: Number(index) + 1, size: Number(size), leafHash: leaf, root, path }),
      ).toThrow()
      const from = index + 1n
      const { older, newer, growth } = bigGrowth(from, size)
      if (from < size) {
        const heads = { from: { size: Number(from), root: older }, to: { size: Number(size), root: newer } }
        checkConsistency({ ...heads, path: growth })
        expect(() => checkConsistency({ ...heads, path: growth.slice(1) })).toThrow(LedgerError)
      }
    }
    const far = { index: 2 ** 53, size: 2 ** 53 + 2, leafHash: leafHash(entry(0)), root: leafHash(entry(0)), path: [] }
    expect(() => checkInclusion(far)).toThrow(expect.objectContaining({ code: 'bad_proof' }))
  })
})

/** Every way to spoil a path a little. */
function spoiled(path: Uint8Array[], at: number): Uint8Array[][] {
  const i = path.length === 0 ? 0 : at % path.length
  const chosen = path[i]
  if (chosen === undefined) return [[leafHash(entry(5))]]
  const bit = new Uint8Array(chosen)
  bit[at % 32] = (bit[at % 32] ?? 0) ^ (1 << (at % 8))
  const swapped = path.length > 1 ? [[...path.slice(1), path[0] as Uint8Array]] : []
  return [
    path.with(i, bit),
    path.toSpliced(i, 1),
    path.toSpliced(i, 0, chosen),
    path.with(i, chosen.subarray(1)),
    ...swapped,
  ]
}

let made = 0
const anyHash = () => {
  made += 1
  return leafHash(entry(made))
}

function bigInclusion(index: bigint, size: bigint, leaf: Uint8Array): { root: Uint8Array; path: Uint8Array[] } {
  if (size === 1n) return { root: leaf, path: [] }
  const k = model.split(size)
  const beside = anyHash()
  const inner = index < k ? bigInclusion(index, k, leaf) : bigInclusion(index - k, size - k, leaf)
  const root = index < k ? nodeHash(inner.root, beside) : nodeHash(beside, inner.root)
  return { root, path: [...inner.path, beside] }
}

function bigGrowth(
  from: bigint,
  size: bigint,
  whole = true,
): { older: Uint8Array; newer: Uint8Array; growth: Uint8Array[] } {
  if (from === size) {
    const root = anyHash()
    return { older: root, newer: root, growth: whole ? [] : [root] }
  }
  const k = model.split(size)
  const beside = anyHash()
  if (from <= k) {
    const inner = bigGrowth(from, k, whole)
    return { older: inner.older, newer: nodeHash(inner.newer, beside), growth: [...inner.growth, beside] }
  }
  const inner = bigGrowth(from - k, size - k, false)
  return {
    older: nodeHash(beside, inner.older),
    newer: nodeHash(beside, inner.newer),
    growth: [...inner.growth, beside],
  }
}
