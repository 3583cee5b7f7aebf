import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Scope } from '@lamplighter/api'
import { distanceBits } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, startServer } from '../../http/server.ts'
import { parseListFile } from '../../signals/lists/parse.ts'
import { hashes, turned } from '../../signals/pictures/testing/hashes.ts'
import { CSAM, type House, openHouse, pdqOf, picture } from '../../testing/house.ts'
import { operatorCalls } from '../../testing/operator-calls.ts'
import { operatorDoer } from '../../testing/server.ts'
import { HmaClient, type Refused } from './testing/strict-client.ts'

const DAY_MS = 86_400_000
const BOAT = ['boat', 3] as const
const tiles = hashes(300, 21)
const [first = '', second = ''] = tiles
const NOWHERE = hashes(1, 5)[0] ?? ''
const VIDEO = Buffer.from('not really a video, and its MD5 is listed all the same')

let house: House
let server: RunningServer
let host: Server
let hma: HmaClient
let sealed: HmaClient
beforeAll(async () => {
  host = createServer((request, answer) => {
    if (request.url === '/boat.png') answer.setHeader('content-type', 'image/png').end(picture(BOAT))
    else answer.writeHead(404).end()
  })
  host.listen(0, '127.0.0.1')
  await once(host, 'listening')
  house = await openHouse({ mediaHosts: `main=127.0.0.1:${portOf(host)}`, mediaNets: ['media:main'] })
  await put('tiles', 'pdq', [...tiles, pdqOf(BOAT)])
  await put('close', 'pdq', tiles.slice(0, 100), { within: 10 })
  await put('videos', 'digest', [createHash('md5').update(VIDEO).digest('hex')])
  await put('fresh', 'pdq', [first], { staleAfterMs: DAY_MS })
  server = await startServer({
    app: house.context.app,
    readiness: house.context.readiness,
    listen: { host: '127.0.0.1', port: 0 },
    graceMs: 0,
    shutdownMs: 1_000,
  })
  hma = await clientWith('compat.hma', 'compat.hma.write')
  sealed = await clientWith('compat.hma', 'compat.hma.write', 'match:sealed')
}, 60_000)
afterAll(async () => {
  host.close()
  await server.stop()
  await house.close()
})

const portOf = (of: Server): number => (of.address() as AddressInfo).port

async function clientWith(...scopes: Scope[]): Promise<HmaClient> {
  const wish = { name: 'hma', connection: 'main', scopes, days: 1, addresses: ['127.0.0.1'], doer: operatorDoer }
  const { key } = await house.context.people.newKey(wish)
  return new HmaClient(`http://127.0.0.1:${server.port}/compat/hma`, { authorization: `Bearer ${key}` })
}

function put(id: string, kind: 'pdq' | 'digest', values: readonly string[], facts = {}) {
  return house.context.library.import({
    facts: { id, kind, harm: 'spam', sealed: false, context: false, source: 'test', staleAfterMs: null, ...facts },
    text: values.join('\n'),
    contentType: 'text/plain',
    by: 'operator',
    live: true,
  })
}

const pdq = (signal: string, more = {}) => ({ signal, signal_type: 'pdq', ...more })
const refused = (status: number, words: RegExp) =>
  expect.objectContaining<Partial<Refused>>({ status, message: expect.stringMatching(words) })

