import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Pdq, Segment } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openKeyring } from '../../storage/keyring/index.ts'
import type { ColumnKeyring } from '../../storage/sealer.ts'
import { type House, openHouse } from '../../testing/house.ts'
import { loadList } from '../book.ts'
import { allLists } from '../store.ts'
import { BuildThreads } from './build-threads.ts'
import { ringModules } from './kernel.ts'
import { PictureLists } from './lists.ts'
import { Pictures } from './pictures.ts'
import { snapshotsIn } from './snapshots.ts'
import { hashes, LIST, noKeyring, ROWS, turned } from './testing/hashes.ts'

describe('lists that share the index', () => {
  const pdqs = hashes(6_000, 1)

  test('a hash of several lists is one row, and each list finds its own entry at its own distance', async () => {
    const pictures = new Pictures()
    const [wide, close] = [pictures.open(), pictures.open()]
    for (const [n, pdq] of pdqs.entries()) {
      pictures.add(wide, n + 1, pdq)
      if (n % 2 === 0) pictures.add(close, n + 10_001, pdq)
    }
    await pictures.settle(true)
    expect(pictures.index.rows).toBe(6_000)
    for (const bits of [0, 15, 16, 17, 31, 32]) {
      for (const n of [0, 1, 4_444, 5_999]) {
        const pdq = turned(pdqs[n] ?? pdqs[0] ?? expect.fail('there are hashes'), bits)
        const found = pictures.near(pdq, 31)
        const hit = (slot: number, within: number) => pictures.hit(found, pdq, { slot, within, upTo: 20_000 })
        expect(hit(wide, 31)).toEqual(bits <= 31 ? { entry: n + 1, distanceBits: bits } : undefined)
        expect(hit(close, 16)).toEqual(
          bits <= 16 && n % 2 === 0 ? { entry: n + 10_001, distanceBits: bits } : undefined,
        )
      }
    }
    await pictures.close()
  })

  test('while many rows come they wait for each other, are found at once, and are merged at the end', async () => {
    const pictures = new Pictures()
    const slot = pictures.open()
    const merged = async () => {
      await pictures.settle()
      return pictures.index.segments.map(({ rows }) => rows)
    }
    await pictures.filled(async () => {
      for (const [n, pdq] of pdqs.entries()) pictures.add(slot, n + 1, pdq)
      expect([await merged(), pictures.isFilled]).toEqual([[], true])
      const pdq = pdqs[5_999] ?? expect.fail('there are hashes')
      expect(pictures.hit(pictures.near(pdq, 31), pdq, { slot, within: 31, upTo: 6_000 })?.entry).toBe(6_000)
    })
    expect([await merged(), pictures.isFilled]).toEqual([[6_000], false])
    await pictures.close()
  })

  test('an entry stays as long as any list has it, and leaves memory when the last one lets it go', async () => {
    const pictures = new Pictures()
    const [one, other] = [pictures.open(), pictures.open()]
    const pdq = pdqs[7] ?? expect.fail('there are hashes')
    pictures.add(one, 1, pdq)
    pictures.add(other, 9, pdq)
    pictures.remove(one, 1, pdq)
    const hit = (slot: number) => pictures.hit(pictures.near(pdq, 31), pdq, { slot, within: 31, upTo: 99 })
    expect([hit(one), hit(other)]).toEqual([undefined, { entry: 9, distanceBits: 0 }])
    pictures.drop(other)
    expect([hit(other), pictures.index.rows]).toEqual([undefined, 0])
    await pictures.settle(true)
    expect(pictures.index.segments).toEqual([])
    await pictures.close()
  })

  test('matching 16: a list is found behind 5,000 nearer rows of another one', async () => {
    const pictures = new Pictures()
    const [crowd, lone] = [pictures.open(), pictures.open()]
    const base = pdqs[3] ?? expect.fail('there are hashes')
    const value = BigInt(`0x${base}`)
    let n = 0
    for (let a = 0n; a < 120n; a += 1n)
      for (let b = 0n; b < a; b += 1n)
        pictures.add(crowd, ++n, (value ^ (1n << a) ^ (1n << b)).toString(16).padStart(64, '0') as Pdq)
    pictures.add(lone, 5, turned(base, 20))
    for (const state of ['fresh', 'merged']) {
      const found = pictures.near(base, 31)
      expect(found.count, state).toBe(n + 1)
      expect(pictures.hit(found, base, { slot: lone, within: 31, upTo: 9 })).toEqual({ entry: 5, distanceBits: 20 })
      expect(pictures.hit(found, base, { slot: lone, within: 19, upTo: 9 })).toBeUndefined()
      await pictures.settle(true)
    }
    await pictures.close()
  })

  test('matching 20: 100,000 lookups while rows come, go and are merged in threads: each answer is right at its moment', async () => {
    const merges: number[] = []
    const pictures = new Pictures({
      onMerged: (rows) => merges.push(rows),
      onFailure: (error) => expect.fail(String(error)),
    })
    const slot = pictures.open()
    const many = hashes(20_000, 3)
    const there = new Set<number>()
    for (let i = 0, lookups = 0; lookups < 100_000; i += 1) {
      const n = (i * 7_919) % many.length
      const pdq = many[n] ?? expect.fail('there are hashes')
      if (there.has(n) && i % 3 === 0) {
        pictures.remove(slot, n, pdq)
        there.delete(n)
      } else {
        pictures.add(slot, n, pdq)
        there.add(n)
      }
      for (let k = 0; k < 4; k += 1, lookups += 1) {
        const asked = k === 0 ? n : (i * 31 + k * 101) % many.length
        const query = turned(many[asked] ?? pdq, k * 9)
        const hit = pictures.hit(pictures.near(query, 31), query, { slot, within: 31, upTo: many.length })
        if ((hit?.entry === asked) !== there.has(asked)) expect.fail(`entry ${asked} after ${i} changes`)
      }
      // Threads answer between two turns.
      if (i % 64 === 0) await new Promise((resolve) => setImmediate(resolve))
    }
    expect(merges.length).toBeGreaterThan(3)
    await pictures.close()
  }, 120_000)

  test('a segment that was merged into another leaves memory, without anybody asking for it', async () => {
    const modules = ringModules()
    const threads = new BuildThreads(modules)
    const rows = 400_000
    let segment = Segment.make(modules, rows, { tables: false })
    const words = Uint32Array.from({ length: 8 * rows }, (_, i) => Math.imul(i, 0x9e3779b1))
    segment.append(
      new Uint8Array(words.buffer),
      Array.from({ length: rows }, (_, row) => row),
    )
    const before = process.memoryUsage.rss()
    for (let merge = 0; merge < 20; merge += 1)
      segment = await threads.merge({ sources: [{ segment, rows }], from: 0, fresh: false })
    expect((process.memoryUsage.rss() - before) / segment.layout.bytes).toBeLessThan(12)
    await threads.close()
  }, 60_000)

  test('a merge that fails leaves every row where it is found', async () => {
    const failed: unknown[] = []
    const pictures = new Pictures({ onFailure: (error) => failed.push(error) })
    const slot = pictures.open()
    for (const [n, pdq] of pdqs.entries()) pictures.add(slot, n, pdq)
    // The thread dies in the middle of its merge.
    await pictures.threads.close()
    await pictures.settle()
    expect(failed.length).toBe(1)
    const pdq = pdqs[5_000] ?? expect.fail('there are hashes')
    expect(pictures.hit(pictures.near(pdq, 0), pdq, { slot, within: 0, upTo: 9_999 })).toEqual({
      entry: 5_000,
      distanceBits: 0,
    })
    await pictures.close()
  })
})

