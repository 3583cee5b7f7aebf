import { afterAll, beforeAll, expect, test } from 'vitest'
import { defineQuery, type ReadDb } from '../storage/index.ts'
import { type House, openHouse } from '../testing/house.ts'
import { listEntries, stageRows, sweepRows } from './store.ts'

let house: House
beforeAll(async () => {
  house = await openHouse({ bare: true })
})
afterAll(() => house.close())

const facts = {
  id: 'words',
  kind: 'text',
  harm: 'fraud',
  sealed: true,
  context: false,
  source: 'test',
  staleAfterMs: null,
} as const
const put = (text: string, more: object = {}) =>
  house.context.library.import({
    facts: { ...facts, ...more },
    text,
    contentType: 'text/plain',
    by: 'operator',
    live: true,
  })
const finds = (word: string) =>
  house.context.library.book.bind([], house.clock.now, new Set()).get('words')?.find('in', word)
const rowCount = defineQuery('test.entries', async ({ db }: ReadDb, list: string) =>
  (await db.selectFrom('list_entries').select('n').where('list', '=', list).orderBy('n').execute()).map(({ n }) => n),
)

test('an import replaces a list as a whole, and says what changed', async () => {
  expect(await put('first word\nsecond word\n')).toMatchObject({ version: 1, entries: 2, added: 2, removed: 0 })
  expect(await put('second word\nthird word\n')).toMatchObject({ version: 2, entries: 2, added: 1, removed: 1 })
  expect(finds('a second word')).toMatchObject({ entry: '2' })
  expect(finds('a third word')).toMatchObject({ entry: '3' })
  expect(finds('a first word')).toBeNull()
})

test('an entry number is never used again', async () => {
  await put('second word\n')
  await put('second word\nfourth word\n')
  expect(finds('a fourth word')).toMatchObject({ entry: '4' })
})

test('how far a load is is told to whoever imports, also where news of the version began it', async () => {
  const { storage, library } = house.context
  const tx = storage.store.tx.bind(storage.store)
  storage.store.tx = async (...given: Parameters<typeof tx>) => {
    const done = await tx(...given)
    // As the process does that hears of it first.
    if (given[0].name === 'signals.publish-versions') await library.refresh()
    return done as never
  }
  const told: [string, number, number][] = []
  try {
    await library.import({
      facts: { ...facts, id: 'hosts', kind: 'domain' },
      text: Array.from({ length: 2_500 }, (_, n) => `host${n}.example\n`).join(''),
      ...{ contentType: 'text/plain', by: 'operator', live: true },
      onProgress: (step, done, total) => void told.push([step, done, total]),
    })
  } finally {
    storage.store.tx = tx
  }
  expect([...new Set(told.map(([step]) => step))]).toEqual(['write', 'sum', 'load'])
  expect(told.at(-1)).toEqual(['load', 2_500, 2_500])
})

test('the same list after a restart', async () => {
  await house.reopen()
  expect(house.context.library.loaded).toBe(true)
  expect([finds('fourth word'), finds('third word')]).toEqual([expect.objectContaining({ entry: '4' }), null])
})

test('an import that is cut off changes nothing, and the next one begins afresh', async () => {
  const { store } = house.context.storage
  const version = house.context.library.book.get('words')?.version ?? 0
  const [kept] = await store.read(listEntries, { list: 'words', version, after: 0, max: 10 })
  const row = {
    fingerprint: 'torn',
    body: new Uint8Array([1]),
    sealed: 1,
    sourceKey: null,
    expiresAt: null,
    canary: null,
    opinions: null,
  }
  const staging = { list: 'words', version: version + 1, live: version }
  await store.tx(stageRows, { ...staging, steps: [{ put: [row] }], from: 100 })
  await store.tx(sweepRows, { ...staging, gone: [kept?.n ?? 0], never: [] })
  await house.reopen()
  expect(finds('second word')).toMatchObject({ entry: '2' })
  expect(await put('second word\nfifth word\n')).toMatchObject({ version: version + 1, added: 1, removed: 1 })
  expect(await house.context.storage.store.read(rowCount, 'words')).not.toContain(100)
  expect([finds('second word'), finds('fifth word')].every((hit) => hit !== null && hit !== undefined)).toBe(true)
})

test('a file with bad rows, another digest or another kind changes nothing', async () => {
  const before = house.context.library.book.get('words')?.version
  await expect(put('x\nsixth word\n')).rejects.toMatchObject({ code: 'invalid' })
  await expect(put('')).rejects.toMatchObject({ code: 'invalid' })
  await expect(put('bad.example\n', { kind: 'domain' })).rejects.toMatchObject({ code: 'conflict' })
  await expect(
    house.context.library.import({
      facts,
      text: 'sixth word\n',
      contentType: 'text/plain',
      by: 'operator',
      live: true,
      sha256: '0'.repeat(64),
    }),
  ).rejects.toMatchObject({ code: 'invalid' })
  expect(house.context.library.book.get('words')?.version).toBe(before)
})

test('two imports at once become two versions', async () => {
  const before = house.context.library.book.get('words')?.version ?? 0
  const both = await Promise.all([put('second word\nseventh word\n'), put('second word\neighth word\n')])
  expect(both.map(({ version }) => version)).toEqual([before + 1, before + 2])
  expect([finds('seventh word'), finds('eighth word') !== null]).toEqual([null, true])
})
