import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { sqlite } from '../../storage/testing/engines.ts'
import { type House, openHouse, type Person } from '../../testing/house.ts'
import { goOn } from './testing/fed.ts'
import { NCMEC_SIGN_IN, type NcmecFake, startNcmecFake } from './testing/ncmec-fake.ts'

let house: House
let admin: Person
let lead: Person
let safety: Person
const fakes: NcmecFake[] = []
const names = ['open', 'sealed', 'moved', 'changed', 'shown', 'refused']

beforeAll(async () => {
  house = await openHouse({
    engine: sqlite,
    bare: true,
    demo: true,
    mediaNets: names.map((name) => `exchange:${name}`),
  })
  admin = await house.person('admin')
  lead = await house.person('lead')
  safety = await house.person('child-safety')
})
afterAll(() => house.close())
afterEach(async () => {
  for (const fake of fakes.splice(0)) await fake.close()
})

async function served(): Promise<NcmecFake> {
  const fake = await startNcmecFake({ now: () => house.clock.now })
  fakes.push(fake)
  return fake
}
async function list(id: string, sealed = false): Promise<string> {
  await house.context.library.create({
    ...{ id, kind: 'digest', harm: 'csea', sealed, context: false, source: 'x', staleAfterMs: null },
  })
  return id
}
const body = (root: string, digest: string, more: object = {}) => ({
  ...{ source: 'ncmec', settings: { set: 'npo', root }, credentials: NCMEC_SIGN_IN, lists: { digest } },
  ...more,
})
const set = (id: string, wish: object) => admin.call('PUT', `/v1/exchanges/${id}`, { body: wish })
const approve = (who: Person, id: string, revision: number) =>
  who.call('POST', `/v1/exchanges/${id}/approve`, { body: { revision } })
const shown = async (id: string) =>
  (await lead.call('GET', '/v1/exchanges')).body.items.find((one: { id: string }) => one.id === id)

test('an admin sets up, another person approves, and only then is anything pulled', async () => {
  const fake = await served()
  const made = await set('open', body(fake.root, await list('open_files')))
  expect([made.status, made.body.state]).toEqual([200, 'unapproved'])
  expect((await lead.call('POST', '/v1/exchanges/open/pull', { body: {} })).body.code).toBe('conflict')
  await house.context.exchanges.task.run(0, { signal: new AbortController().signal, claimed: () => expect.fail() })
  expect(fake.calls).toEqual([])
  // The same person in two roles is one person.
  const both = await house.person('admin', 'lead')
  const own = await both.call('PUT', '/v1/exchanges/open', { body: body(fake.root, 'open_files') })
  expect((await approve(both, 'open', own.body.revision)).body.code).toBe('second_person_required')
  expect((await approve(lead, 'open', made.body.revision)).body.code).toBe('stale_revision')
  expect((await approve(lead, 'open', own.body.revision)).status).toBe(200)
  const begun = await lead.call('POST', '/v1/exchanges/open/pull', { body: {} })
  expect(begun.status).toBe(202)
  await goOn(house, begun.body.pull)
  expect(fake.calls.length).toBeGreaterThan(0)
  expect(await shown('open')).toMatchObject({ state: 'on', pulledAt: house.clock.now, pull: { state: 'done' } })
})

test('a sealed list needs somebody of the duty child-safety', async () => {
  const fake = await served()
  const { body: made } = await set('sealed', body(fake.root, await list('sealed_files', true)))
  expect((await approve(lead, 'sealed', made.revision)).body.code).toBe('second_person_required')
  expect((await approve(safety, 'sealed', made.revision)).status).toBe(200)
  expect((await shown('sealed')).approvedBy).toMatch(/^R-\d+$/)
})

test('what signs in is written once and never shown, and does not follow to another host', async () => {
  const fake = await served()
  const wish = body(fake.root, await list('shown_files'))
  await set('shown', wish)
  const seen = await admin.call('GET', '/v1/exchanges')
  expect(seen.text).not.toContain(NCMEC_SIGN_IN.password)
  expect((await shown('shown')).credentials).toEqual({ last4: 'lons', setAt: house.clock.now })
  const { credentials: _, ...without } = wish
  expect((await set('shown', without)).status).toBe(200)
  const other = { ...without, settings: { set: 'npo' } }
  const moved = await set('shown', other)
  expect([moved.status, moved.body.pointer]).toEqual([422, '/credentials'])
  expect((await set('shown', { ...other, credentials: { ...NCMEC_SIGN_IN, more: 'x' } })).status).toBe(422)
})

test('other settings or another list end the approval and the pull that runs; another time between pulls does not', async () => {
  const fake = await served()
  const wish = body(fake.root, await list('changed_files'))
  const { body: made } = await set('changed', wish)
  await approve(lead, 'changed', made.revision)
  await lead.call('POST', '/v1/exchanges/changed/pull', { body: {} })
  expect((await set('changed', { ...wish, everyMs: 7_200_000 })).body.state).toBe('on')
  expect((await shown('changed')).pull.state).toBe('running')
  expect((await set('changed', { ...wish, lists: { digest: await list('changed_other') } })).body.state).toBe(
    'unapproved',
  )
  expect((await shown('changed')).pull).toMatchObject({ state: 'failed', why: 'the exchange was set up anew' })
  const lists = (await house.rows('lists')).filter(({ exchange }) => exchange === 'changed').map(({ id }) => id)
  expect(lists).toEqual(['changed_other'])
})

