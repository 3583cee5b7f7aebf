import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { own, shared } from '../../test/kernels.ts'
import { apart, type Draw, distance, drawFrom, placeOf, withBits, withChunks } from '../../test/sets.ts'
import { bytesOfPdq, parsePdq } from '../pdq/value.ts'
import { FlatIndex } from './flat.ts'
import { mergeSegments } from './merge.ts'
import { RESULT_ROWS } from './nearby.ts'
import { createIndex, type RingIndex, settle } from './ring.ts'
import { buildSegment } from './segments.ts'

const QUERIES = process.env.LAMPLIGHTER_DEEP === '1' ? 1_000_000 : 20_000
const DISTANCES = Array.from({ length: 32 }, (_, within) => within)

/** Shapes of sets: each draws one more hash, given those that are there. */
const shapes: Readonly<Record<string, (draw: Draw, there: readonly Uint8Array[]) => Uint8Array>> = {
  random: (draw) => draw.hash(),
  clustered: (draw, there) =>
    there.length === 0 || draw.below(10) === 0 ? draw.hash() : apart(pick(draw, there), draw.below(40), draw),
  'few values a chunk': (draw) =>
    withChunks(new Map(Array.from({ length: 8 }, (_, i) => [(2 * i + draw.below(2)) % 16, draw.below(4)])), draw),
  'one chunk of zeros': (draw) => withChunks(new Map([[5, 0]]), draw),
  'two neighbours shared': (draw) =>
    withChunks(
      new Map([
        ...(draw.below(10) === 0
          ? ([
              [3, 7],
              [4, 9],
            ] as const)
          : []),
      ]),
      draw,
    ),
  doubled: (draw, there) => (there.length > 0 && draw.below(2) === 0 ? pick(draw, there) : draw.hash()),
}

const sizes = [0, 1, 2, 3, 7, 8, 9, 63, 64, 65, 255, 257, 1_023, 1_025, 2_047, 2_049, 4_097]

function pick(draw: Draw, hashes: readonly Uint8Array[]): Uint8Array {
  return hashes[draw.below(hashes.length)] ?? draw.hash()
}

/** An index, its twin, and what they hold; every act is done to both. */
class Pair {
  readonly index: RingIndex
  readonly twin = new FlatIndex()
  readonly hashes: Uint8Array[] = []
  readonly #modules: typeof shared
  readonly #draw: Draw

  constructor(modules: typeof shared, draw: Draw) {
    this.#modules = modules
    this.#draw = draw
    this.index = createIndex(modules)
  }

  add(hash: Uint8Array): void {
    const row = this.index.add(hash)
    expect(row).toBe(this.twin.add(hash))
    this.hashes[row] = hash
  }

  removeOne(): void {
    const row = this.#draw.below(this.hashes.length)
    this.index.remove(row)
    this.twin.remove(row)
  }

