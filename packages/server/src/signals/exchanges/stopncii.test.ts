import { afterEach, expect, test } from 'vitest'
import { ExchangeError } from './source.ts'
import { stopNcii } from './stopncii.ts'
import { busy, cut, type Trap } from './testing/fake-server.ts'
import { fakeStopNcii, quotaUsedUp, stopNciiKeys } from './testing/fake-stopncii.ts'
import { madeMd5 as md5, madePdq as pdq } from './testing/hashes.ts'
import { askOn, pullAll } from './testing/pulling.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function started() {
  const fake = await fakeStopNcii()
  open.push(fake)
  const ask = askOn(fake.origin)
  const source = (credentials = stopNciiKeys) => stopNcii.open({ address: `${fake.origin}/v1` }, credentials)
  return { fake, ask, source }
}

const codeOf = async (promise: Promise<unknown>): Promise<unknown> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof ExchangeError ? error.code : error
}
const errorOf = (promise: Promise<unknown>): Promise<ExchangeError> =>
  promise.then(
    () => {
      throw new Error('it was taken')
    },
    (error) => error,
  )

test('pictures and videos are listed under their hash with their cases, and kinds that nothing here matches are counted', async () => {
  const { fake, ask, source } = await started()
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1).toUpperCase(), cases: ['case-b', 'case-a'] })
  fake.put({ signalType: 'VideoMD5', hashValue: md5(1) })
  fake.put({ signalType: 'VideoTMK', hashValue: 'A'.repeat(300_000) })
  fake.put({ signalType: 'URL', hashValue: 'https://bad.example/' })
  fake.put({ signalType: 'URL', hashValue: 'https://worse.example/', hashStatus: 'Withdrawn' })
  const { entries, pages } = await pullAll(source(), ask)
  expect(Object.fromEntries(entries)).toEqual({
    [`${pdq(1)} pdq ${pdq(1)}`]: { value: pdq(1), sourceId: pdq(1), class: 'case-a case-b' },
    [`${md5(1)} digest ${md5(1)}`]: { value: md5(1), sourceId: md5(1) },
  })
  expect(pages.map(({ unmatched }) => unmatched)).toEqual([{ VideoTMK: 1, URL: 2 }])
  expect(pages.flatMap(({ bad }) => bad)).toEqual([])
})

test.each(['Withdrawn', 'Deleted'])(
  'matching 27: %s is gone with the next pull, whatever the form of its hash',
  async (hashStatus) => {
    const { fake, ask, source } = await started()
    fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1) })
    fake.put({ signalType: 'ImagePDQ', hashValue: pdq(2) })
    const first = await pullAll(source(), ask)
    fake.clockS += 60
    fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1), hashStatus })
    fake.put({ signalType: 'ImagePDQ', hashValue: '0'.repeat(64), hashStatus })
    const second = await pullAll(source(), ask, { cursor: first.cursor, before: first.entries })
    expect([...second.entries.keys()]).toEqual([`${pdq(2)} pdq ${pdq(2)}`])
    expect(second.pages.flatMap(({ bad }) => bad)).toEqual([])
  },
)

test('one corrupt hash is kept as bad, with a reason that does not repeat it', async () => {
  const { fake, ask, source } = await started()
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1) })
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(2).slice(1) })
  fake.put({ signalType: 'VideoMD5', hashValue: pdq(3).slice(0, 40) })
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(4), hashStatus: 'Sleeping' })
  fake.trap((answer) => {
    const page = JSON.parse(answer.body ?? '')
    const odd = { ...page.hashRecords[0], caseNumbers: { '27664732-76e1': 7 } }
    return {
      ...answer,
      body: JSON.stringify({ ...page, count: page.count + 1, hashRecords: [...page.hashRecords, odd] }),
    }
  })
  const { entries, pages } = await pullAll(source(), ask)
  expect([...entries.keys()]).toEqual([`${pdq(1)} pdq ${pdq(1)}`])
  const bad = pages.flatMap((page) => page.bad)
  expect(bad.map(({ why }) => why)).toEqual([
    'expected a PDQ of 64 hex digits',
    'expected md5 in hex',
    'invalid_value at /hashStatus',
    'invalid_union at /caseNumbers',
  ])
  expect(bad.map(({ raw }) => JSON.parse(Buffer.from(raw).toString()).hashValue)).toEqual([
    pdq(2).slice(1),
    pdq(3).slice(0, 40),
    pdq(4),
    pdq(1),
  ])
})

