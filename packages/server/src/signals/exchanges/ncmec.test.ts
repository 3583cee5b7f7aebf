import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { NCMEC_SETS, ncmec } from './ncmec.ts'
import { ExchangeError } from './source.ts'
import { busy, cut } from './testing/fake-server.ts'
import { NCMEC_SIGN_IN, type NcmecEntry, type NcmecFake, startNcmecFake } from './testing/ncmec-fake.ts'
import { askOn, pullAll } from './testing/pulling.ts'

const DAY = 86_400_000
const NOW = Date.parse('2026-03-10T12:00:00Z')
const MD5 = 'a1'.repeat(16)
const SHA1 = 'b2'.repeat(20)
const PDQ = 'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22'

const fakes: NcmecFake[] = []
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

async function ncmecFake(options: Parameters<typeof startNcmecFake>[0] = {}): Promise<NcmecFake> {
  const fake = await startNcmecFake({ now: () => NOW, ...options })
  fakes.push(fake)
  return fake
}

const image = (id: string, more: Partial<NcmecEntry> = {}): NcmecEntry => ({
  ...{ member: 42, id, type: 'image', at: NOW - DAY, classification: 'A1', fingerprints: { md5: MD5 } },
  ...more,
})
/** Ten images, each with an MD5 of its own. */
const ten = Array.from({ length: 10 }, (_, n) =>
  image(`image${n}`, { fingerprints: { md5: `${n}`.repeat(32) }, at: NOW - DAY + n * 1000 }),
)

function opened(fake: NcmecFake, credentials = NCMEC_SIGN_IN) {
  const settings = ncmec.settings.parse({ set: 'npo', root: fake.root })
  return { source: ncmec.open(settings, ncmec.credentials.parse(credentials)), ask: askOn(ncmec.origin(settings)) }
}
const codeOf = (error: unknown) => (error instanceof ExchangeError ? error.code : String(error))

test('a pull goes from page to page, over an empty one, until nothing more is said to follow', async () => {
  const fake = await ncmecFake()
  fake.put(...ten)
  const { source, ask } = opened(fake)
  const pulled = await pullAll(source, ask, { now: NOW })
  expect([...pulled.entries.keys()].toSorted()).toEqual(
    ten.map(({ id, fingerprints }) => `42/${id} digest ${fingerprints.md5}`).toSorted(),
  )
  expect(pulled.pages.map(({ changes }) => changes.length)).toEqual([6, 0, 6, 6, 2])
  expect(pulled.cursor).toEqual({ to: '2026-03-10T11:50:00Z' })
})

test('the hashes that can be matched become entries with their class; the seven other kinds are counted', async () => {
  const fake = await ncmecFake()
  const fingerprints = {
    ...{ md5: MD5.toUpperCase(), sha1: SHA1, pdq: PDQ, pdna: 'AAAA', netclean: 'x' },
    ...{ videntifier: '/v2/a', 'tmk-pdqf': '/v2/b', 'ssvh-pdna': '/v2/c', 'ssvh-safer-hash': '/v2/d', later: 'z' },
  }
  fake.put(image('one & only/1', { fingerprints }))
  const { source, ask } = opened(fake)
  const { entries, pages } = await pullAll(source, ask, { now: NOW })
  const sourceId = '42/one%20%26%20only%2F1'
  expect(Object.fromEntries(entries)).toEqual({
    [`${sourceId} digest ${MD5}`]: { value: MD5, sourceId, class: 'A1' },
    [`${sourceId} digest ${SHA1}`]: { value: SHA1, sourceId, class: 'A1' },
    [`${sourceId} pdq ${PDQ}`]: { value: PDQ, sourceId, class: 'A1' },
  })
  expect(pages[0]?.unmatched).toEqual({
    ...{ pdna: 1, netclean: 1, videntifier: 1, 'tmk-pdqf': 1, 'ssvh-pdna': 1, 'ssvh-safer-hash': 1, later: 1 },
  })
})

