import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { distanceBits, type Pdq, parsePdq, pdqOfWords } from '../pdq/value.ts'
import { createFlatIndex, RESULT_ROWS } from './hamming.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000 : 60
const random = fc.uint32Array({ minLength: 8, maxLength: 8 }).map(pdqOfWords)

/** The same hash with some of its bits turned. */
function turned(pdq: Pdq, bits: readonly number[]): Pdq {
  const value = [...new Set(bits)].reduce((hash, bit) => hash ^ (1n << BigInt(bit)), BigInt(`0x${pdq}`))
  return value.toString(16).padStart(64, '0') as Pdq
}

describe('the index', () => {
  test('matching 10, 18: finds exactly what a look at every entry finds, at every distance from 0 to 31', () => {
    const near = fc.array(fc.array(fc.nat(255), { maxLength: 40 }), { maxLength: 60 })
    fc.assert(
      fc.property(random, near, fc.array(random, { maxLength: 20 }), (query, flips, others) => {
        const entries = [...new Set([...flips.map((bits) => turned(query, bits)), ...others])]
        const index = createFlatIndex()
        const rows = entries.map((entry) => index.add(entry))
        for (let within = 0; within <= 31; within += 1) {
          const expected = entries
            .map((entry, i) => ({ row: rows[i], distance: distanceBits(entry, query) }))
            .filter(({ distance }) => distance <= within)
            .sort((a, b) => a.distance - b.distance || (a.row ?? 0) - (b.row ?? 0))
          const found = index.find(query, within)
          expect([...found.rows]).toEqual(expected.map(({ row }) => row))
          expect([...found.distances]).toEqual(expected.map(({ distance }) => distance))
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('within means at most: 31 bits are found within 31, 32 bits are not', () => {
    const index = createFlatIndex()
    const query = pdqOfWords(new Uint32Array(8).fill(0x0f0f0f0f))
    const bits = Array.from({ length: 33 }, (_, i) => i * 7)
    for (const count of [31, 32, 33]) index.add(turned(query, bits.slice(0, count)))
    expect([...index.find(query, 31).distances]).toEqual([31])
    expect([...index.find(query, 47).distances]).toEqual([31, 32, 33])
    expect(() => index.find(query, 64)).toThrow('expected a distance of 0 to 63 bits, found 64')
  })

  test('matching 20: a removed entry is not found again, a hash added twice is one row', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(9), fc.boolean()), { maxLength: 60 }), random, (acts, base) => {
        const index = createFlatIndex()
        const live = new Map<Pdq, number>()
        for (const [which, adds] of acts) {
          const pdq = turned(base, [which])
          const row = live.get(pdq)
          if (adds) {
            const added = index.add(pdq)
            if (row !== undefined) expect(added).toBe(row)
            live.set(pdq, added)
          } else if (row !== undefined) {
            index.remove(row)
            live.delete(pdq)
          }
        }
        expect(index.rows).toBe(live.size)
        expect([...index.find(base, 1).rows].sort()).toEqual([...live.values()].sort())
      }),
      { numRuns: RUNS },
    )
  })

  test('matching 16: an answer is cut at 4,096 rows, with the true count and the nearest first', () => {
    const index = createFlatIndex()
    const base = pdqOfWords(new Uint32Array(8).fill(0x33333333))
    for (let i = 0; i < 5_000; i += 1) index.add(turned(base, [i % 256, 255 - (Math.floor(i / 256) % 200)]))
    const exact = index.add(base)
    const found = index.find(base, 31)
    expect(found.more).toBe(true)
    expect(found.count).toBe(index.rows)
    expect(found.rows.length).toBe(RESULT_ROWS)
    expect([found.rows[0], found.distances[0]]).toEqual([exact, 0])
  })

  test('matching 18: an index of none and of one gives right answers', () => {
    const index = createFlatIndex()
    const one = pdqOfWords(new Uint32Array(8).fill(0x55555555))
    expect(index.find(one, 31).count).toBe(0)
    index.add(one)
    expect(index.find(one, 0).count).toBe(1)
  })
})

const hashes = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(hashes)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${hashes}`)
if (!present) console.warn(`SKIPPED matching C-5: no conformance data in ${hashes}`)

test.skipIf(!present)('matching 8, C-5: counts the reference pairs at every distance', () => {
  const read = (name: string) =>
    readFileSync(join(hashes, 'hashes', name), 'utf8')
      .split('\n')
      .flatMap((line) => parsePdq(line.trim().slice(0, 64)) ?? [])
  const expected: { search: { pairs_within: readonly number[] } } = JSON.parse(
    readFileSync(join(hashes, 'expected.json'), 'utf8'),
  )
  const index = createFlatIndex()
  // Equal hashes share a row, so rows count as often as their hash stands in the haystack.
  const owners = new Map<number, number>()
  for (const hash of read('haystack.txt')) {
    const row = index.add(hash)
    owners.set(row, (owners.get(row) ?? 0) + 1)
  }
  const needles = read('needles.txt')
  const counted = expected.search.pairs_within.map((_, within) =>
    needles
      .flatMap((needle) => [...index.find(needle, within).rows])
      .reduce((sum, row) => sum + (owners.get(row) ?? 0), 0),
  )
  expect(counted).toEqual(expected.search.pairs_within)
})
