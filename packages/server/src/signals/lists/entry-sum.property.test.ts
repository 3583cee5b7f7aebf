import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EntrySum } from './entry-sum.ts'

const summed = (fingerprints: readonly string[]): EntrySum => {
  const sum = new EntrySum()
  for (const one of fingerprints) sum.add(one)
  return sum
}

test('whatever comes and goes, in any order: the sum is that of what is left', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1, maxLength: 16 }), { maxLength: 20 }),
      fc.integer({ min: 0, max: 20 }),
      (all, left) => {
        const sum = summed(all.toReversed())
        for (const one of all.slice(left)) sum.take(one)
        const digest = summed(all.slice(0, left)).digest()
        expect(sum.digest()).toBe(digest)
        expect(new EntrySum(sum.bytes()).digest()).toBe(digest)
      },
    ),
  )
})

test('another entry gives another sum, and so does the same one twice', () => {
  expect(summed(['a']).digest()).not.toBe(summed(['b']).digest())
  expect(summed(['a', 'a']).digest()).not.toBe(summed(['a']).digest())
  expect(summed(['ab']).digest()).not.toBe(summed(['a', 'b']).digest())
})

// What docs/matching.md tells outsiders to compute, written down once more with other means.
test('the digest is what its description says', () => {
  const fingerprints = ['one', 'two', 'three'].map((value) => createHash('sha256').update(value).digest('hex'))
  const lanes = Array.from({ length: 1_024 }, () => 0)
  for (const fingerprint of fingerprints) {
    const spread = createHash('shake128', { outputLength: 2_048 }).update(fingerprint, 'utf8').digest()
    for (const lane of lanes.keys()) lanes[lane] = ((lanes[lane] ?? 0) + spread.readUInt16LE(2 * lane)) % 65_536
  }
  const bytes = Buffer.alloc(2_048)
  for (const [lane, value] of lanes.entries()) bytes.writeUInt16LE(value, 2 * lane)
  expect(summed(fingerprints).digest()).toBe(createHash('sha256').update(bytes).digest('hex'))
  expect(new EntrySum().digest()).toBe(createHash('sha256').update(Buffer.alloc(2_048)).digest('hex'))
})
