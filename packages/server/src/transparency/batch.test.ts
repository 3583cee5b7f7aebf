import { randomInt } from 'node:crypto'
import { parseLeaf } from '@lamplighter/ledger'
import { expect, test } from 'vitest'
import { buildBatch, joinLeaves, splitLeaves } from './batch.ts'

const PAD_KEY = new Uint8Array(32).fill(5)
const anchor = { key: new Uint8Array(32).fill(6), text: 'safety.example/log/sealed\n0\nAAAA\n' }
const record = (id: string) => ({ id, class: 0 as const, commitment: new Uint8Array(32).fill(9) })
const build = (below: (limit: number) => number) =>
  buildBatch({ from: 32, records: [record('rec_1')], anchor, padKey: PAD_KEY, period: 7, below })

test('ledger 15: an act can be at any place of its batch, each as likely as the others', () => {
  const RUNS = 1600
  const seen = new Array<number>(16).fill(0)
  for (let run = 0; run < RUNS; run += 1) {
    const at = (build((limit) => randomInt(limit)).places[0]?.index ?? 0) - 32
    seen[at] = (seen[at] ?? 0) + 1
  }
  const expected = RUNS / 16
  const chiSquare = seen.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
  // 15 degrees of freedom: above 44 once in 10,000 fair runs.
  expect(chiSquare).toBeLessThan(44)
})

test('a batch holds its acts, one anchor and pads, and can be built again from its row', () => {
  const { leaves, places } = build(() => 0)
  expect(leaves.length).toBe(16)
  expect(leaves.filter((leaf) => parseLeaf(leaf).class === 2).length).toBe(1)
  expect(new Set(leaves.map((leaf) => Buffer.from(leaf).toString('hex'))).size).toBe(16)
  const at = (places[0]?.index ?? 0) - 32
  expect(parseLeaf(leaves[at] ?? new Uint8Array()).commitment).toEqual(record('rec_1').commitment)
  expect(splitLeaves(joinLeaves(leaves))).toEqual(leaves)
})