describe('a list of pictures in the house', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ bare: true })
  })
  afterAll(() => house.close())

  const facts = {
    id: 'media',
    kind: 'pdq',
    harm: 'csea',
    sealed: true,
    context: false,
    source: 'test',
    staleAfterMs: null,
  } as const
  const put = (pdqs: readonly Pdq[], more: object = {}) =>
    house.context.library.import({
      facts: { ...facts, ...more },
      text: `${pdqs.join('\n')}\n`,
      contentType: 'text/plain',
      by: 'operator',
      live: true,
    })
  const find = (pdq: Pdq, list = 'media') =>
    house.context.library.book.bind([], house.clock.now, new Set()).get(list)?.find('near', pdq)
  const pdqs = hashes(60, 5)
  const at = (n: number): Pdq => pdqs[n] ?? expect.fail('there are hashes')

  test('a new version adds and removes what changed, in the index that is there', async () => {
    await put(pdqs.slice(0, 40))
    const { index } = house.context.library.pictures.shared
    expect([index.rows, find(at(0)), find(at(50))]).toEqual([40, { entry: '1', distance: 0 }, null])
    await put(pdqs.slice(10, 60))
    expect(house.context.library.pictures.shared.index).toBe(index)
    expect([find(at(0)), find(turned(at(50), 31)), find(turned(at(50), 32))]).toEqual([
      null,
      { entry: '51', distance: 31 },
      null,
    ])
    expect(index.rows).toBe(50)
  })

  test('lists have their own distance, and share rows', async () => {
    await put(pdqs.slice(10, 60), { id: 'media_close', within: 16 })
    expect(house.context.library.pictures.shared.index.rows).toBe(50)
    expect([16, 17].map((bits) => find(turned(at(20), bits), 'media_close'))).toEqual([
      expect.objectContaining({ distance: 16 }),
      null,
    ])
  })

  test('matching 10: a list of 32 to 63 bits is looked through row by row; sealed lists and text lists have no such distance', async () => {
    await put(pdqs, { id: 'loose', sealed: false, within: 47 })
    expect([47, 48].map((bits) => find(turned(at(5), bits), 'loose') !== null)).toEqual([true, false])
    await expect(put(pdqs, { id: 'loose', sealed: true, within: 47 })).rejects.toMatchObject({ code: 'invalid' })
    const words = { id: 'words', kind: 'text', within: 3 }
    await expect(put(pdqs, words)).rejects.toMatchObject({ code: 'invalid' })
  })

  test('a list keeps its distance, its entries and its answers through a restart', async () => {
    await house.reopen()
    expect([
      find(at(0)),
      find(at(10)),
      find(turned(at(20), 17), 'media_close'),
      find(turned(at(5), 40), 'loose'),
    ]).toEqual([null, expect.objectContaining({ distance: 0 }), null, expect.objectContaining({ distance: 40 })])
  })

  test('matching 19: a long list is unknown until it is loaded, while the server already answers', async () => {
    const long = hashes(50_001, 31)
    await put(long, { id: 'long', sealed: false })
    await house.reopen()
    const { library } = house.context
    // Its snapshot was not written yet: it is read from the entries, and nothing says "no hit" meanwhile.
    expect([library.loaded, find(at(10), 'long'), find(at(10))]).toEqual([
      false,
      undefined,
      expect.objectContaining({ distance: 0 }),
    ])
    await library.idle()
    expect([library.loaded, find(at(10), 'long'), find(turned(long[50_000] ?? at(0), 9), 'long')]).toEqual([
      true,
      null,
      { entry: '50001', distance: 9 },
    ])
  }, 120_000)

  test('another process that makes a version is followed', async () => {
    const { library } = house.context
    const before = library.book.get('media')
    if (before === undefined) return expect.fail('the list is there')
    library.book.set({ ...before, version: before.version - 1 })
    await library.refresh()
    expect(library.book.get('media')?.version).toBe(before.version)
  })
})

