import { createHash } from 'node:crypto'
import { afterEach, expect, test } from 'vitest'
import { ExchangeError } from './source.ts'
import { tcap } from './tcap.ts'
import { busy, cut, type Trap } from './testing/fake-server.ts'
import { fakeTcap, tcapSignIn } from './testing/fake-tcap.ts'
import { madeMd5, madePdq, madeSha256 } from './testing/hashes.ts'
import { askOn, pullAll } from './testing/pulling.ts'

const open: { close(): Promise<void> }[] = []
afterEach(async () => {
  for (const one of open.splice(0)) await one.close()
})

async function started() {
  const fake = await fakeTcap()
  open.push(fake)
  const source = (credentials = tcapSignIn) => tcap.open({ address: `${fake.origin}/` }, credentials)
  return { fake, ask: askOn(fake.origin), source }
}

const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => (error instanceof ExchangeError ? error.code : error),
  )
const begin = { after: '' }
const changed =
  (change: object): Trap =>
  (answer) => ({ ...answer, body: JSON.stringify({ ...JSON.parse(answer.body ?? ''), ...change }) })

test('hashes are listed by algorithm with their ideology; SHA-512 and what is new are counted', async () => {
  const { fake, ask, source } = await started()
  fake.put({ id: 1, algorithm: 'PDQ', hash_digest: madePdq(1) })
  fake.put({ id: 2, algorithm: 'MD5', hash_digest: madeMd5(1), ideology: 'Far-Right' })
  fake.put({ id: 3, algorithm: 'SHA256', hash_digest: madeSha256(1).toUpperCase(), ideology: 'islamist' })
  fake.put({ id: 4, algorithm: 'SHA512', hash_digest: 'ab'.repeat(64) })
  fake.put({ id: 5, algorithm: 'vPDQ', hash_digest: 'long'.repeat(50_000) })
  fake.put({ id: 6, algorithm: 'PDQ', hash_digest: '0'.repeat(64) })
  const { entries, pages } = await pullAll(source(), ask)
  expect(Object.fromEntries(entries)).toEqual({
    [`1 pdq ${madePdq(1)}`]: { value: madePdq(1), sourceId: '1', class: 'islamist' },
    [`2 digest ${madeMd5(1)}`]: { value: madeMd5(1), sourceId: '2', class: 'far-right' },
    [`3 digest ${madeSha256(1)}`]: { value: madeSha256(1), sourceId: '3', class: 'islamist' },
  })
  expect(pages.map(({ unmatched }) => unmatched)).toEqual([{ SHA512: 1, vPDQ: 1, 'PDQ without features': 1 }])
})

test('matching 27: a deleted row is gone with the next pull, whatever the form of its hash', async () => {
  const { fake, ask, source } = await started()
  for (const id of [1, 2]) fake.put({ id, algorithm: 'PDQ', hash_digest: madePdq(id) })
  const first = await pullAll(source(), ask)
  fake.clockMicros += 1
  fake.put({ id: 1, algorithm: 'PDQ', hash_digest: '', deleted: true })
  const second = await pullAll(source(), ask, { cursor: first.cursor, before: first.entries })
  expect([...second.entries.keys()]).toEqual([`2 pdq ${madePdq(2)}`])
})

test('one corrupt row is kept as bad, with a reason that does not repeat it', async () => {
  const { fake, ask, source } = await started()
  fake.put({ id: 1, algorithm: 'PDQ', hash_digest: madePdq(1) })
  fake.put({ id: 2, algorithm: 'PDQ', hash_digest: madePdq(2).slice(1) })
  fake.put({ id: 3, algorithm: 'MD5', hash_digest: madeSha256(3) })
  fake.put({ id: 5, algorithm: 'MD5', hash_digest: createHash('md5').digest('hex') })
  fake.trap(undefined, (answer) => {
    const page = JSON.parse(answer.body ?? '')
    return { ...answer, body: JSON.stringify({ ...page, results: [...page.results, { id: 'four' }, null] }) }
  })
  const { entries, pages } = await pullAll(source(), ask)
  expect(entries.size).toBe(1)
  expect(pages.flatMap(({ bad }) => bad.map(({ why }) => why))).toEqual([
    'expected a PDQ of 64 hex digits',
    'expected md5 in hex',
    'is the digest of an empty file: it would hit every upload without bytes; leave it out',
    'invalid_type at /id',
    'invalid_type at /',
  ])
})