test('of the same entry twice the later one counts, whatever the order of pages', async () => {
  for (const [first, second] of [
    ['A1', 'A2'],
    ['A2', 'A1'],
  ] as const) {
    const fake = await ncmecFake({ pageSize: 1 })
    fake.put(
      image('twice', { classification: first, at: NOW - 2 * DAY }),
      image('twice', { classification: second, at: NOW - DAY }),
    )
    const { source, ask } = opened(fake)
    const { entries } = await pullAll(source, ask, { now: NOW })
    expect([...entries.values()].map((entry) => entry.class)).toEqual([second])
  }
})

test('deleted images and videos go, and so does a hash that an entry no longer has', async () => {
  const fake = await ncmecFake()
  fake.put(image('goes'), image('film', { type: 'video' }), image('stays', { fingerprints: { md5: MD5, sha1: SHA1 } }))
  const { source, ask } = opened(fake)
  const first = await pullAll(source, ask, { now: NOW - DAY / 2 })
  expect(first.entries.size).toBe(4)
  fake.retract(42, 'goes', NOW - DAY / 4)
  fake.retract(42, 'film', NOW - DAY / 4)
  fake.put(image('stays', { fingerprints: { sha1: SHA1 }, at: NOW - DAY / 4 }))
  const { entries } = await pullAll(source, ask, { now: NOW, cursor: first.cursor, before: first.entries })
  expect([...entries.keys()]).toEqual([`42/stays digest ${SHA1}`])
})

test('what changed in the very second between two windows, or on a clock five minutes off, is in one of them', async () => {
  for (const off of [0, -300_000, 300_000]) {
    let now = NOW + off
    const fake = await ncmecFake({ now: () => now })
    const { source, ask } = opened(fake)
    const before = await pullAll(source, ask, { now: NOW })
    const border = Date.parse('2026-03-10T11:50:00Z')
    // Three entries: at the second of the border, and at the time that their clock shows while ours shows NOW.
    fake.put(image('border', { at: border }), image('theirs', { at: now, fingerprints: { sha1: SHA1 } }))
    now += 3_600_000
    const after = await pullAll(source, ask, { now: NOW + 3_600_000, cursor: before.cursor, before: before.entries })
    expect(after.entries.size).toBe(2)
  }
})

test('a page that is asked for again after a crash asks for the very same page', async () => {
  const fake = await ncmecFake()
  fake.put(...ten)
  const { source, ask } = opened(fake)
  const start = source.begin(undefined, NOW)
  const first = await source.page(start.at, ask)
  if (!('at' in first.next)) throw new Error('expected more pages')
  const { at } = first.next
  expect(await source.page(JSON.parse(JSON.stringify(at)), ask)).toEqual(await source.page(at, ask))
  const [, ...again] = fake.calls.map(({ query }) => query.toString())
  expect(new Set(again).size).toBe(1)
  // Another window under the place of this one is what the exchange refuses, so it is never sent.
  const other = {
    ...(at as { from: string }),
    next: `/v2/entries?${new URLSearchParams({ from: '2020-01-01T00:00:00Z', start: '4' })}`,
  }
  await expect(source.page(other, ask)).rejects.toSatisfy((error) => codeOf(error) === 'window_over')
})

test('a next page of another window is not followed', async () => {
  const fake = await ncmecFake()
  fake.put(...ten)
  const { source, ask } = opened(fake)
  const start = source.begin(undefined, NOW)
  for (const next of [
    '/v2/entries?from=2020-01-01T00%3A00%3A00Z&amp;to=2026-03-10T11%3A50%3A00Z&amp;start=4',
    '//elsewhere.example/v2/entries?from=x',
    'https://elsewhere.example/',
  ]) {
    fake.trap((answer) => ({
      ...answer,
      body: (answer.body ?? '').replace(/<next>.*<\/next>/, `<next>${next}</next>`),
    }))
    await expect(source.page(start.at, ask)).rejects.toSatisfy((error) => codeOf(error) === 'unreadable')
  }
})