test('the next pull begins where the last page says, never before this window and never after this pull began', async () => {
  const { fake, ask, source } = await started()
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1) })
  const { cursor } = await pullAll(source(), ask)
  expect(cursor).toEqual({ start: fake.clockS })
  const said =
    (nextSetTimestamp: number): Trap =>
    (answer) => ({
      ...answer,
      body: JSON.stringify({ ...JSON.parse(answer.body ?? ''), nextSetTimestamp }),
    })
  fake.trap(said(5))
  expect((await pullAll(source(), ask, { cursor })).cursor).toEqual(cursor)
  fake.trap(said(99_999_999_999))
  const now = (fake.clockS + 86_400) * 1_000
  expect((await pullAll(source(), ask, { cursor, now })).cursor).toEqual({ start: now / 1_000 })
})

test('an ended page token begins the window again, and so does a place of another form', async () => {
  const { fake, ask, source } = await started()
  for (const n of [1, 2, 3]) fake.put({ signalType: 'ImagePDQ', hashValue: pdq(n) })
  fake.pageRows.push(1)
  const page = await source().page(source().begin(undefined, 0).at, ask)
  fake.endTokens()
  const at = 'at' in page.next ? page.next.at : null
  expect(await codeOf(source().page(at, ask))).toBe('window_over')
  expect(await codeOf(source().page({ page: 2 }, ask))).toBe('window_over')
  expect(source().begin({ since: 'yesterday' }, 0).full).toBe(true)
})

test('a resumed pull never asks for another window', async () => {
  const { fake, ask, source } = await started()
  for (const n of [1, 2, 3]) fake.put({ signalType: 'ImagePDQ', hashValue: pdq(n) })
  fake.pageRows.push(1, 1)
  await pullAll(source(), ask)
  expect(fake.calls.map(({ query }) => query.get('startTimestamp'))).toEqual(['10', '10', '10'])
  // The fake would have said so:
  fake.pageRows.push(1)
  const page = await source().page({ start: 10, begunAt: 0, token: null }, ask)
  const { token } = ('at' in page.next ? page.next.at : null) as { token: string }
  expect(await codeOf(source().page({ start: 11, begunAt: 0, token }, ask))).toBe('window_over')
})

test('answers say how to go on: keys, quota, too much, away, cut, page not as promised', async () => {
  const { fake, ask, source } = await started()
  const { at } = source().begin(undefined, 0)
  expect(await codeOf(source({ ...stopNciiKeys, subscriptionKey: 'wrong' }).page(at, ask))).toBe('sign_in')
  expect(await codeOf(source({ ...stopNciiKeys, fetchKey: 'feedback-key' }).page(at, ask))).toBe('sign_in')
  const bodies = ['', 'null', '[]', '{}', '{"count":0}', '<html>', '{"a":1,"a":2}']
  fake.trap(
    quotaUsedUp,
    busy(429, 7),
    busy(503),
    cut,
    ...bodies.map(
      (body): Trap =>
        () => ({ status: 200, body }),
    ),
  )
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1) })
  expect(await errorOf(source().page(at, ask))).toMatchObject({ code: 'wait', afterMs: 600_000 })
  expect(await errorOf(source().page(at, ask))).toMatchObject({ code: 'wait', afterMs: 7_000 })
  expect(await codeOf(source().page(at, ask))).toBe('wait')
  expect(await codeOf(source().page(at, ask))).toBe('wait')
  for (const body of bodies) expect([body, await codeOf(source().page(at, ask))]).toEqual([body, 'unreadable'])
})

test('a page that lies about itself is unreadable, not short', async () => {
  const { fake, ask, source } = await started()
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1) })
  const with_ =
    (change: object): Trap =>
    (answer) => ({ ...answer, body: JSON.stringify({ ...JSON.parse(answer.body ?? ''), ...change }) })
  const lies = [
    { hashRecords: [] },
    { count: 2 },
    { hasMoreRecords: true },
    { hasMoreRecords: true, nextPageToken: '' },
    { nextSetTimestamp: null },
  ]
  fake.trap(...lies.map(with_))
  for (const lie of lies)
    expect([lie, await codeOf(source().page({ start: 10, begunAt: 0, token: null }, ask))]).toEqual([lie, 'unreadable'])
})

