import { createHash } from 'node:crypto'
import type { HashAnswer, MatchResult } from '@lamplighter/api'
import { distanceBits, type Pdq, parsePdq, readingsOf } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { pdqKernel } from '../../evidence/decoder/index.ts'
import { hills, jpeg, png } from '../../evidence/decoder/testing/files.ts'
import { CSAM, type House, openHouse, pdqOf, picture } from '../../testing/house.ts'
import { operatorCalls } from '../../testing/operator-calls.ts'
import { operatorDoer } from '../../testing/server.ts'
import { hashes, turned } from '../pictures/testing/hashes.ts'
import { encodePng } from '../sample-png.ts'

const DAY_MS = 86_400_000
const BOAT = ['boat', 3] as const
const md5 = (bytes: Uint8Array) => createHash('md5').update(bytes).digest('hex')
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

/** What the open lists hold. */
const tiles = hashes(400, 11)
const close = tiles.slice(0, 200)
const boat = pdqOf(BOAT)

let house: House
beforeAll(async () => {
  house = await openHouse()
  await put('tiles', 'pdq', [...tiles, boat], { within: 31 })
  await put('tiles_close', 'pdq', close, { within: 15 })
  await put('files', 'digest', [sha256(picture(BOAT)), 'b'.repeat(32)], {})
  await put('fresh', 'pdq', tiles.slice(0, 3), { staleAfterMs: DAY_MS })
}, 60_000)
afterAll(() => house.close())

function put(
  id: string,
  kind: 'pdq' | 'digest',
  values: readonly string[],
  facts: { within?: number; staleAfterMs?: number },
) {
  return house.context.library.import({
    facts: { id, kind, harm: 'spam', sealed: false, context: false, source: 'test', staleAfterMs: null, ...facts },
    text: values.join('\n'),
    contentType: 'text/plain',
    by: 'operator',
    live: true,
  })
}

/** The key's rate has room again. */
const wait = () => {
  house.clock.now += 2_000
}
const match = (body: unknown) => {
  wait()
  return house.platform('POST', '/v1/match', { body })
}
const pdqs = (values: readonly string[], quality = 80) => values.map((value) => ({ kind: 'pdq', value, quality }))
const resultsOf = async (body: unknown): Promise<MatchResult[]> => {
  const answer = await match(body)
  expect([answer.status, answer.text.slice(0, 200)]).toEqual([200, expect.any(String)])
  return answer.body.results
}
const file = (path: string, bytes: Uint8Array, type = 'image/png') => {
  wait()
  return house.platform('POST', path, { body: bytes, headers: { 'content-type': type } })
}

/** The nearest entry of a list, found by looking at each. Entries are numbered in the order of their values from 1. */
function bruteForce(list: string, values: readonly Pdq[], within: number, asked: Pdq) {
  const near = values
    .map((value, at) => ({ list, version: 1, entry: at + 1, distance: distanceBits(value, asked) }))
    .filter(({ distance }) => distance <= within)
  return near.sort((a, b) => a.distance - b.distance || a.entry - b.entry).slice(0, 1)
}