  /** Rows come and go while the merge is under way, as they do where a worker makes it. */
  merge(shape: (draw: Draw, there: readonly Uint8Array[]) => Uint8Array): void {
    const plan = this.index.plan({ all: true, purge: true })
    if (plan === undefined) return
    const early = this.#draw.below(2) === 0 ? mergeSegments(this.#modules, plan) : undefined
    for (let i = this.#draw.below(20); i > 0; i -= 1) this.add(shape(this.#draw, this.hashes))
    for (let i = this.#draw.below(20); i > 0; i -= 1) this.removeOne()
    this.index.swap(plan, early ?? mergeSegments(this.#modules, plan))
  }

  /** Compares one query at one distance; true when something was found. */
  ask(query: Uint8Array, within: number): boolean {
    const found = this.index.find(query, within)
    const expected = this.twin.find(query, within)
    if (
      !same(found.rows, expected.rows) ||
      !same(found.distances, expected.distances) ||
      found.count !== expected.count
    )
      expect.fail(
        `within ${within}: found rows ${found.rows} of ${found.count}, expected ${expected.rows} of ${expected.count}`,
      )
    return found.count > 0
  }
}

const same = (a: ArrayLike<number>, b: ArrayLike<number>): boolean => {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false
  return true
}

describe.each([
  ['with a memory of its own', own],
  ['on shared memory', shared],
])('the index %s', (_, modules) => {
  test.each(Object.entries(shapes))(
    'matching 18: equals brute force at every distance on sets that are %s',
    (name, shape) => {
      const draw = drawFrom(name.length)
      const each = QUERIES / Object.keys(shapes).length / 2
      let asked = 0
      let found = 0
      while (asked < each) {
        for (const size of sizes) {
          const pair = new Pair(modules, draw)
          for (let i = 0; i < size; i += 1) pair.add(shape(draw, pair.hashes))
          // A round: part of it still fresh, part of it merged, some of it gone.
          for (let round = 0; round < 4 && asked < each; round += 1) {
            pair.merge(shape)
            for (let i = draw.below(30); i > 0; i -= 1) pair.add(shape(draw, pair.hashes))
            for (let i = draw.below(10); i > 0 && pair.hashes.length > 0; i -= 1) pair.removeOne()
            const base = draw.below(3) === 0 ? draw.hash() : pick(draw, pair.hashes)
            for (const within of DISTANCES) if (pair.ask(apart(base, draw.below(34), draw), within)) found += 1
            asked += DISTANCES.length
          }
          expect(pair.index.rows).toBe(pair.twin.rows)
        }
      }
      expect(found).toBeGreaterThan(asked / 20)
    },
    3_600_000,
  )
})

describe('what is hard', () => {
  const draw = drawFrom(7)
  const rows = 100_000
  const hashes = new Uint8Array(32 * rows)
  for (let row = 0; row < rows; row += 1) hashes.set(draw.hash(), 32 * row)
  const index = createIndex(shared, [buildSegment(shared, hashes)])

  /** Differing bits a chunk, so that they come to `bits`. */
  const spreads: Readonly<Record<string, (bits: number) => number[]>> = {
    'two in each': (bits) =>
      filled(
        bits,
        Array.from({ length: 16 }, () => 2),
      ),
    'three and one in turn': (bits) =>
      filled(
        bits,
        Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 3 : 1)),
      ),
    'one and three in turn': (bits) =>
      filled(
        bits,
        Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 1 : 3)),
      ),
    'all in two': (bits) =>
      filled(
        bits,
        Array.from({ length: 16 }, (_, i) => (i === 3 || i === 11 ? 16 : 0)),
      ),
    'all in two neighbours': (bits) =>
      filled(
        bits,
        Array.from({ length: 16 }, (_, i) => (i === 15 || i === 0 ? 16 : 0)),
      ),
    anywhere: (bits) =>
      filled(
        bits,
        Array.from({ length: 16 }, () => draw.below(5)),
      ),
  }

  /** Goes round, from a chunk drawn by chance, until the number of bits is right. */
  function filled(bits: number, wanted: readonly number[]): number[] {
    const chunks = [...wanted]
    const turn = draw.below(16)
    for (let sum = chunks.reduce((a, b) => a + b, 0), i = turn; sum !== bits; i += 1) {
      const at = i % 16
      const step = sum < bits ? 1 : -1
      const value = (chunks[at] ?? 0) + step
      if (value < 0 || value > 16) continue
      chunks[at] = value
      sum += step
    }
    return chunks
  }

  function spread(hash: Uint8Array, chunks: readonly number[]): Uint8Array {
    const bits = chunks.flatMap((count, chunk) => {
      const first = draw.below(16)
      const step = 1 + 2 * draw.below(8)
      return Array.from({ length: count }, (_, i) => ({ chunk, bit: (first + step * i) % 16 }))
    })
    return withBits(
      hash,
      bits.map(({ chunk, bit }) => placeOf(chunk, bit)),
    )
  }

  test('matching 18: 100,000 planted pairs, with every way to spread 26 to 33 bits: all within 31 are found, nothing beyond', () => {
    let found = 0
    let beyond = 0
    for (let i = 0; i < 100_000; i += 1) {
      const bits = 26 + (i % 8)
      const name = Object.keys(spreads)[Math.floor(i / 8) % 6] ?? ''
      const row = draw.below(rows)
      const entry = hashes.subarray(32 * row, 32 * row + 32)
      const query = spread(entry, spreads[name]?.(bits) ?? [])
      if (distance(entry, query) !== bits) expect.fail(`planted ${distance(entry, query)} bits, not ${bits}`)
      const near = index.find(query, 31)
      if (near.distances.some((distanceBits) => distanceBits > 31)) expect.fail(`${near.distances} within 31`)
      const at = near.rows.indexOf(row)
      if (at >= 0 !== bits <= 31) expect.fail(`${bits} bits, ${name}: ${at >= 0 ? 'found' : 'missed'}`)
      if (at >= 0 && near.distances[at] !== bits) expect.fail(`${near.distances[at]} bits instead of ${bits}`)
      if (at >= 0) found += 1
      else beyond += 1
    }
    expect([found, beyond]).toEqual([75_000, 25_000])
    // The tables found them: a look at every row proves nothing about the chain.
    expect(index.flatScans).toBe(0)
  }, 300_000)

  test('matching 18: at every distance the bound itself is found, and one bit more is not, however they are spread', () => {
    for (const within of DISTANCES) {
      for (const [name, way] of Object.entries(spreads)) {
        for (let i = 0; i < 20; i += 1) {
          const row = draw.below(rows)
          const entry = hashes.subarray(32 * row, 32 * row + 32)
          for (const bits of [within, within + 1]) {
            const near = index.find(spread(entry, way(bits)), within)
            if (near.rows.includes(row) !== bits <= within) expect.fail(`${bits} bits within ${within}, ${name}`)
          }
        }
      }
    }
    expect(index.flatScans).toBe(0)
  })

  test('matching 10: hits are exactly those within, 31 bits are found within 31, 32 are not; 47 looks at every row; 64 is refused', () => {
    const query = draw.hash()
    const few = createIndex(shared)
    for (let bits = 0; bits <= 33; bits += 1) few.add(apart(query, bits, draw))
    few.add(apart(query, 47, draw))
    few.add(apart(query, 48, draw))
    for (const state of ['fresh', 'merged']) {
      for (const within of [0, 15, 16, 30, 31]) {
        const expected = Array.from({ length: within + 1 }, (_, bits) => bits)
        expect([...few.find(query, within).distances], state).toEqual(expected)
      }
      expect(few.find(query, 47).distances.at(-1)).toBe(47)
      expect(few.find(query, 47).count).toBe(35)
      for (const wrong of [64, -1, 1.5])
        expect(() => few.find(query, wrong)).toThrow(`expected a distance of 0 to 63 bits, found ${wrong}`)
      settle(shared, few, { all: true })
    }
    expect(few.segments.length).toBe(1)
  })

  test('matching 16: a hash that comes 200,000 times is one row; 5,000 near ones are counted, with the nearest first', () => {
    const many = createIndex(shared)
    const base = draw.hash()
    for (let i = 0; i < 200_000; i += 1) many.add(base)
    expect(many.rows).toBe(1)
    // Two bits of each other hash, in as many ways.
    for (let a = 0; many.rows < 5_001; a += 1) for (let b = 0; b < a; b += 1) many.add(withBits(base, [a, b]))
    const bytes = many.bytes
    for (const state of ['fresh', 'merged']) {
      const found = many.find(base, 31)
      expect(found.more, state).toBe(true)
      expect(found.count).toBe(many.rows)
      expect(found.rows.length).toBe(RESULT_ROWS)
      expect([found.rows[0], found.distances[0]]).toEqual([0, 0])
      // The answer goes on where it was cut: every row once, no nearer one after a farther one.
      const last = { distance: found.distances.at(-1) ?? 0, row: found.rows.at(-1) ?? 0 }
      const rest = many.find(base, 31, last)
      expect(new Set([...found.rows, ...rest.rows]).size).toBe(many.rows)
      expect(found.rows.length + rest.rows.length).toBe(many.rows)
      expect(Math.min(...rest.distances)).toBeGreaterThanOrEqual(last.distance)
      settle(shared, many, { all: true })
    }
    expect(bytes).toBeLessThan(4 * 1024 * 1024)
  })

  test('matching 17: rows that crowd in one bucket of each table are scanned, and the answer is that of brute force', () => {
    const crowd = createIndex(shared)
    const twin = new FlatIndex()
    const keys = Array.from({ length: 16 }, () => draw.below(65_536))
    for (let i = 0; i < 40_000; i += 1) {
      const hash = withChunks(new Map([[i % 16, keys[i % 16] ?? 0]]), draw)
      expect(crowd.add(hash)).toBe(twin.add(hash))
    }
    settle(shared, crowd, { all: true })
    const query = withChunks(new Map(keys.map((key, chunk) => [chunk, key])), draw)
    for (const within of [31, 16, 15]) {
      const before = crowd.flatScans
      expect(crowd.find(query, within)).toEqual(twin.find(query, within))
      expect(crowd.flatScans).toBe(before + 1)
    }
  })

  test('matching 17: more candidates than one block holds are all worked off', () => {
    // All rows share two neighbouring chunks with the query, and few of its buckets are full: a quarter is not reached, a block is.
    const rows = 4_500_000
    const many = new Uint8Array(32 * rows)
    const words = new Uint32Array(many.buffer)
    for (let i = 0; i < words.length; i += 1) words[i] = draw.below(2 ** 32)
    const crowded = 69_000
    for (let row = 0; row < crowded; row += 1) {
      many.set(
        withChunks(
          new Map([
            [3, 7],
            [4, 9],
          ]),
          draw,
        ),
        32 * row,
      )
    }
    const planted = crowded - 1
    const query = apart(many.subarray(32 * planted, 32 * planted + 32), 0, draw)
    const segment = buildSegment(shared, many)
    const found = segment.find(query, 31)
    expect(found.flat).toBe(false)
    expect([...found.nearest]).toContain(planted)
    expect(segment.find(query, 40).count).toBeGreaterThanOrEqual(found.count)
  }, 120_000)

  test('matching 18: segments of none, one and two rows give right answers', () => {
    const [one, two] = [draw.hash(), draw.hash()]
    for (const hashes of [[], [one], [one, two]]) {
      const segment = buildSegment(shared, Uint8Array.from(hashes.flatMap((hash) => [...hash])))
      expect(segment.find(one, 31).count).toBe(hashes.length > 0 ? 1 : 0)
      expect(segment.find(apart(two, 31, draw), 31).count).toBe(hashes.length > 1 ? 1 : 0)
    }
  })

  test('matching 20: a removed row of few bits is not found through its emptied hash, fresh or merged', () => {
    const some = createIndex(shared)
    const sparse = withBits(
      new Uint8Array(32),
      Array.from({ length: 24 }, (_, i) => 9 * i),
    )
    const rows = [sparse, apart(sparse, 1, draw), apart(sparse, 2, draw)].map((hash) => some.add(hash))
    while (some.rows < 3_000) some.add(draw.hash())
    some.remove(rows[1] ?? 0)
    expect([...some.find(sparse, 31).rows]).toEqual([rows[0], rows[2]])
    settle(shared, some, { all: true })
    for (const row of rows) some.remove(row)
    for (const within of [31, 40]) expect(some.find(sparse, within).count).toBe(0)
  })

  test('a row of the next bucket counts once, however many rows stand before it', () => {
    // Keys 7 and 8 are neighbours in the table and four bits apart: a step that looks beyond its bucket sees a row that only other tables find.
    const query = withChunks(new Map([[0, 7]]), draw)
    const next = withBits(
      query,
      [0, 1, 2, 3].map((bit) => placeOf(0, bit)),
    )
    for (let before = 0; before <= 34; before += 1) {
      const crowd = Array.from({ length: before }, () => withChunks(new Map([[0, 7]]), draw))
      const rest = Array.from({ length: 5_000 }, () => draw.hash())
      const segment = buildSegment(shared, Uint8Array.from([...crowd, next, ...rest].flatMap((hash) => [...hash])))
      const { count, nearest, flat } = segment.find(query, 31)
      expect([count, [...nearest], flat], `${before} before`).toEqual([1, [(4 << 24) | before], false])
    }
  })

  test('a plan that is not the last one is refused, and a dropped one leaves its sources', () => {
    const some = createIndex(own)
    const row = some.add(draw.hash())
    const first = some.plan({ all: true })
    expect(some.plan({ all: true })).toBeUndefined()
    if (first === undefined) return expect.fail('there is something to merge')
    some.drop(first)
    const second = some.plan({ all: true })
    if (second === undefined) return expect.fail('there is still something to merge')
    expect(() => some.swap(first, mergeSegments(own, first))).toThrow('expected the plan that was made last')
    some.swap(second, mergeSegments(own, second))
    expect(some.rows).toBe(1)
    some.remove(row)
    settle(own, some)
    expect(some.rows).toBe(0)
    const purge = some.plan({ purge: true })
    if (purge === undefined) return expect.fail('what was removed leaves memory')
    some.swap(purge, mergeSegments(own, purge))
    expect(some.segments).toEqual([])
  })
})