test('a token that only leads to itself ends the pull instead of turning it in circles', async () => {
  const { fake, ask, source } = await started()
  for (const n of [1, 2]) fake.put({ signalType: 'ImagePDQ', hashValue: pdq(n) })
  fake.pageRows.push(1)
  const first = await source().page({ start: 10, begunAt: 0, token: null }, ask)
  const { token } = ('at' in first.next ? first.next.at : null) as { token: string }
  fake.trap((answer) => ({
    ...answer,
    body: JSON.stringify({ ...JSON.parse(answer.body ?? ''), hasMoreRecords: true, nextPageToken: token }),
  }))
  expect(await codeOf(source().page({ start: 10, begunAt: 0, token }, ask))).toBe('unreadable')
})

test('matching 28: an opinion is sent once under its hash, taken back as None, and unknown hashes are refused without naming them', async () => {
  const { fake, ask, source } = await started()
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1) })
  const about = { sourceId: pdq(1), value: pdq(1) }
  const { pushes } = source()
  for (const says of ['waiting', 'upheld', 'rejected'] as const) {
    expect(await pushes?.send({ act: 'say', says, about }, ask)).toEqual({ state: 'done' })
  }
  await pushes?.send({ act: 'unsay', said: 'rejected', about }, ask)
  expect(fake.feedbacks.map(({ feedbackValue }) => feedbackValue)).toEqual([
    'PendingReview',
    'Blocked',
    'NotBlocked',
    'None',
  ])
  expect(fake.feedbacks.every(({ hashValue }) => hashValue === pdq(1))).toBe(true)
  const unknown = { act: 'say', says: 'upheld', about: { sourceId: pdq(2), value: pdq(2) } } as const
  const refusal = await errorOf(source().pushes?.send(unknown, ask) ?? Promise.resolve())
  expect(refusal).toMatchObject({ code: 'refused' })
  expect(refusal.message).toContain('unknown hash')
  expect(refusal.message).not.toContain(pdq(2))
})

test('an own hash is shared and withdrawn; what StopNCII does not take, and calls without a key, are refused before anything is sent', async () => {
  const { fake, ask, source } = await started()
  const hash = { kind: 'pdq', value: pdq(5), madeBy: 'exact' } as const
  await source().pushes?.send({ act: 'share', hash, tags: ['reviewed'], at: 1_700_000_000_000 }, ask)
  await source().pushes?.send({ act: 'unshare', hash }, ask)
  expect(fake.records().map(({ hashValue, signalType }) => [signalType, hashValue])).toEqual([['ImagePDQ', pdq(5)]])
  expect(fake.feedbacks).toEqual([{ hashValue: pdq(5), feedbackValue: 'Withdrawn', tags: [] }])
  const sent = fake.calls.length
  const sha = { act: 'share', hash: { kind: 'sha256', value: pdq(6) }, tags: [], at: 0 } as const
  expect(await codeOf(source().pushes?.send(sha, ask) ?? Promise.resolve())).toBe('refused')
  const poor = source({ ...stopNciiKeys, feedbackKey: undefined } as never)
  expect(await codeOf(poor.pushes?.send({ act: 'unshare', hash }, ask) ?? Promise.resolve())).toBe('refused')
  expect(fake.calls.length).toBe(sent)
})

test('keys go into headers and never into an address', async () => {
  const { fake, ask, source } = await started()
  fake.put({ signalType: 'ImagePDQ', hashValue: pdq(1) })
  await pullAll(source(), ask)
  const addresses = fake.calls.map(({ path, query }) => `${path}?${query}`)
  expect(addresses.filter((one) => /key/i.test(one))).toEqual([])
})

test('settings and credentials are closed: no field is taken that nothing reads', () => {
  expect(stopNcii.settings.parse({})).toEqual({ address: 'https://api.stopncii.org/v1' })
  for (const address of ['ftp://a.example', 'https://u:p@a.example/', 'https://a.example/?key=1', 'a.example']) {
    expect([address, stopNcii.settings.safeParse({ address }).success]).toEqual([address, false])
  }
  expect(stopNcii.credentials.safeParse({ ...stopNciiKeys, password: 'x' }).success).toBe(false)
  // What cannot stand in a header is refused when it is set, not when it is used.
  expect(stopNcii.credentials.safeParse({ ...stopNciiKeys, fetchKey: 'a\r\nb: c' }).success).toBe(false)
  expect(stopNcii.origin({ address: 'https://api.stopncii.org/v1' })).toBe('https://api.stopncii.org')
})