describe('matching 19: the snapshot on disk', () => {
  let house: House
  beforeAll(async () => {
    house = await openHouse({ bare: true })
    const text = `${pdqs.join('\n')}\n`
    for (const [id, sealed] of [
      ['open_media', false],
      ['media', true],
    ] as const)
      await house.context.library.import({
        facts: { id, kind: 'pdq', harm: 'csea', sealed, context: false, source: 'test', staleAfterMs: null },
        text,
        contentType: 'text/plain',
        by: 'operator',
        live: true,
      })
  })
  afterAll(() => house.close())
  const pdqs = hashes(5_000, 11)

  /** Lists that keep their snapshot in a folder of their own, over the entries of the house. */
  async function listsIn(folder: string, keyring: ColumnKeyring = house.context.keyring) {
    const refused: unknown[] = []
    const { storage } = house.context
    const lists = new PictureLists({
      snapshots: snapshotsIn(folder, keyring),
      now: () => 5,
      events: {
        onMerged: () => undefined,
        onFailure: (error) => refused.push(error),
        onRefused: (error) => refused.push(error),
      },
      snapshotRows: 1,
      saveAfterMs: 3_600_000,
    })
    const rows = await storage.store.read(allLists, undefined)
    const load = async (): Promise<void> => {
      for (const row of rows) {
        const slices = (async function* () {
          yield pdqs.map((value, i) => ({ n: i + 1, entry: { value }, gone: false }))
        })()
        const ready = await lists.load({ ...row, kind: 'pdq' }, slices)
        ready.publish()
      }
    }
    return { lists, rows, refused, load }
  }

  const folderOf = (name: string): string => join(house.context.config.data, name)

  test('holds no hash in the clear where a list is sealed, and gives the same answers', async () => {
    const folder = folderOf('same')
    const made = await listsIn(folder)
    await made.load()
    await made.lists.save()
    expect(made.refused).toEqual([])
    const names = readdirSync(folder)
    expect(names).toEqual(['1'])
    const there = made.lists.shared.index.segments[0] ?? expect.fail('it was merged')
    const file = readFileSync(join(folder, '1/0.sealed.pdqs'))
    for (let row = 0; row < 50; row += 1)
      expect(file.includes(Buffer.from(there.hashes.slice(32 * row, 32 * row + 32)))).toBe(false)
    const read = await listsIn(folder)
    const finders = await read.lists.restore(read.rows)
    expect([...finders.keys()]).toEqual(['media', 'open_media'])
    for (const finder of finders.values()) {
      for (const n of [0, 17, 4_999]) {
        const query = turned(pdqs[n] ?? expect.fail('there are hashes'), 25)
        const hit = finder.pictures.hit(finder.pictures.near(query, 31), query, { ...finder, within: 31 })
        expect(hit).toEqual({ entry: n + 1, distanceBits: 25 })
      }
    }
    await made.lists.close()
    await read.lists.close()
  })

  test('is refused, told and removed for a byte that changed anywhere, when it is cut short, and under another key', async () => {
    const folder = folderOf('wrong')
    const made = await listsIn(folder)
    await made.load()
    const faults: readonly ((path: string, bytes: Buffer) => void)[] = [
      ...[0, 8, 12, 40, 90, 2_000, 100_000, -1].map((at) => (path: string, bytes: Buffer) => {
        const changed = Buffer.from(bytes)
        const place = at < 0 ? bytes.length + at : at
        changed[place] = (changed[place] ?? 0) ^ 1
        writeFileSync(path, changed)
      }),
      (path) => truncateSync(path, statSync(path).size - 40),
      (path) => truncateSync(path, 10),
      (path) => writeFileSync(path, ''),
    ]
    for (const spoil of faults) {
      await made.lists.save()
      const path = join(folder, readdirSync(folder)[0] ?? '', '0.sealed.pdqs')
      spoil(path, readFileSync(path))
      const read = await listsIn(folder)
      expect((await read.lists.restore(read.rows)).size).toBe(0)
      expect(read.refused.length).toBe(1)
      expect(readdirSync(folder)).toEqual([])
      await read.lists.close()
    }
    await made.lists.save()
    const stranger = await openKeyring(mkdtempSync(join(tmpdir(), 'll-keyring-')))
    const read = await listsIn(folder, stranger)
    expect([(await read.lists.restore(read.rows)).size, read.refused.length]).toEqual([0, 1])
    stranger.close()
    await read.lists.close()
    await made.lists.close()
  })

  test('is not begun while a list is loaded: it would hold half of it, and merge every handful of rows', async () => {
    const folder = folderOf('filled')
    const { lists, load } = await listsIn(folder)
    await load()
    const { shared } = lists
    await shared.settle(true)
    const written = () => (existsSync(folder) ? readdirSync(folder) : [])
    await shared.filled(async () => {
      for (const [n, pdq] of hashes(9, 77).entries()) shared.add(1, 90_000 + n, pdq)
      await lists.save()
      expect([written(), shared.index.waiting]).toEqual([[], 9])
    })
    await lists.save()
    expect([written().length, shared.index.waiting]).toEqual([1, 0])
    await lists.close()
  })

  test('of other versions is not used, and goes as soon as a list changes', async () => {
    const folder = folderOf('old')
    const made = await listsIn(folder)
    await made.load()
    await made.lists.save()
    const read = await listsIn(folder)
    const newer = read.rows.map((row) => ({ ...row, version: row.version + 1 }))
    expect((await read.lists.restore(newer)).size).toBe(0)
    expect(read.refused).toEqual([])
    await read.load()
    expect(readdirSync(folder)).toEqual([])
    await made.lists.close()
    await read.lists.close()
  })
})