describe('ecosystem 11: a client of HMA', () => {
  test('hashes by address and by file', async () => {
    const url = `http://127.0.0.1:${portOf(host)}/boat.png`
    expect(await hma.hashUrl({ url })).toEqual({ pdq: pdqOf(BOAT) })
    expect(await hma.hashUrl({ url, content_type: 'photo', types: 'pdq' })).toEqual({ pdq: pdqOf(BOAT) })
    expect(await hma.hashFile('photo', picture(BOAT))).toEqual({ pdq: pdqOf(BOAT) })
    expect(await hma.hashFile('video', VIDEO)).toEqual({ video_md5: createHash('md5').update(VIDEO).digest('hex') })
  })

  test('looks hashes up: by bank, with ids that raw lookups give too, and distances as texts', async () => {
    const asked = turned(tiles[7] ?? expect.fail(), 4)
    const found = await hma.lookup(pdq(asked))
    expect(Object.keys(found).sort()).toEqual(['CLOSE', 'TILES'])
    expect(found.TILES?.map(({ distance }) => distance)).toEqual(['4'])
    const all = [...(found.CLOSE ?? []), ...(found.TILES ?? [])]
    expect(await hma.rawLookup(pdq(asked))).toEqual({ matches: all.map((one) => one.bank_content_id) })
    expect(await hma.rawLookupWithDistance(pdq(asked))).toEqual({ matches: all })
    expect(new Set(all.map((one) => one.bank_content_id)).size).toBe(2)
    expect(await hma.lookup(pdq(asked, { banks: 'CLOSE' }))).toEqual({ CLOSE: found.CLOSE })
    expect(
      await hma.lookup({ signal: createHash('md5').update(VIDEO).digest('hex'), signal_type: 'video_md5' }),
    ).toEqual({ VIDEOS: [{ bank_content_id: expect.any(Number), distance: '0' }] })
    expect(await hma.lookup(pdq(NOWHERE))).toEqual({})
  })

  test('finds what a look at every entry finds', async () => {
    for (const [at, tile] of tiles.slice(0, 120).entries()) {
      house.clock.now += 1_000
      const asked = turned(tile, (at * 3) % 40)
      const nearest = Math.min(...tiles.map((one) => distanceBits(one, asked)))
      const close = Math.min(...tiles.slice(0, 100).map((one) => distanceBits(one, asked)))
      const found = await hma.lookup(pdq(asked, { banks: 'TILES,CLOSE' }))
      expect([at, found.TILES?.[0]?.distance]).toEqual([at, nearest <= 31 ? String(nearest) : undefined])
      expect([at, found.CLOSE?.[0]?.distance]).toEqual([at, close <= 10 ? String(close) : undefined])
    }
  })

  test('looks files up', async () => {
    const match = { TILES: [{ bank_content_id: expect.any(Number), distance: '0' }] }
    expect(await hma.lookupFile('photo', picture(BOAT))).toEqual({ pdq: match })
    expect(await hma.lookupUrl({ url: `http://127.0.0.1:${portOf(host)}/boat.png` })).toEqual({ pdq: match })
    expect(await hma.lookupFile('video', VIDEO)).toEqual({ video_md5: { VIDEOS: [expect.anything()] } })
    expect(await hma.lookupFile('photo', picture(['hatched', 9]))).toEqual({ pdq: {} })
  })

  test('compares hashes without asking a list', async () => {
    const far = hashes(2, 8)
    expect(await hma.compare({ pdq: [first, turned(tiles[0] ?? expect.fail(), 9)] })).toEqual({
      pdq: [true, { distance: 9 }],
    })
    expect((await hma.compare({ pdq: far })).pdq?.[0]).toBe(false)
  })

  test('sees banks, changes how often one answers, and cannot do that to a sealed one', async () => {
    expect(await hma.banks()).toContainEqual({ name: 'TILES', matching_enabled_ratio: 1 })
    expect(await hma.bank('TILES')).toEqual({ name: 'TILES', matching_enabled_ratio: 1 })
    // As one client sends it: a number as a text.
    expect(await hma.updateBank('TILES', { enabled_ratio: '0.5' })).toEqual({
      name: 'TILES',
      matching_enabled_ratio: 0.5,
    })
    const seeds = Array.from({ length: 100 }, (_, at) => String(at))
    const answers = await Promise.all(seeds.map(async (seed) => 'TILES' in (await hma.lookup(pdq(second, { seed })))))
    expect(answers.filter(Boolean).length).toBeGreaterThan(25)
    expect(answers.filter(Boolean).length).toBeLessThan(75)
    house.clock.now += 10_000
    const again = await Promise.all(seeds.map(async (seed) => 'TILES' in (await hma.lookup(pdq(second, { seed })))))
    expect(again).toEqual(answers)
    expect(
      await hma.lookup(pdq(second, { seed: seeds[answers.indexOf(false)] ?? '', bypass_coinflip: 'true' })),
    ).toHaveProperty('TILES')
    expect(await hma.updateBank('TILES', { enabled: true })).toEqual({ name: 'TILES', matching_enabled_ratio: 1 })
    await expect(sealed.updateBank('CSAM_MEDIA', { enabled_ratio: 0.5 })).rejects.toEqual(refused(400, /sealed list/))
    expect(await sealed.bank('CSAM_MEDIA')).toEqual({ name: 'CSAM_MEDIA', matching_enabled_ratio: 1 })
  })

  test('sees sealed banks with the scope match:sealed only, and nothing of their entries', async () => {
    const csam = pdqOf(CSAM)
    expect((await hma.banks()).map(({ name }) => name)).not.toContain('CSAM_MEDIA')
    await expect(hma.bank('CSAM_MEDIA')).rejects.toEqual(refused(404, /no bank/))
    await expect(hma.lookup(pdq(csam, { banks: 'CSAM_MEDIA' }))).rejects.toEqual(refused(404, /no bank/))
    const near = await sealed.lookup(pdq(csam))
    const far = await sealed.lookup(pdq(turned(csam as never, 20)))
    expect(near.CSAM_MEDIA).toEqual([{ bank_content_id: expect.any(Number), distance: '0' }])
    expect(far.CSAM_MEDIA).toEqual(near.CSAM_MEDIA)
  })

  test('is told that something is not known, never that there is no match', async () => {
    const broken = Buffer.from(picture(['hatched', 9]))
    broken.fill(0, 60)
    await expect(hma.lookupFile('photo', broken)).rejects.toEqual(refused(503, /not "no match"/))
    await expect(hma.hashFile('photo', broken)).rejects.toEqual(refused(400, /damaged/))
    await expect(hma.lookupUrl({ url: 'https://elsewhere.example/a.png' })).rejects.toEqual(
      refused(503, /could not be fetched/),
    )
    expect(await hma.status()).toEqual([200, 'I-AM-ALIVE'])
    house.clock.now += 2 * DAY_MS
    const fresh = await clientWith('compat.hma')
    await expect(fresh.lookup(pdq(NOWHERE))).rejects.toEqual(refused(503, /FRESH cannot tell \(stale\)/))
    expect(await fresh.lookup(pdq(pdqOf(BOAT)))).toHaveProperty('TILES')
    expect(fresh.unknown).toBe('FRESH')
    expect(await fresh.lookup(pdq(first))).toHaveProperty('FRESH')
    expect(await fresh.status()).toEqual([503, 'INDEX-STALE'])
    expect(await fresh.status('/status/live')).toEqual([200, 'I-AM-ALIVE'])
    const { book } = house.context.library
    const all = Object.getPrototypeOf(book).get
    book.get = (id) => (id === 'tiles' ? undefined : all.call(book, id))
    await expect(fresh.lookup(pdq(NOWHERE, { banks: 'TILES' }))).rejects.toEqual(refused(503, /not_loaded/))
    expect(await fresh.status()).toEqual([503, 'INDEX-NOT-LOADED'])
    expect((await fresh.indexStatus()).pdq).toEqual({ present: false, built_to: -1, size: 0 })
    Reflect.deleteProperty(book, 'get')
    house.clock.now -= 2 * DAY_MS
    expect((await hma.indexStatus()).pdq).toEqual({ present: true, built_to: expect.any(Number), size: 402 })
  })

  test('makes a bank, fills it by hash, by file and by address, and what is in it matches at once', async () => {
    const made = { name: 'COOP_ORG1_OWN', matching_enabled_ratio: 1 }
    expect(await hma.createBank({ name: 'COOP_ORG1_OWN', enabled_ratio: '1' })).toEqual(made)
    await expect(hma.createBank({ name: 'COOP_ORG1_OWN' })).rejects.toEqual(refused(403, /already exists/))
    await expect(hma.createBank({ name: 'lower_case' })).rejects.toEqual(refused(400, /name/))
    await expect(hma.createBank({ name: 'OTHER', harm: 'nonsense' })).rejects.toEqual(refused(400, /harm/))
    const [own = '', other = ''] = hashes(2, 61)
    const added = await hma.addSignal('COOP_ORG1_OWN', { pdq: own.toUpperCase() })
    expect(added.signals).toEqual({ pdq: own })
    expect(await hma.lookup(pdq(own))).toEqual({ COOP_ORG1_OWN: [{ bank_content_id: added.id, distance: '0' }] })
    // Once more changes nothing.
    expect((await hma.addSignal('COOP_ORG1_OWN', { pdq: own })).id).toBe(added.id)
    const byFile = await hma.addContentFile('COOP_ORG1_OWN', 'photo', picture(['hatched', 12]))
    expect(byFile.signals).toEqual({ pdq: pdqOf(['hatched', 12]) })
    const byUrl = await hma.addContentUrl('COOP_ORG1_OWN', { url: `http://127.0.0.1:${portOf(host)}/boat.png` })
    expect(new Set([added.id, byFile.id, byUrl.id]).size).toBe(3)
    expect(await hma.lookupFile('photo', picture(['hatched', 12]))).toEqual({
      pdq: { COOP_ORG1_OWN: [{ bank_content_id: byFile.id, distance: '0' }] },
    })
    const acts = await house.rows('entry_acts')
    expect(new Set(acts.map(({ asked_by: by }) => String(by).slice(0, 4)))).toEqual(new Set(['key:']))
    await expect(hma.addSignal('COOP_ORG1_OWN', { video_md5: '0'.repeat(32) })).rejects.toEqual(
      refused(400, /pictures/),
    )
    await expect(hma.addSignal('COOP_ORG1_OWN', { pdq: other.slice(2) })).rejects.toEqual(refused(400, /64 hex/))
    await expect(hma.addSignal('NOWHERE', { pdq: other })).rejects.toEqual(refused(404, /no bank/))
  })

  test('shows an entry, puts it aside for a while, and takes it out', async () => {
    const bank = 'COOP_ORG1_OWN'
    const [, , entry = ''] = hashes(3, 62)
    const { id } = await hma.addSignal(bank, { pdq: entry })
    const shown = {
      ...{ id, disable_until_ts: 1, collab_metadata: {}, original_media_uri: null },
      bank: { name: bank, matching_enabled_ratio: 1 },
    }
    expect(await hma.content(bank, id)).toEqual(shown)
    const whole = await hma.content(bank, id, { include_signals: 'true' })
    expect(whole).toEqual({ ...shown, signals: { pdq: entry } })
    // Kept one a line, these answers are a list file.
    expect(parseListFile(JSON.stringify(whole), 'application/x-ndjson', 'pdq').entries).toEqual([
      { value: entry, sourceId: String(id) },
    ])
    const until = Math.floor(house.clock.now / 1000) + 3_600
    expect(await hma.updateContent(bank, id, { disable_until_ts: until })).toEqual({
      ...shown,
      disable_until_ts: until,
    })
    expect(await hma.lookup(pdq(entry))).toEqual({})
    house.clock.now += 3_601_000
    expect(await hma.lookup(pdq(entry))).toHaveProperty(bank)
    expect((await hma.updateContent(bank, id, { disable_until_ts: 0 })).disable_until_ts).toBeGreaterThan(until)
    expect(await hma.lookup(pdq(entry))).toEqual({})
    expect(await hma.updateContent(bank, id, { disable_until_ts: 1 })).toEqual(shown)
    expect(await hma.lookup(pdq(entry))).toHaveProperty(bank)
    await expect(hma.updateContent(bank, id, { disable_until_ts: 9_999_999_999 })).rejects.toEqual(refused(400, /year/))
    await expect(hma.updateContent(bank, id, { disable_until_ts: -1 })).rejects.toEqual(refused(400, /non-negative/))
    expect(await hma.deleteContent(bank, id)).toEqual({ deleted: 1 })
    expect(await hma.lookup(pdq(entry))).toEqual({})
    expect(await hma.deleteContent(bank, id)).toEqual({ deleted: 0 })
    await expect(hma.content(bank, id)).rejects.toEqual(refused(404, /not found/))
  })

  test('sees exchanges that feed its banks, and nothing of what signs in', async () => {
    await put('fed', 'digest', ['1'.repeat(32)])
    const wish = {
      ...{ source: 'http', settings: { url: 'https://hashes.example/list', form: 'pages', kind: 'digest' } },
      ...{ credentials: { token: 'not-to-be-told' }, lists: { digest: 'fed' } },
    }
    expect((await operatorCalls(house, '/v1/exchanges/partner', wish, 'PUT')).status).toBe(200)
    expect(await hma.exchanges()).toEqual(['PARTNER'])
    expect(await hma.exchange('PARTNER')).toEqual({ name: 'PARTNER', api: 'http', enabled: false })
    expect(await hma.exchangeStatus('PARTNER')).toEqual({ last_fetch_time: 0, checkpoint_time: 0, success: true })
    await expect(hma.exchange('OTHER')).rejects.toEqual(refused(404, /Exchange not found/))
    await expect(hma.addSignal('FED', { video_md5: '2'.repeat(32) })).rejects.toEqual(refused(400, /exchange feeds/))
  })

  test('changes nothing in a sealed bank, and is shown no value that the terms keep here', async () => {
    await expect(sealed.addSignal('CSAM_MEDIA', { pdq: first })).rejects.toEqual(refused(403, /two people/))
    await expect(sealed.deleteContent('CSAM_MEDIA', 1)).rejects.toEqual(refused(403, /two people/))
    const [{ bank_content_id: id = 0 } = {}] = (await sealed.lookup(pdq(pdqOf(CSAM)))).CSAM_MEDIA ?? []
    await expect(sealed.content('CSAM_MEDIA', id + 1)).rejects.toEqual(refused(403, /sealed/))
    const [{ bank_content_id: open = 0 } = {}] = (await hma.lookup(pdq(first))).TILES ?? []
    expect(await hma.content('TILES', open)).toMatchObject({ id: open, disable_until_ts: 1 })
    await expect(hma.content('TILES', open, { include_signals: 'true' })).rejects.toEqual(refused(403, /terms/))
  })

  test.each([
    ['no signal', {}, /signal_type is required/],
    ['no such type', { signal: 'a', signal_type: 'md6' }, /No such SignalType/],
    ['63 digits', pdq(first.slice(1)), /64 hex digits/],
    ['an MD5 that is none', { signal: 'xyz', signal_type: 'video_md5' }, /32 hex digits/],
  ])('is refused in HMA’s words: %s', async (_, query, words) => {
    await expect(hma.lookup(query as Record<string, string>)).rejects.toEqual(refused(400, words))
  })

  test.each([
    'file:///etc/hostname',
    'data:image/png;base64,iVBORw0KGgo=',
    'ftp://host.example/a.png',
    'HTTPSX://host.example/a.png',
    'host.example/a.png',
  ])('is refused an address that no file is fetched from: %s', async (url) => {
    const is = refused(400, /^url: expected an address that begins with https: or http:$/)
    await expect(hma.hashUrl({ url })).rejects.toEqual(is)
    await expect(hma.lookupUrl({ url })).rejects.toEqual(is)
    await expect(hma.addContentUrl('TILES', { url })).rejects.toEqual(is)
  })

  test('is refused when the file is no form, has no part of a known name, or is too large', async () => {
    await expect(hma.hashFile('picture', picture(BOAT))).rejects.toEqual(refused(400, /photo or video/))
    await expect(hma.hashFile('photo', picture(BOAT), { types: 'video_md5' })).rejects.toEqual(
      refused(400, /signal types/),
    )
    await expect(hma.hashFile('photo', new Uint8Array(51 * 2 ** 20))).rejects.toEqual(refused(413, /larger/))
    await expect(hma.hashUrl({})).rejects.toEqual(refused(400, /url is required/))
    await expect(hma.compare({ pdq: [first] })).rejects.toEqual(refused(400, /exactly 2/))
  })

  test('finds nothing open without the scope', async () => {
    const other = await clientWith('match')
    await expect(other.banks()).rejects.toEqual(refused(403, /compat\.hma/))
    const nobody = new HmaClient(`http://127.0.0.1:${server.port}/compat/hma`, {})
    await expect(nobody.lookup(pdq(first))).rejects.toEqual(refused(403, /valid key/))
  })

  test('a key that only looks up changes nothing; one that only changes is not answered', async () => {
    const asks = await clientWith('compat.hma')
    const writes = await clientWith('compat.hma.write')
    expect((await asks.bank('TILES')).name).toBe('TILES')
    const { id } = await hma.addSignal('TILES', { pdq: NOWHERE })
    const before = await house.rows('list_entries')
    for (const change of [
      () => asks.createBank({ name: 'MINE' }),
      () => asks.updateBank('TILES', { enabled_ratio: 0 }),
      () => asks.addSignal('TILES', { pdq: NOWHERE }),
      () => asks.addContentFile('TILES', 'photo', picture(BOAT)),
      () => asks.updateContent('TILES', id, { disable_until_ts: 0 }),
      () => asks.deleteContent('TILES', id),
      () => asks.deleteBank('TILES'),
    ])
      await expect(change()).rejects.toEqual(refused(403, /./))
    expect(await house.rows('list_entries')).toEqual(before)
    await expect(writes.lookup(pdq(first))).rejects.toEqual(refused(403, /./))
    expect((await writes.updateBank('TILES', { enabled_ratio: 1 })).name).toBe('TILES')
  })

  test('a bank is deleted and renamed by nobody’s key, and is told what to do instead', async () => {
    await expect(hma.deleteBank('TILES')).rejects.toEqual(refused(403, /lamplighter lists retire tiles/))
    await expect(hma.deleteBank('NOWHERE')).rejects.toEqual(refused(404, /no bank/))
    await expect(hma.updateBank('TILES', { name: 'STONES' })).rejects.toEqual(refused(400, /keeps its name: .* tiles/))
    expect((await hma.bank('TILES')).name).toBe('TILES')
  })
})
