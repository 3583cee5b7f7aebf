import { afterEach, expect, test } from 'vitest'
import { ExchangeError } from './source.ts'
import { fakeApp, graphProblem, graphToken } from './testing/fake-graph.ts'
import { busy, cut, type Trap } from './testing/fake-server.ts'
import { cursorEnds, fakeGroup, fakeThreatExchange } from './testing/fake-threatexchange.ts'
import { madeMd5, madePdq, madeSha1, madeSha256 } from './testing/hashes.ts'
import { askOn, pullAll } from './testing/pulling.ts'
import { threatExchange } from './threatexchange.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function started() {
  const fake = await fakeThreatExchange()
  open.push(fake)
  const settings = (group = fakeGroup) => ({ address: `${fake.origin}/v22.0`, group, shareLevel: 'RED' as const })
  const source = (accessToken = graphToken, group = fakeGroup) => threatExchange.open(settings(group), { accessToken })
  return { fake, ask: askOn(fake.origin), source }
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ExchangeError ? error.code : error),
  )
const day = 24 * 3_600_000
const first = { time: null, begunAt: 0, newest: null, next: null }
const pdqRow = (n: number) => ({ id: String(n), indicator: madePdq(n), type: 'HASH_PDQ' })

test('indicators are listed by type with statuses and tags; other types are counted', async () => {
  const { fake, ask, source } = await started()
  fake.put({
    ...pdqRow(1),
    said: [
      { status: 'UNKNOWN', tags: ['b', 'a'] },
      { status: 'MALICIOUS', tags: ['a'] },
    ],
  })
  fake.put({ id: '2', indicator: madeMd5(2), type: 'HASH_MD5' })
  fake.put({ id: '3', indicator: madeMd5(3), type: 'HASH_VIDEO_MD5' })
  fake.put({
    id: '4',
    indicator: madeSha256(4),
    type: 'HASH_SHA256',
    said: [{ status: 'NON_MALICIOUS' }, { status: 'SUSPICIOUS' }],
  })
  fake.put({ id: '5', indicator: madeSha1(5), type: 'HASH_SHA1' })
  fake.put({ id: '6', indicator: 'https://bad.example/', type: 'URI' })
  fake.put({ id: '7', indicator: 'AAAA', type: 'HASH_TMK' })
  const { entries, pages } = await pullAll(source(), ask)
  expect(Object.fromEntries(entries)).toEqual({
    [`1 pdq ${madePdq(1)}`]: { value: madePdq(1), sourceId: '1', class: 'MALICIOUS UNKNOWN', tags: ['a', 'b'] },
    [`2 digest ${madeMd5(2)}`]: { value: madeMd5(2), sourceId: '2', class: 'MALICIOUS' },
    [`3 digest ${madeMd5(3)}`]: { value: madeMd5(3), sourceId: '3', class: 'MALICIOUS' },
    [`4 digest ${madeSha256(4)}`]: { value: madeSha256(4), sourceId: '4', class: 'SUSPICIOUS NON_MALICIOUS' },
    [`5 digest ${madeSha1(5)}`]: { value: madeSha1(5), sourceId: '5', class: 'MALICIOUS' },
  })
  expect(pages.map(({ unmatched }) => unmatched)).toEqual([{ URI: 1, HASH_TMK: 1 }])
})

test.each(['flag', 'silent', 'empty'] as const)(
  'matching 27: a row that is gone (%s) is gone with the next pull',
  async (gone) => {
    const { fake, ask, source } = await started()
    for (const n of [1, 2]) fake.put(pdqRow(n))
    const before = await pullAll(source(), ask)
    fake.clockS += 60
    fake.put({ ...pdqRow(1), indicator: 'unreadable', gone })
    const after = await pullAll(source(), ask, { cursor: before.cursor, before: before.entries })
    expect([...after.entries.keys()]).toEqual([`2 pdq ${madePdq(2)}`])
    expect(after.pages.flatMap(({ bad }) => bad)).toEqual([])
  },
)

test('what everybody calls harmless is not looked for', async () => {
  const { fake, ask, source } = await started()
  fake.put(pdqRow(1))
  const before = await pullAll(source(), ask)
  fake.put({ ...pdqRow(1), said: [{ status: 'NON_MALICIOUS' }] })
  expect((await pullAll(source(), ask, { cursor: before.cursor, before: before.entries })).entries.size).toBe(0)
})