describe('POST /v1/match', () => {
  test('says of 1,000 hashes what a look at every entry says, list by list', async () => {
    const asked = [
      ...tiles.flatMap((pdq, at) => [turned(pdq, at % 36)]),
      ...close.map((pdq) => turned(pdq, 15)),
      ...close.map((pdq) => turned(pdq, 16)),
      ...hashes(200, 99),
    ]
    expect(asked).toHaveLength(1_000)
    const results = await resultsOf({ hashes: pdqs(asked), lists: ['tiles', 'tiles_close'] })
    const expected = asked.map((pdq) => {
      const hits = [...bruteForce('tiles', tiles, 31, pdq), ...bruteForce('tiles_close', close, 15, pdq)]
      return { state: hits.length > 0 ? 'hit' : 'no_hit', hits }
    })
    expect(results).toEqual(expected)
    // The sets are no accident: hits at every distance, just beyond, and none.
    expect(new Set(results.flatMap(({ hits }) => hits.map(({ distance }) => distance))).size).toBe(32)
    expect(results.filter(({ state }) => state === 'no_hit').length).toBeGreaterThan(200)
  })

  test('matching 15: lowers upper case, and refuses what is no hash, with its place', async () => {
    const [tile = boat] = tiles
    expect(await resultsOf({ hashes: pdqs([tile.toUpperCase()]), lists: ['tiles'] })).toMatchObject([
      { state: 'hit', hits: [{ entry: 1, distance: 0 }] },
    ])
    const wrong = [
      [{ kind: 'pdq', value: tile.slice(1), quality: 80 }, 'value'],
      [{ kind: 'pdq', value: `0x${tile.slice(2)}`, quality: 80 }, 'value'],
      [{ kind: 'pdq', value: '0'.repeat(64), quality: 80 }, 'value'],
      [{ kind: 'pdq', value: 'f'.repeat(64), quality: 80 }, 'value'],
      [{ kind: 'pdq', value: tile, quality: 101 }, 'quality'],
      [{ kind: 'pdq', value: tile, quality: -1 }, 'quality'],
      [{ kind: 'pdq', value: tile }, 'quality'],
      [{ kind: 'md5', value: 'b'.repeat(40) }, 'value'],
      [{ kind: 'sha256', value: 'x'.repeat(64) }, 'value'],
    ] as const
    for (const [hash, place] of wrong) {
      const answer = await match({ hashes: [...pdqs([tile]), hash] })
      expect([answer.status, answer.body.code, answer.body.pointer]).toEqual([422, 'bad_hash', `/hashes/1/${place}`])
    }
    expect((await match({ hashes: [] })).body.code).toBe('invalid')
    expect((await match({ hashes: pdqs(new Array(1_001).fill(tile)) })).body.code).toBe('invalid')
    expect((await match({ hashes: pdqs([tile]), lists: ['nowhere'] })).body).toMatchObject({
      code: 'invalid',
      pointer: '/lists/0',
    })
    expect((await match({ hashes: pdqs([tile]), lists: ['threat_terms'] })).body.code).toBe('invalid')
  })

  test('a picture with too little in it accuses nobody: a hit is unknown, with the entry', async () => {
    const [tile = boat] = tiles
    const [weak, far] = await resultsOf({ hashes: pdqs([tile, ...hashes(1, 77)], 49), lists: ['tiles'] })
    expect(weak).toEqual({
      state: 'unknown',
      why: 'featureless',
      hits: [{ list: 'tiles', version: 1, entry: 1, distance: 0, flags: ['weak'] }],
    })
    expect(far?.state).toBe('no_hit')
  })

  test('digests are equal or not; MD5 is told to be weak; a kind that no list holds is asked of none', async () => {
    const results = await resultsOf({
      hashes: [
        { kind: 'sha256', value: sha256(picture(BOAT)).toUpperCase() },
        { kind: 'md5', value: 'b'.repeat(32) },
        { kind: 'md5', value: 'c'.repeat(32) },
        { kind: 'sha1', value: 'c'.repeat(40) },
      ],
      lists: ['files'],
    })
    expect(results).toEqual([
      { state: 'hit', hits: [{ list: 'files', version: 1, entry: 1, distance: 0 }] },
      { state: 'hit', hits: [{ list: 'files', version: 1, entry: 2, distance: 0, flags: ['weak_digest'] }] },
      { state: 'no_hit', hits: [] },
      { state: 'none', hits: [] },
    ])
  })

  test('never says "no hit" for a list that is stale or not loaded; what hits still hits', async () => {
    const [listed = boat, , , other = boat] = tiles
    const hashesAsked = pdqs([listed, other])
    expect((await resultsOf({ hashes: hashesAsked, lists: ['fresh'] })).map(({ state }) => state)).toEqual([
      'hit',
      'no_hit',
    ])
    house.clock.now += 2 * DAY_MS
    expect(await resultsOf({ hashes: hashesAsked, lists: ['fresh', 'tiles_close'] })).toMatchObject([
      { state: 'hit' },
      { state: 'hit', hits: [{ list: 'tiles_close' }] },
    ])
    const [nowhere = boat] = hashes(1, 78)
    expect(await resultsOf({ hashes: pdqs([nowhere]), lists: ['tiles', 'fresh'] })).toEqual([
      { state: 'unknown', why: 'stale', hits: [] },
    ])
    house.clock.now -= 2 * DAY_MS
    const { book } = house.context.library
    const all = Object.getPrototypeOf(book).get
    book.get = (id) => (id === 'tiles' ? undefined : all.call(book, id))
    expect(await resultsOf({ hashes: pdqs([nowhere]), lists: ['tiles', 'tiles_close'] })).toEqual([
      { state: 'unknown', why: 'not_loaded', hits: [] },
    ])
    expect((await resultsOf({ hashes: pdqs([listed]), lists: ['tiles', 'tiles_close'] }))[0]?.state).toBe('hit')
    Reflect.deleteProperty(book, 'get')
  })

  test('a file is looked up with all that is in it, and nothing of it is stored', async () => {
    const before = (await house.rows('media')).length
    const answer = await file('/v1/match?lists=tiles,files', picture(BOAT))
    expect(answer.body).toMatchObject({
      lists: [
        { id: 'tiles', version: 1 },
        { id: 'files', version: 1 },
      ],
      results: [
        {
          state: 'hit',
          hits: [
            { list: 'tiles', entry: 401 },
            { list: 'files', entry: 1 },
          ],
        },
      ],
      file: { sha256: sha256(picture(BOAT)), type: 'image/png' },
    })
    expect(await house.rows('media')).toHaveLength(before)
  })

  test('a file that cannot be read is unknown to lists of pictures, unless another list knows it', async () => {
    const broken = Buffer.from(picture(BOAT))
    broken.fill(0, 40)
    const { results, file: facts } = (await file('/v1/match?lists=tiles', broken)).body
    expect(results).toEqual([{ state: 'unknown', why: facts.unknown[0].why, hits: [] }])
    await put('broken_files', 'digest', [md5(broken)], {})
    expect((await file('/v1/match?lists=tiles,broken_files', broken)).body.results).toMatchObject([
      { state: 'hit', hits: [{ list: 'broken_files', flags: ['weak_digest'] }] },
    ])
    // One grey: measured, and near nothing.
    const grey = encodePng({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 4).fill(128) })
    expect((await file('/v1/match?lists=tiles', grey)).body.results).toEqual([{ state: 'no_hit', hits: [] }])
    // What is plainly no picture is none to them: its digests are all there is.
    for (const [bytes, type] of [
      ['ID3\x03\0 a sound', 'audio/mpeg'],
      ['some words', 'text/plain'],
    ] as const) {
      const plain = await file('/v1/match?lists=tiles,files', Buffer.from(bytes, 'latin1'), type)
      expect([type, plain.body.results]).toEqual([type, [{ state: 'no_hit', hits: [] }]])
    }
  })

  test('matching 13: what may hold pictures and is never opened is unknown to lists of pictures, whatever it is called', async () => {
    for (const [bytes, type] of [
      ['%PDF-1.7\n', 'application/pdf'],
      ['%PDF-1.7\n', 'text/plain'],
      ['PK\x03\x04 an archive', 'application/zip'],
      ['<html></html>', 'text/html'],
    ] as const) {
      const { results } = (await file('/v1/match?lists=tiles,files', Buffer.from(bytes, 'latin1'), type)).body
      expect([type, results]).toEqual([type, [{ state: 'unknown', why: 'unsupported', hits: [] }]])
      const digests = await file('/v1/match?lists=files', Buffer.from(bytes, 'latin1'), type)
      expect([type, digests.body.results]).toEqual([type, [{ state: 'no_hit', hits: [] }]])
    }
  })

  test('matching 12: a listed JPEG that is cut off is a hit or unknown, never no hit', async () => {
    const shown = hills(240, 180, 7)
    const jpegFile = await jpeg(shown)
    const [reading] = readingsOf(pdqKernel(), shown, { orientation: 1 })
    await put('hills', 'pdq', [reading?.pdq ?? expect.fail()], {})
    const states: string[] = []
    for (const share of [0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 1]) {
      const cut = jpegFile.subarray(0, Math.floor(jpegFile.length * share))
      const { results, file: facts } = (await file('/v1/match?lists=hills', cut, 'image/jpeg')).body
      states.push(results[0].state)
      if (share < 1 && results[0].state === 'hit') expect(facts.flags).toContain('read_with_errors')
    }
    expect(states).not.toContain('no_hit')
    expect([states.includes('unknown'), states.at(-1)]).toEqual([true, 'hit'])
  })
})