test('a wish that cannot be carried out says which part, and never repeats a secret', async () => {
  const fake = await served()
  const wish = body(fake.root, await list('refused_files'))
  const refused = async (more: object) => {
    const { status, body: said, text } = await set('refused', { ...wish, ...more })
    expect([status, text.includes('hunter2')]).toEqual([422, false])
    return said.pointer ?? said.errors?.map(({ pointer }: { pointer: string }) => pointer)
  }
  expect(await refused({ source: 'nobody' })).toBe('/source')
  expect(await refused({ settings: { set: 'hunter2' } })).toEqual(['/settings/set'])
  expect(await refused({ credentials: { username: 'a:b', password: 'hunter2' } })).toEqual(['/credentials/username'])
  // Of what somebody serves over HTTP nobody knows the terms.
  const http = { source: 'http', settings: { url: 'https://hashes.example/', form: 'pages', kind: 'digest' } }
  expect(await refused({ ...http, credentials: {}, lists: { digest: 'nowhere' } })).toBe('/lists/digest')
  expect(await refused({ lists: { pdq: 'refused_files' } })).toBe('/lists/pdq')
  expect((await house.rows('exchanges')).some(({ id }) => id === 'refused')).toBe(false)
})

test('a list that is not there is declared as strictly as the source’s contracts; one that is there stays as it is', async () => {
  const listOf = async (id: string) => (await house.rows('lists')).find((row) => row.id === id)
  const made = async (id: string, source: string, credentials: object, lists: object) => {
    const settings = source === 'ncmec' ? { set: 'npo' } : {}
    const { status, body: said } = await set(id, { source, settings, credentials, lists })
    expect(status).toBe(200)
    return said.declared
  }
  const keys = { subscriptionKey: 'x', fetchKey: 'x' }
  expect(await made('starts_ncii', 'stopncii', keys, { pdq: 'ncii_pictures', digest: 'ncii_files' })).toEqual([
    'ncii_pictures',
    'ncii_files',
  ])
  const strict = { share: false, export: false, device: false }
  const pictures = await listOf('ncii_pictures')
  expect(pictures).toMatchObject({
    kind: 'pdq',
    harm: 'intimate_images',
    sealed: 1,
    variants: 'eight',
    state: 'declared',
  })
  expect(pictures).toMatchObject({ exchange: 'starts_ncii', stale_after_ms: 48 * 3_600_000 })
  expect(JSON.parse(String(pictures?.terms))).toEqual({
    ...{ name: 'StopNCII.org', ...strict, harms: ['intimate_images'], feedback: 'expected', purge_within_h: 1 },
  })
  const signIn = { username: 'x', password: 'x' }
  expect(await made('starts_tcap', 'tcap', signIn, { digest: 'tcap_files' })).toEqual(['tcap_files'])
  expect(await listOf('tcap_files')).toMatchObject({ harm: 'terrorism', sealed: 1, variants: null })
  expect(await made('starts_ncmec', 'ncmec', NCMEC_SIGN_IN, { pdq: 'ncmec_pictures' })).toEqual(['ncmec_pictures'])
  expect(JSON.parse(String((await listOf('ncmec_pictures'))?.terms))).toMatchObject({ ...strict, harms: ['csea'] })
  // What somebody has said stays; where nobody gave terms, the source's hold, and nothing else changes.
  const before = await listOf(await list('there_already'))
  expect(await made('starts_ncmec', 'ncmec', NCMEC_SIGN_IN, { digest: 'there_already' })).toEqual([])
  const { terms, ...rest } = (await listOf('there_already')) ?? {}
  expect({ ...rest, terms: null }).toEqual({ ...before, exchange: 'starts_ncmec' })
  expect(JSON.parse(String(terms))).toMatchObject({ ...strict, feedback: 'expected' })
  const own = { name: 'ours', ...strict, harms: ['csea'], feedback: 'none' } as const
  const facts = { id: 'said_already', kind: 'digest', harm: 'csea', sealed: true, context: false, source: 'x' } as const
  await house.context.library.create({ ...facts, staleAfterMs: null, terms: own })
  await made('starts_ncmec', 'ncmec', NCMEC_SIGN_IN, { digest: 'said_already' })
  expect(JSON.parse(String((await listOf('said_already'))?.terms))).toEqual(own)
  const acts = (await house.rows('audit')).filter(({ act }) => act === 'lists.declare').map(({ object }) => object)
  expect(acts).toEqual(expect.arrayContaining(['ncii_pictures', 'ncii_files', 'tcap_files', 'ncmec_pictures']))
})

test('a check signs in and reads a page, keeps nothing, and says what is wrong', async () => {
  const fake = await served()
  fake.put({
    member: 1,
    id: 'a',
    type: 'image',
    at: house.clock.now - 3_600_000,
    fingerprints: { md5: 'ab'.repeat(16), pdna: 'x' },
  })
  await set('moved', body(fake.root, await list('moved_files')))
  const check = async () => (await lead.call('POST', '/v1/exchanges/moved/check', { body: {} })).body
  expect(await check()).toEqual({ ok: true, rows: 1, bad: 0, unmatched: { pdna: 1 } })
  fake.trap(() => ({ status: 403, body: 'no entry' }))
  expect(await check()).toEqual({ ok: false, code: 'sign_in', words: 'status 403: no entry' })
  expect((await house.rows('pulls')).some(({ exchange }) => exchange === 'moved')).toBe(false)
  expect((await house.rows('pull_rows')).filter(({ pull }) => pull === 'moved')).toEqual([])
})

test('each act leaves its audit row and its leaf, without settings and credentials', async () => {
  const rows = (await house.rows('audit')).filter(({ kind }) => kind === 'exchange')
  expect(new Set(rows.map(({ act }) => act))).toEqual(new Set(['exchanges.set', 'exchanges.approve']))
  expect(JSON.stringify(rows)).not.toContain('127.0.0.1')
})