const folder = join(process.env.LAMPLIGHTER_CONFORMANCE ?? '../shared/data', 'matching')
const present = existsSync(folder)
if (!present && process.env.CI === 'true') throw new Error(`conformance data is missing: ${folder}`)
if (!present) console.warn(`SKIPPED matching C-5: no conformance data in ${folder}`)

test.skipIf(!present)('matching 8, C-5: index, flat scan and twin count the reference pairs at every distance', () => {
  const read = (name: string) =>
    readFileSync(join(folder, 'hashes', name), 'utf8')
      .split('\n')
      .flatMap((line) => parsePdq(line.trim().slice(0, 64)) ?? [])
      .map(bytesOfPdq)
  const expected: { search: { pairs_within: readonly number[] } } = JSON.parse(
    readFileSync(join(folder, 'expected.json'), 'utf8'),
  )
  const [fresh, ring, twin] = [createIndex(shared), createIndex(shared), new FlatIndex()]
  // Equal hashes share a row, so rows count as often as their hash stands in the haystack.
  const owners = new Map<number, number>()
  for (const hash of read('haystack.txt')) {
    const row = ring.add(hash)
    expect([fresh.add(hash), twin.add(hash)]).toEqual([row, row])
    owners.set(row, (owners.get(row) ?? 0) + 1)
  }
  settle(shared, ring, { all: true })
  const needles = read('needles.txt')
  for (const index of [fresh, ring, twin]) {
    const counted = expected.search.pairs_within.map((_, within) =>
      needles
        .flatMap((needle) => [...index.find(needle, within).rows])
        .reduce((sum, row) => sum + (owners.get(row) ?? 0), 0),
    )
    expect(counted).toEqual(expected.search.pairs_within)
  }
})