describe('sealed lists', () => {
  const csam = parsePdq(pdqOf(CSAM)) ?? expect.fail()

  async function sealedKey(): Promise<(body: unknown, from: string) => Promise<Response>> {
    const { key } = await house.context.people.newKey({
      name: 'oracle',
      connection: 'main',
      scopes: ['match:sealed'],
      days: 1,
      addresses: ['10.1.0.0/16'],
      doer: operatorDoer,
    })
    return (body, from) =>
      house.context.app.fetch(
        new Request(new URL('/v1/match', house.context.config.url), {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        }),
        { incoming: { socket: { remoteAddress: from } } },
      )
  }

  test('are not asked by the scope match: named they are refused, unnamed left out', async () => {
    const named = await match({ hashes: pdqs([csam]), lists: ['tiles', 'csam_media'] })
    expect([named.status, named.body.code, named.body.pointer]).toEqual([403, 'sealed', '/lists/1'])
    const { lists, results } = (await match({ hashes: pdqs([csam]) })).body
    expect(lists.map(({ id }: { id: string }) => id)).not.toContain('csam_media')
    expect(results[0].state).toBe('no_hit')
  })

  test('say their name alone, to a key from its own addresses, counted and told', async () => {
    const ask = await sealedKey()
    const answer = await ask({ hashes: [...pdqs([csam, turned(csam, 7), turned(csam, 40)])] }, '10.1.2.3')
    const { lists, results } = (await answer.json()) as { lists: object[]; results: MatchResult[] }
    expect(lists).toContainEqual({ id: 'csam_media' })
    expect(results).toEqual([
      { state: 'hit', hits: [{ list: 'csam_media' }] },
      { state: 'hit', hits: [{ list: 'csam_media' }] },
      { state: 'no_hit', hits: [] },
    ])
    const weak = await ask({ hashes: pdqs([csam], 10), lists: ['csam_media'] }, '::ffff:10.1.2.3')
    expect(((await weak.json()) as { results: MatchResult[] }).results).toEqual([
      { state: 'unknown', why: 'featureless', hits: [{ list: 'csam_media' }] },
    ])
    expect((await ask({ hashes: pdqs([csam]) }, '10.2.0.1')).status).toBe(401)
    expect((await ask({ hashes: pdqs([csam]), lists: ['tiles'] }, '10.1.2.3')).status).toBe(403)
    expect((await house.rows('sealed_lookups')).map(({ lookups }) => Number(lookups))).toEqual([4])
  })

  test('are asked 100,000 times a day and not once more, and the next day again', async () => {
    const body = (count: number) => ({ hashes: pdqs(new Array(count).fill(csam)), lists: ['csam_media'] })
    for (let call = 0; call < 100; call += 1) {
      const { status } = await operatorCalls(house, '/v1/match', body(1_000))
      expect([call, status]).toEqual([call, 200])
    }
    const over = await operatorCalls(house, '/v1/match', body(1))
    expect([over.status, over.body.code]).toEqual([429, 'rate_limited'])
    house.clock.now += DAY_MS
    expect((await operatorCalls(house, '/v1/match', body(1))).status).toBe(200)
    house.clock.now -= DAY_MS
  }, 60_000)

  test('a key for them is bound to addresses', async () => {
    const wish = { name: 'x', connection: 'main', scopes: ['match:sealed'] as const, days: 1, doer: operatorDoer }
    const refused = { code: 'invalid', extra: { pointer: '/addresses' } }
    await expect(house.context.people.newKey(wish)).rejects.toMatchObject(refused)
    await expect(house.context.people.newKey({ ...wish, addresses: ['10.0.0.1/8'] })).rejects.toMatchObject({
      code: 'invalid',
      extra: { pointer: '/addresses/0' },
    })
  })
})