test('a token that ends in the middle of a pull is replaced once; wrong credentials stop it', async () => {
  const { fake, ask, source } = await started()
  for (const id of [1, 2, 3, 4]) fake.put({ id, algorithm: 'PDQ', hash_digest: madePdq(id) })
  fake.pageRows.push(1, 1, 1, 1)
  fake.callsPerToken = 2
  expect((await pullAll(source(), ask)).entries.size).toBe(4)
  const signIns = () => fake.calls.filter(({ path }) => path === '/token-auth/tcap/').length
  expect(signIns()).toBe(2)
  expect(await codeOf(source({ ...tcapSignIn, password: 'wrong' }).page(begin, ask))).toBe('sign_in')
  // A member whose rights were taken gets a token, and nothing for it: that is asked once and not again and again.
  fake.callsPerToken = 0
  const before = signIns()
  expect(await codeOf(source().page(begin, ask))).toBe('sign_in')
  expect(signIns() - before).toBe(1)
})

test('neither the token nor the password goes into an address, a place or a cursor', async () => {
  const { fake, ask, source } = await started()
  for (const id of [1, 2]) fake.put({ id, algorithm: 'PDQ', hash_digest: madePdq(id) })
  fake.pageRows.push(1)
  const { pages } = await pullAll(source(), ask)
  const kept = JSON.stringify([pages.map(({ next }) => next), fake.calls.map(({ path, query }) => `${path}?${query}`)])
  expect(kept).not.toMatch(/token-1|correct|platform/)
})

test('a checkpoint that is no longer taken means the whole list; a place of another form the window', async () => {
  const { fake, ask, source } = await started()
  fake.put({ id: 1, algorithm: 'PDQ', hash_digest: madePdq(1) })
  const { cursor } = await pullAll(source(), ask)
  fake.forgetCheckpoints()
  expect(await codeOf(source().page(source().begin(cursor, 0).at, ask))).toBe('cursor_lost')
  expect(await codeOf(source().page({ page: 2 }, ask))).toBe('window_over')
  expect(source().begin(cursor, 0).full).toBe(false)
  expect(source().begin({ since: 1 }, 0).full).toBe(true)
})

test('an empty list keeps its beginning; a pull without news keeps its checkpoint', async () => {
  const { fake, ask, source } = await started()
  expect((await pullAll(source(), ask)).cursor).toEqual({ after: '' })
  fake.put({ id: 1, algorithm: 'PDQ', hash_digest: madePdq(1) })
  const { cursor } = await pullAll(source(), ask)
  expect(cursor).toEqual({ after: '1700000000.000000,1' })
  expect((await pullAll(source(), ask, { cursor })).cursor).toEqual(cursor)
})

test('`next` is not followed, wherever it leads', async () => {
  const { fake, ask, source } = await started()
  for (const id of [1, 2]) fake.put({ id, algorithm: 'PDQ', hash_digest: madePdq(id) })
  fake.pageRows.push(1)
  expect((await pullAll(source(), ask)).entries.size).toBe(2)
  expect(fake.calls.at(-1)?.query.get('after')).toBe('1700000000.000000,1')
})

test('answers say how to go on: too much, away, cut, page not as promised', async () => {
  const { fake, ask, source } = await started()
  fake.put({ id: 1, algorithm: 'PDQ', hash_digest: madePdq(1) })
  const pulling = source()
  await pulling.page(begin, ask)
  const lies = [
    { next: 'more', checkpoint: null },
    { next: 'more', checkpoint: '' },
    { results: null },
    { next: 7 },
    { checkpoint: 7 },
  ]
  const bodies = ['', 'null', '[]', '<html>', '{"results":[],"results":[]}']
  fake.trap(
    busy(429, 7),
    busy(503),
    cut,
    ...lies.map(changed),
    ...bodies.map(
      (body): Trap =>
        () => ({ status: 200, body }),
    ),
  )
  await expect(pulling.page(begin, ask)).rejects.toMatchObject({ code: 'wait', afterMs: 7_000 })
  expect(await codeOf(pulling.page(begin, ask))).toBe('wait')
  expect(await codeOf(pulling.page(begin, ask))).toBe('wait')
  for (const what of [...lies, ...bodies])
    expect([what, await codeOf(pulling.page(begin, ask))]).toEqual([what, 'unreadable'])
  fake.trap(() => ({ status: 200, body: '{"token":"a\\r\\nb"}' }))
  expect(await codeOf(source().page(begin, ask))).toBe('unreadable')
  fake.trap(busy(503))
  expect(await codeOf(source().page(begin, ask))).toBe('wait')
})

test('settings and credentials are closed, and nothing is pushed', async () => {
  const { source } = await started()
  expect(tcap.settings.parse({})).toEqual({ address: 'https://beta.terrorismanalytics.org/' })
  expect(tcap.settings.safeParse({ address: 'https://a.example/?x=1' }).success).toBe(false)
  expect(tcap.credentials.safeParse({ ...tcapSignIn, token: 'x' }).success).toBe(false)
  expect(source().pushes).toBeUndefined()
})