test('one corrupt hash is a bad row; the rest of its entry and of the page is taken', async () => {
  const fake = await ncmecFake({ pageSize: 20 })
  fake.put(
    ...ten,
    image('broken', { fingerprints: { md5: 'zz'.repeat(16), sha1: SHA1 } }),
    image('empty', { fingerprints: { md5: createHash('md5').digest('hex'), sha1: SHA1 } }),
    image('bare', { member: -1 }),
  )
  const { source, ask } = opened(fake)
  const { entries, pages } = await pullAll(source, ask, { now: NOW })
  expect(entries.size).toBe(12)
  const bad = pages.flatMap((page) => page.bad)
  expect(bad.map(({ why }) => why).toSorted()).toEqual([
    'expected a member, an id and a timestamp',
    'md5: expected md5',
    'md5: is the digest of an empty file: it would hit every upload without bytes; leave it out',
  ])
  expect(bad.map(({ raw }) => new TextDecoder().decode(raw)).join()).toContain('<id>broken</id>')
  for (const { raw } of bad) expect(new TextDecoder().decode(raw)).toMatch(/^<image>.*<\/image>$/)
})

test('a PDQ without features is counted, neither taken nor a broken row', async () => {
  const fake = await ncmecFake()
  fake.put(image('flat', { fingerprints: { pdq: '0'.repeat(64) } }))
  const { source, ask } = opened(fake)
  const { entries, pages } = await pullAll(source, ask, { now: NOW })
  expect([entries.size, pages[0]?.bad, pages[0]?.unmatched]).toEqual([0, [], { 'pdq without features': 1 }])
})

test('answers that are no page say how to go on', async () => {
  const fake = await ncmecFake()
  fake.put(...ten)
  const { source, ask } = opened(fake)
  const { at } = source.begin(undefined, NOW)
  const first = async () => source.page(at, ask).catch((error: unknown) => error)
  const body = (change: (xml: string) => string) =>
    fake.trap((answer) => ({ ...answer, body: change(answer.body ?? '') }))

  fake.trap(busy(429, 30))
  expect(await first()).toMatchObject({ code: 'wait', afterMs: 30_000 })
  fake.trap(busy(503))
  expect(await first()).toMatchObject({ code: 'wait', afterMs: undefined })
  fake.trap(cut)
  expect(await first()).toMatchObject({ code: 'wait' })
  fake.trap(() => ({ status: 403, body: 'no\nentry' }))
  expect(await first()).toMatchObject({ code: 'sign_in', message: 'status 403: no entry' })
  fake.trap(() => ({ status: 302, headers: { location: 'https://elsewhere.example/' } }))
  expect(await first()).toMatchObject({ code: 'refused' })
  fake.trap(() => ({ status: 418, body: 'teapot' }))
  expect(await first()).toMatchObject({ code: 'refused', message: 'status 418: teapot' })
  body((xml) => xml.replace('<queryResult', '<!DOCTYPE x [<!ENTITY e "e">]><queryResult'))
  expect(await first()).toMatchObject({ code: 'unreadable' })
  body((xml) => xml.replace('A1', '&e;'))
  expect(await first()).toMatchObject({ code: 'unreadable' })
  body((xml) => xml.slice(0, -20))
  expect(await first()).toMatchObject({ code: 'unreadable' })
  body((xml) => xml.replace('/v2"', '/v3"'))
  expect(await first()).toMatchObject({ code: 'unreadable' })
  body(() => '<status xmlns="https://hashsharing.ncmec.org/hashsharing/v2"/>')
  expect(await first()).toMatchObject({ code: 'unreadable' })
  expect(await opened(fake, { username: 'harbour', password: 'wrong' }).source.page(at, ask).catch(codeOf)).toBe(
    'sign_in',
  )
})

test('credentials go to NCMEC alone, and a data set without a published address needs one', () => {
  const set = (settings: object) => ncmec.settings.safeParse(settings).success
  expect(set({ set: 'npo' })).toBe(true)
  expect(set({ set: 'generative' })).toBe(false)
  expect(set({ set: 'generative', root: 'https://hashsharing.ncmec.org/x' })).toBe(true)
  expect(set({ set: 'npo', root: 'https://ncmec.org.example/x' })).toBe(false)
  expect(set({ set: 'npo', root: 'https://notncmec.org/x' })).toBe(false)
  expect(set({ set: 'npo', root: 'https://hashsharing.ncmec.org/x?y' })).toBe(false)
  expect(set({ set: 'npo', more: 1 })).toBe(false)
  for (const { live, test: trial } of Object.values(NCMEC_SETS)) if (live !== undefined) expect(live).not.toBe(trial)
})