test('one corrupt row is kept as bad, with a reason that does not repeat it', async () => {
  const { fake, ask, source } = await started()
  fake.put(pdqRow(1))
  fake.put({ ...pdqRow(2), indicator: madePdq(2).slice(1) })
  fake.put({ ...pdqRow(3), said: [{ status: 'TERRIBLE' }] })
  fake.trap((answer) => {
    const page = JSON.parse(answer.body ?? '')
    return {
      ...answer,
      body: JSON.stringify({
        ...page,
        data: [...page.data, { id: '4', last_updated: 'soon', should_delete: false }, 7],
      }),
    }
  })
  const { entries, pages } = await pullAll(source(), ask)
  expect(entries.size).toBe(1)
  expect(pages.flatMap(({ bad }) => bad.map(({ why }) => why))).toEqual([
    'expected a PDQ of 64 hex digits',
    'invalid_value at /data/0/status',
    'invalid_union at /last_updated',
    'invalid_type at /',
  ])
})

test('of a row that comes twice, the newer state holds, wherever it stands', async () => {
  const { fake, ask, source } = await started()
  fake.put({ ...pdqRow(1), said: [{ status: 'SUSPICIOUS' }] })
  fake.trap((answer) => {
    const page = JSON.parse(answer.body ?? '')
    const [row] = page.data
    const older = { ...row, last_updated: row.last_updated - 5, descriptors: { data: [{ status: 'MALICIOUS' }] } }
    return { ...answer, body: JSON.stringify({ ...page, data: [row, older] }) }
  })
  const { entries } = await pullAll(source(), ask)
  expect([...entries.values()].map((entry) => entry.class)).toEqual(['SUSPICIOUS'])
})

test('every page asks for the descriptors: without them, each row would look deleted', async () => {
  const { fake, ask, source } = await started()
  for (const n of [1, 2, 3]) fake.put(pdqRow(n))
  fake.pageRows.push(1, 0, 1)
  const forgetful: Trap = (answer) => {
    const page = JSON.parse(answer.body ?? '')
    const next = new URL(page.paging.next)
    next.searchParams.delete('fields')
    return { ...answer, body: JSON.stringify({ ...page, paging: { next: next.href } }) }
  }
  fake.trap(forgetful, forgetful, forgetful)
  expect((await pullAll(source(), ask)).entries.size).toBe(3)
})

test('the token is in no address, place, cursor or error, though `next` and errors repeat it', async () => {
  const { fake, ask, source } = await started()
  for (const n of [1, 2]) fake.put(pdqRow(n))
  fake.pageRows.push(1)
  const { pages } = await pullAll(source(), ask)
  const kept = JSON.stringify([pages.map(({ next }) => next), fake.calls.map(({ path, query }) => `${path}?${query}`)])
  expect(kept).toContain('after')
  expect(kept).not.toMatch(/s3cret|access_token/i)
  fake.trap(graphProblem(190), graphProblem(100))
  for (const code of ['sign_in', 'refused']) {
    const error = await source()
      .page(first, ask)
      .then(
        () => undefined,
        (thrown: ExchangeError) => thrown,
      )
    expect(error?.code).toBe(code)
    expect(error?.message).toContain('Something is wrong')
    expect(error?.message).not.toMatch(/s3cret/i)
  }
})

test('a `next` that leads to another host, another group or to itself is not followed', async () => {
  const { fake, ask, source } = await started()
  fake.put(pdqRow(1))
  const leads =
    (next: string): Trap =>
    (answer) => ({ ...answer, body: JSON.stringify({ data: [], paging: { next }, was: answer.body }) })
  const astray = [
    'https://elsewhere.example/v22.0/303636684709969/threat_updates/?after=x',
    `${fake.origin}/v22.0/77/threat_updates/?after=x`,
    'x',
    `${fake.origin}/v22.0/${fakeGroup}`,
  ]
  fake.trap(...astray.map(leads))
  for (const next of astray) expect([next, await codeOf(source().page(first, ask))]).toEqual([next, 'unreadable'])
  fake.pageRows.push(0, 0)
  const page = await source().page(first, ask)
  const at = ('at' in page.next ? page.next.at : null) as { next: string }
  fake.trap(leads(`${fake.origin}/v22.0/${fakeGroup}/threat_updates/?${at.next}`))
  expect(await codeOf(source().page(at, ask))).toBe('unreadable')
})

test('a pull begins a little before the newest row, and never after the one before it began', async () => {
  const { fake, ask, source } = await started()
  fake.put(pdqRow(1))
  const began = (fake.clockS + 60) * 1_000
  const { cursor } = await pullAll(source(), ask, { now: began })
  expect(cursor).toEqual({ time: fake.clockS, polledAt: began })
  await pullAll(source(), ask, { cursor, now: began + day })
  expect(fake.calls.at(-1)?.query.get('start_time')).toBe(String(fake.clockS - 900))
  fake.put({ ...pdqRow(2), skewS: 9_999_999_999 })
  const later = await pullAll(source(), ask, { cursor, now: began + day })
  expect(later.cursor).toEqual({ time: (began + day) / 1_000, polledAt: began + day })
})