describe('POST /v1/hash', () => {
  test('gives digests, type and readings, and stores nothing', async () => {
    const before = (await house.rows('media')).length
    const bytes = picture(BOAT)
    const answer = await file('/v1/hash', bytes)
    const facts: HashAnswer = answer.body
    expect(facts).toMatchObject({ sha256: sha256(bytes), md5: md5(bytes), type: 'image/png', width: 512, unknown: [] })
    const reading = facts.readings.find(
      ({ profile, ground }) => profile === 'full' && (ground ?? 'dropped') === 'dropped',
    )
    expect(reading?.pdq).toBe(boat)
    expect(answer.text).not.toContain('variants')
    expect(await house.rows('media')).toHaveLength(before)
  })

  test('a file that cannot be read has its digests, and the reason', async () => {
    const broken = Buffer.from(picture(BOAT))
    broken.fill(0, 40)
    const { body } = await file('/v1/hash', broken)
    expect(body).toMatchObject({ sha256: sha256(broken), unknown: [{ part: 'pixels', why: 'damaged' }] })
  })

  test('matching 13: what is never rendered is refused, an empty body and one too large too', async () => {
    for (const text of ['<svg xmlns="x"/>', '%PDF-1.7\n']) {
      const answer = await file('/v1/hash', Buffer.from(text), 'image/png')
      expect([text, answer.status, answer.body.code]).toEqual([text, 415, 'unsupported_type'])
    }
    const heic = await file('/v1/hash', Buffer.from('\0\0\0\x18ftypheic\0\0\0\0heic'), 'image/heic')
    expect(heic.body).toMatchObject({ type: 'image/heic', unknown: [{ why: 'no_decoder' }], md5: expect.any(String) })
    const tiny = await file('/v1/hash', png(hills(4, 4)))
    expect(tiny.body).toMatchObject({ width: 4, readings: [], unknown: [] })
    expect((await file('/v1/hash', picture(BOAT, 64))).body.readings).toHaveLength(1)
    const empty = await file('/v1/hash', new Uint8Array())
    expect([empty.status, empty.body.code]).toEqual([422, 'invalid'])
    const large = await file('/v1/hash', new Uint8Array(50 * 2 ** 20 + 1))
    expect([large.status, large.body.code]).toEqual([413, 'too_large'])
  })

  test('an address that cannot be fetched leaves everything unknown', async () => {
    const { status, body } = await house.platform('POST', '/v1/hash', { body: { url: 'https://cdn.example/a.png' } })
    expect([status, body]).toEqual([
      200,
      { readings: [], unknown: [{ part: 'bytes', why: 'fetch_failed' }], flags: [] },
    ])
  })
})
