import { afterEach, expect, test } from 'vitest'
import { http } from './http.ts'
import { busy, cut } from './testing/fake-server.ts'
import { type HttpFake, startHttpFake } from './testing/http-fake.ts'
import { askOn, pullAll } from './testing/pulling.ts'

const PDQS = [
  'f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22',
  '0f'.repeat(32),
  '3c'.repeat(32),
  '5a'.repeat(32),
]
const [ONE = '', TWO = '', THREE = '', FOUR = ''] = PDQS

const fakes: HttpFake[] = []
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

async function served(form: 'file' | 'pages', options: Parameters<typeof startHttpFake>[0] = {}) {
  const fake = await startHttpFake(options)
  fakes.push(fake)
  const url = form === 'file' ? fake.manifestUrl : fake.pagesUrl
  const settings = http.settings.parse({ url, form, kind: 'pdq' })
  return { fake, source: http.open(settings, { token: fake.token }), ask: askOn(http.origin(settings)) }
}
const failing = (promise: Promise<unknown>) =>
  promise.then(
    () => 'came',
    (error: unknown) => error,
  )

test('a file is taken whole beside its manifest, and not asked for again while its manifest stays the same', async () => {
  const { fake, source, ask } = await served('file')
  fake.file(`value,source_id,class\n${ONE},a,T1\n${TWO},b,T2\n`)
  const first = await pullAll(source, ask)
  expect([...first.entries]).toEqual([
    [`a pdq ${ONE}`, { value: ONE, sourceId: 'a', class: 'T1' }],
    [`b pdq ${TWO}`, { value: TWO, sourceId: 'b', class: 'T2' }],
  ])
  const again = await pullAll(source, ask, { cursor: first.cursor, before: first.entries })
  expect(again).toMatchObject({ entries: first.entries, cursor: first.cursor })
  expect(fake.calls.map(({ path }) => path.split('/').at(-1))).toEqual([
    ...['tiles.csv.manifest.json', 'tiles.csv', 'tiles.csv.manifest.json'],
  ])
  fake.file(`value,source_id,class\n${TWO},b,T2\n${THREE},c,T3\n`)
  const third = await pullAll(source, ask, { cursor: first.cursor, before: first.entries })
  expect([...third.entries.keys()]).toEqual([`b pdq ${TWO}`, `c pdq ${THREE}`])
})

test('a file that is not what its manifest says changes nothing', async () => {
  const { fake, source, ask } = await served('file')
  const text = `value\n${ONE}\n${TWO}\n`
  const pulled = () => failing(pullAll(source, ask))
  fake.file(text, { rows: 3 })
  expect(await pulled()).toMatchObject({ code: 'unreadable' })
  fake.file(text, { kind: 'digest' })
  expect(await pulled()).toMatchObject({ code: 'unreadable' })
  fake.file(text, { format: 'lamplighter-hashes/2' })
  expect(await pulled()).toMatchObject({ code: 'unreadable', message: 'not a manifest (format)' })
  fake.file(text, { surprise: 1 })
  expect(await pulled()).toMatchObject({ code: 'unreadable' })
  // A new file beside the old manifest: both are asked for again.
  fake.file(text, { sha256: 'ab'.repeat(32) })
  expect(await pulled()).toMatchObject({ code: 'window_over' })
  fake.file(text)
  fake.trap(undefined, cut)
  expect(await pulled()).toMatchObject({ code: 'wait' })
  expect(await pulled()).toBe('came')
})

test('rows of a file that cannot be read are handed on as they came', async () => {
  const { fake, source, ask } = await served('file')
  fake.file(`value,note\n${ONE},fine\n${'f'.repeat(63)},short\n`)
  const { entries, pages } = await pullAll(source, ask)
  expect(entries.size).toBe(1)
  const [bad] = pages.at(-1)?.bad ?? []
  expect(new TextDecoder().decode(bad?.raw)).toBe(`${'f'.repeat(63)},short`)
})