test('a row that changes behind the page that is read comes with the next pull, however far the clock has moved', async () => {
  const { fake, ask, source } = await started()
  fake.put(pdqRow(1))
  fake.put({ ...pdqRow(2), skewS: 300 })
  fake.put({ ...pdqRow(3), skewS: 300 })
  fake.pageRows.push(2)
  const now = fake.clockS * 1_000
  fake.onCall = ({ n }) => {
    if (n !== 2) return
    fake.clockS += 1
    fake.put({ ...pdqRow(1), gone: 'flag' })
    fake.clockS += 3_600
    fake.put(pdqRow(3))
  }
  const first = await pullAll(source(), ask, { now })
  expect(first.entries.size).toBe(3)
  const second = await pullAll(source(), ask, { cursor: first.cursor, before: first.entries, now: now + day })
  expect([...second.entries.keys()].toSorted()).toEqual([2, 3].map((n) => `${n} pdq ${madePdq(n)}`))
})

test('whoever has not asked for four weeks asks for everything: deletions are told for a while only', async () => {
  const { source } = await started()
  const cursor = { time: 1_700_000_000, polledAt: 0 }
  expect(source().begin(cursor, 27 * day).full).toBe(false)
  expect(source().begin(cursor, 29 * day).full).toBe(true)
  expect(source().begin({ since: 1 }, 0).full).toBe(true)
  expect(source().begin(null, 0).full).toBe(true)
})

test('answers say how to go on, by the code and not by the status', async () => {
  const { fake, ask, source } = await started()
  fake.put(pdqRow(1))
  const cases: [Trap, string][] = [
    ...[4, 17, 32, 341, 368, 613, 1, 2].flatMap((code): [Trap, string][] => [
      [graphProblem(code), 'wait'],
      [graphProblem(code, 403), 'wait'],
    ]),
    ...[3, 10, 102, 190, 200, 299].map((code): [Trap, string] => [graphProblem(code), 'sign_in']),
    [graphProblem(190, 500), 'sign_in'],
    [graphProblem(100), 'refused'],
    [busy(429, 7), 'wait'],
    [busy(503), 'wait'],
    [cut, 'wait'],
    ...['', 'null', '[]', '{}', '<html>', '{"data":{}}', '{"data":[],"data":[]}'].map((body): [Trap, string] => [
      () => ({ status: 200, body }),
      'unreadable',
    ]),
  ]
  fake.trap(...cases.map(([trap]) => trap))
  for (const [n, [, code]] of cases.entries()) expect([n, await codeOf(source().page(first, ask))]).toEqual([n, code])
  fake.trap(cursorEnds)
  expect(await codeOf(source().page({ ...first, next: 'after=old' }, ask))).toBe('window_over')
  expect(await codeOf(source().page({ page: 2 }, ask))).toBe('window_over')
  expect(await codeOf(source(`${fakeApp}|another-secret`).page(first, ask))).toBe('sign_in')
})

test('a check says what a page does not: no member of the group, or updates not enabled for it', async () => {
  const { fake, ask, source } = await started()
  expect(await source().check?.(ask)).toBeUndefined()
  const stranger = source(graphToken, '999').check?.(ask) ?? Promise.resolve()
  await expect(stranger).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining(`but of ${fakeGroup} (Tiles), 77 (Others)`),
  })
  fake.isEnabled = false
  await expect(source().check?.(ask)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining('not enabled'),
  })
  await expect(source().page(first, ask)).rejects.toMatchObject({
    code: 'wait',
    message: expect.stringContaining('threat_updates'),
  })
  expect(await codeOf(source(`${fakeApp}|another-secret`).check?.(ask) ?? Promise.resolve())).toBe('sign_in')
})

test('settings and credentials are closed', () => {
  expect(threatExchange.settings.parse({ group: '77' })).toEqual({
    address: 'https://graph.facebook.com/v22.0',
    group: '77',
    shareLevel: 'RED',
  })
  for (const settings of [{ group: '../me' }, { group: '77', shareLevel: 'WHITE' }, { group: '77', x: 1 }, {}]) {
    expect([settings, threatExchange.settings.safeParse(settings).success]).toEqual([settings, false])
  }
  expect(threatExchange.credentials.safeParse({ accessToken: graphToken }).success).toBe(true)
  expect(threatExchange.credentials.safeParse({ accessToken: 'no token\r\nx: y' }).success).toBe(false)
})
