import fc from 'fast-check'
import { expect, test } from 'vitest'
import { DigestShard } from './digest-shard.ts'
import { DigestTable, SECRET_WORDS } from './digest-table.ts'
import { type Digest, parseDigest } from './digests.ts'

const secret = globalThis.crypto.getRandomValues(new Uint32Array(SECRET_WORDS))
const digest = (text: string) => parseDigest(text) ?? expect.fail(`${text} is a digest`)

test('a digest is found for each entry that holds it, until the last one goes', () => {
  const table = new DigestTable(secret)
  const file = digest('B'.repeat(64))
  table.add(file, 3)
  table.add(file, 3)
  table.add(file, 8)
  expect(table.find(digest('b'.repeat(64)))).toEqual([3, 8])
  table.remove(file, 3)
  expect(table.find(file)).toEqual([8])
  table.remove(file, 8)
  expect([table.find(file), table.size]).toEqual([[], 0])
})

test('a table wants all of its random numbers: with fewer, some digests would be easy to bring together', () => {
  expect(() => new DigestTable(secret.subarray(1))).toThrow('expected 8192 random numbers, found 8191')
})

test('digests of different lengths that begin alike are different ones', () => {
  const table = new DigestTable(secret)
  for (const length of [32, 40, 64]) table.add(digest('a'.repeat(length)), length)
  for (const length of [32, 40, 64]) expect(table.find(digest('a'.repeat(length)))).toEqual([length])
  expect([table.size, table.find(digest('b'.repeat(64)))]).toEqual([3, []])
})

/** Few values, so that they are met again; all bytes of some differ in one place only. */
const keys = fc.array(fc.nat({ max: 9 }), { minLength: 2, maxLength: 2 }).map((two) => Uint8Array.from(two))
const acts = fc.array(fc.tuple(fc.constantFrom('add', 'remove'), keys, fc.nat({ max: 3 })), {
  maxLength: 400,
  size: 'max',
})

test('matching 18: a table does what a map of sets does, also where most digests want the same slot', () => {
  fc.assert(
    fc.property(acts, fc.constantFrom(1, 2, 3, 7, 64, 2 ** 31), (all, hashes) => {
      const shard = new DigestShard(2, (key) => ((key[0] ?? 0) * 10 + (key[1] ?? 0)) % hashes)
      const model = new Map<string, Set<number>>()
      for (const [act, key, entry] of all) {
        const held = model.get(key.join()) ?? new Set()
        if (act === 'add') {
          shard.add(key, entry)
          model.set(key.join(), held.add(entry))
        } else {
          shard.remove(key, entry)
          held.delete(entry)
          if (held.size === 0) model.delete(key.join())
        }
      }
      expect(shard.rows).toBe(model.size)
      const found = new Map<string, readonly number[]>()
      for (let a = 0; a <= 9; a += 1)
        for (let b = 0; b <= 9; b += 1) {
          const entries = shard.find(Uint8Array.of(a, b))
          if (entries.length > 0) found.set(`${a},${b}`, entries)
        }
      expect(found).toEqual(new Map([...model].map(([key, entries]) => [key, [...entries]])))
    }),
    { numRuns: 150 },
  )
})

const ROWS = process.env.LAMPLIGHTER_DEEP === '1' ? 3_000_000 : 40_000

/** A number as a digest, in words that look drawn. */
function drawn(n: number): Digest {
  const words = Array.from({ length: 8 }, (_, word) => Math.imul(n ^ (word * 0x632be5ab), 0x9e3779b1) >>> 0)
  return digest(words.map((word) => word.toString(16).padStart(8, '0')).join(''))
}

test(`matching 31: ${ROWS} digests take less than 64 bytes each, and all of them are found`, () => {
  const table = new DigestTable(secret)
  const digests = Array.from({ length: ROWS }, (_, n) => drawn(n))
  for (const [n, one] of digests.entries()) table.add(one, n)
  expect(table.size).toBe(ROWS)
  expect(table.bytes / ROWS).toBeLessThan(64)
  const lost = digests.filter((one, n) => table.find(one)[0] !== n)
  expect([lost, table.find(drawn(ROWS))]).toEqual([[], []])
  for (const [n, one] of digests.entries()) if (n % 2 === 0) table.remove(one, n)
  const left = digests.flatMap((one) => table.find(one))
  expect([table.size, left]).toEqual([ROWS / 2, Array.from({ length: ROWS / 2 }, (_, n) => 2 * n + 1)])
}, 300_000)