test('pages go on over an empty one, and end where nothing new follows; the next pull asks from there', async () => {
  const { fake, source, ask } = await served('pages', { pageSize: 2 })
  fake.change({ upsert: { value: ONE, source_id: 'a', quality: 90, tags: ['x', 'y'] } }, { upsert: { value: TWO } })
  fake.change({ upsert: { value: THREE, source_id: 'c' } }, { upsert: { value: FOUR, source_id: 'c' } })
  fake.change({ delete: { source_id: 'a' } })
  const first = await pullAll(source, ask)
  expect([...first.entries.keys()]).toEqual([`${TWO} pdq ${TWO}`, `c pdq ${THREE}`, `c pdq ${FOUR}`])
  expect(first.pages.map(({ changes }) => changes.length)).toEqual([2, 0, 2, 1, 0])
  const calls = fake.calls.length
  fake.change({ delete: { source_id: 'c', value: THREE.toUpperCase() } }, { delete: { value: TWO } })
  fake.change({ upsert: { value: ONE, source_id: 'a', class: 'again' } })
  const second = await pullAll(source, ask, { cursor: first.cursor, before: first.entries })
  expect([...second.entries.keys()]).toEqual([`c pdq ${FOUR}`, `a pdq ${ONE}`])
  expect(fake.calls[calls]?.query.get('next')).toBe((first.cursor as { next: string }).next)
})

test('rows with unknown fields or broken hashes are bad rows; a page of another shape is not read', async () => {
  const { fake, source, ask } = await served('pages')
  fake.change({ upsert: { value: ONE, extra: 1 } }, { upsert: { value: 'no hash' } }, { delete: {} })
  const { entries, pages } = await pullAll(source, ask)
  expect([entries.size, pages[0]?.bad.map(({ why }) => why)]).toEqual([
    0,
    [
      'expected "source_id" or "value"',
      'not an entry (its shape)',
      'expected a PDQ of 64 hex digits, 16 to 240 of whose bits are set',
    ],
  ])
  for (const body of ['', '[]', '{"next":"a","upserts":[]}', '{"next":"a","upserts":[],"deletes":[],"more":1}']) {
    fake.trap((answer) => ({ ...answer, body }))
    expect(await failing(pullAll(source, ask))).toMatchObject({ code: 'unreadable' })
  }
})

test('a place that is too old: the window begins anew, or everything where it was that of an earlier pull', async () => {
  const { fake, source, ask } = await served('pages', { pageSize: 1 })
  fake.change({ upsert: { value: ONE } }, { upsert: { value: TWO } })
  const first = await source.page(source.begin(undefined, 0).at, ask)
  if (!('at' in first.next)) throw new Error('expected more pages')
  const { at } = first.next
  fake.expire()
  expect(await failing(source.page(at, ask))).toMatchObject({ code: 'window_over' })
  const pulled = await pullAll(source, ask)
  fake.expire()
  expect(source.begin(pulled.cursor, 0).full).toBe(false)
  expect(await failing(pullAll(source, ask, { cursor: pulled.cursor }))).toMatchObject({ code: 'cursor_lost' })
})

test('a source that keeps no place is asked for everything each time', async () => {
  const { fake, source, ask } = await served('pages')
  fake.change({ upsert: { value: ONE } })
  fake.trap((answer) => ({ ...answer, body: (answer.body ?? '').replace(/"next":"[^"]*"/, '"next":null') }))
  const { cursor, entries } = await pullAll(source, ask)
  expect([cursor, entries.size, source.begin(cursor, 0).full]).toEqual([{ next: null }, 1, true])
})

test('who may not, or comes too often, is told so; redirects are not followed', async () => {
  const { fake, source, ask } = await served('pages')
  const pulled = () => failing(pullAll(source, ask))
  const stranger = http.open(http.settings.parse({ url: fake.pagesUrl, form: 'pages', kind: 'pdq' }), {})
  expect(await failing(pullAll(stranger, ask))).toMatchObject({ code: 'sign_in' })
  fake.trap(busy(429, 5))
  expect(await pulled()).toMatchObject({ code: 'wait', afterMs: 5_000 })
  const date = new Date(Date.now() - 3_600_000)
  const after = new Date(date.getTime() + 60_000).toUTCString()
  fake.trap(() => ({ status: 503, headers: { date: date.toUTCString(), 'retry-after': after } }))
  expect(await pulled()).toMatchObject({ code: 'wait', afterMs: 60_000 })
  fake.trap(() => ({ status: 301, headers: { location: `${fake.origin}/pages` } }))
  expect(await pulled()).toMatchObject({ code: 'refused' })
})

test('settings: a file is named by its manifest', () => {
  const settings = (url: string) => http.settings.safeParse({ url, form: 'file', kind: 'pdq' }).success
  expect(settings('https://hashes.example/a.csv.manifest.json')).toBe(true)
  expect(settings('https://hashes.example/a.csv')).toBe(false)
  expect(settings('https://me@hashes.example/a.csv.manifest.json')).toBe(false)
})