test('matching 19: a server that is killed while it writes a snapshot leaves one that loads', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'll-index-'))
  const file = fileURLToPath(new URL('./testing/writer.ts', import.meta.url))
  const snapshots = snapshotsIn(folder, noKeyring)
  const query = turned(hashes(ROWS, 4)[777] ?? expect.fail('there are hashes'), 30)
  for (let kill = 0; kill < 6; kill += 1) {
    const writer = spawn(process.execPath, [file, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
    // Once it has written one it writes the next: it dies a little later each time.
    await once(writer.stdout, 'data')
    await new Promise((resolve) => setTimeout(resolve, 7 * kill))
    writer.kill('SIGKILL')
    await once(writer, 'close')
    const pictures = await snapshots.load([LIST], {})
    if (pictures === undefined) return expect.fail('nothing was loaded')
    expect(pictures.hit(pictures.near(query, 31), query, { slot: 1, within: 31, upTo: ROWS })).toEqual({
      entry: 778,
      distanceBits: 30,
    })
    await pictures.close()
  }
}, 120_000)

test('a list of two entries answers without any thread', () => {
  const [one, two] = hashes(2, 21)
  if (one === undefined || two === undefined) return expect.fail('there are hashes')
  const list = loadList(
    { id: 'l', kind: 'pdq', harm: 'csea', sealed: false, context: false, version: 1, updatedAt: 0, staleAfterMs: null },
    [one, two].map((value, n) => ({ n: n + 1, entry: { value } })),
  )
  expect(list.finder.kind).toBe('pdq')
})
