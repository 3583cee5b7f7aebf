import { readFileSync } from 'node:fs'
import { bytesOfPdq, compileWasm, type Pdq } from '@lamplighter/matching'
import { afterAll, expect, test } from 'vitest'
import { FlatIndex } from '../../../../matching/src/index/flat.ts'
import { ListBook, type LoadedList } from '../book.ts'
import { ringModules } from './kernel.ts'
import { MANY, Pictures } from './pictures.ts'
import { SearchThreads } from './search-threads.ts'
import { hashes, turned } from './testing/hashes.ts'
import { Threads } from './threads.ts'

const known = hashes(6_000, 1)
const pictures = new Pictures()
const slot = pictures.open()
for (const [n, pdq] of known.entries()) if (n < 5_000) pictures.add(slot, n + 1, pdq)
await pictures.settle(true)
// The last thousand are in no segment yet.
for (const [n, pdq] of known.entries()) if (n >= 5_000) pictures.add(slot, n + 1, pdq)
afterAll(() => pictures.close())

/** Some that are listed, turned by 0 to 32 bits, and some that are not. */
const asked: readonly Pdq[] = [
  ...known.filter((_, n) => n % 7 === 0).map((pdq, n) => turned(pdq, n % 33)),
  ...hashes(400, 2),
]
const oneByOne = () => new Map(asked.map((pdq) => [pdq, pictures.near(pdq, 31)]))

const facts: Omit<LoadedList, 'id' | 'finder'> = {
  kind: 'pdq',
  harm: 'csea',
  sealed: true,
  context: false,
  version: 1,
  updatedAt: null,
  staleAfterMs: null,
}
const list: LoadedList = { ...facts, id: 'media', finder: { kind: 'pdq', pictures, slot, upTo: 100_000 } }
const readings = asked.map((pdq) => ({ pdq, quality: 100, variants: [pdq] }))

test('many hashes are searched in threads with the answers of one after another, while others are answered', async () => {
  expect(pictures.index.segments.length).toBeGreaterThan(0)
  expect(pictures.index.waiting).toBeGreaterThan(0)
  let turns = 0
  const ticking = setInterval(() => {
    turns += 1
  }, 1)
  const found = await pictures.nearMany(asked, 31)
  clearInterval(ticking)
  expect(turns).toBeGreaterThan(0)
  expect(found).toEqual(oneByOne())
  expect([...found.values()].filter(({ count }) => count > 0).length).toBeGreaterThan(800)
})

test('two batches at the same time wait for each other and both are right', async () => {
  const halves = [asked.slice(0, 500), asked.slice(500)]
  const [first, second] = await Promise.all(halves.map((half) => pictures.nearMany(half, 31)))
  expect(new Map([...(first ?? []), ...(second ?? [])])).toEqual(oneByOne())
})

test('threads that fail take no hit with them', async () => {
  const pdq = compileWasm(readFileSync(new URL(import.meta.resolve('@lamplighter/matching/wasm/pdq.wasm'))))
  const failures: unknown[] = []
  const broken = new SearchThreads(new Threads({ ...ringModules(), shared: pdq }), {
    onFailure: (error) => failures.push(error),
  })
  const found = await broken.findMany(pictures.index, Buffer.concat(asked.map(bytesOfPdq)), 31)
  expect(found).toEqual([...oneByOne().values()])
  expect(failures).toHaveLength(1)
  await broken.close()
})

test('matching 20: after a thread that died in the middle of a batch the next one is answered by the threads', async () => {
  const failures: unknown[] = []
  const threads = new Threads(ringModules())
  const searchers = new SearchThreads(threads, { count: 2, onFailure: (error) => failures.push(error) })
  const twin = new FlatIndex()
  for (const pdq of known) twin.add(bytesOfPdq(pdq))
  const some = asked.filter((_, n) => n % 2 === 0).map(bytesOfPdq)
  const right = some.map((hash) => twin.find(hash, 31))
  // Dozens of pieces, so it is under way when the thread is ended.
  const long = Array.from({ length: 16 }, () => some).flat()
  const find = (all: readonly Uint8Array[]) => searchers.findMany(pictures.index, Buffer.concat(all), 31)
  expect(await find(some)).toEqual(right)
  const dying = find(long)
  await threads.at(1).stop()
  expect(await dying).toEqual(Array.from({ length: 16 }, () => right).flat())
  expect(failures).toHaveLength(1)
  expect(await find(some)).toEqual(right)
  expect(failures).toHaveLength(1)
  await searchers.close()
})

test('threads that are closed are not started again, and what is asked then is answered without them', async () => {
  const threads = new Threads(ringModules())
  const searchers = new SearchThreads(threads)
  await searchers.close()
  expect(() => threads.at(0)).toThrow('closed')
  const found = await searchers.findMany(pictures.index, Buffer.concat(asked.map(bytesOfPdq)), 31)
  expect(found).toEqual([...oneByOne().values()])
})

test('a book that searched ahead says what one says that did not', async () => {
  const book = new ListBook()
  book.set(list)
  const searched = await book.searched(readings)
  expect(readings.length).toBeGreaterThan(MANY)
  const said = (of: ListBook) => {
    const bound = of.bind(readings, 0, new Set())
    return asked.map((pdq) => bound.get('media')?.find('near', pdq))
  }
  expect(said(searched)).toEqual(said(book))
  expect(searched.known(readings, 0)).toEqual(book.known(readings, 0))
})

test('an entry that comes after the search is found all the same, and one that goes is not', async () => {
  const book = new ListBook()
  book.set(list)
  const [gone, come] = [known[0] ?? expect.fail('there are hashes'), hashes(1, 3)[0] ?? expect.fail('there is one')]
  const all = [...readings, { pdq: come, quality: 100, variants: [come] }]
  const find = (of: ListBook, pdq: Pdq) => of.bind(all, 0, new Set()).get('media')?.find('near', pdq)
  const before = await book.searched(all)
  expect(find(before, gone)).toMatchObject({ entry: '1', distance: 0 })
  pictures.remove(slot, 1, gone)
  expect(find(before, gone)).toBe(null)
  pictures.add(slot, 9_000, come)
  expect(find(before, come)).toMatchObject({ entry: '9000', distance: 0 })
})
