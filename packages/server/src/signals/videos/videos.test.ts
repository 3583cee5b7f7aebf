import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Pdq, parsePdq } from '@lamplighter/matching'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { engines } from '../../storage/testing/engines.ts'
import { CSAM, freshId, type House, openHouse, type Person, pdqOf } from '../../testing/house.ts'
import { operatorCalls, operatorHandsIn } from '../../testing/operator-calls.ts'
import { operatorDoer } from '../../testing/server.ts'
import { canaryHashes } from '../canaries/testing/hashes.ts'
import { PictureLists } from '../pictures/lists.ts'
import { snapshotsIn } from '../pictures/snapshots.ts'
import { hashes, turned } from '../pictures/testing/hashes.ts'
import { allLists } from '../store.ts'
import { videoValue } from './frames.ts'

const clips = Array.from({ length: 8 }, (_, at) => hashes(5, 100 + at))
const clip = (at: number): readonly Pdq[] => clips[at] ?? expect.fail('there is a clip')
const HARM = 'spam'

describe.each(engines)('a list of videos on $name', (engine) => {
  let house: House
  let lead: Person
  beforeAll(async () => {
    house = await openHouse({ engine, bare: true })
    lead = await house.person('lead')
  })
  afterAll(() => house.close())

  const put = async (id: string, videos: readonly (readonly Pdq[])[], query = '') => {
    const answer = await handIn(`/v1/lists/${id}/versions?kind=vpdq&harm=${HARM}&live=yes${query}`, videos)
    expect(answer.body).toMatchObject({ state: 'done' })
    return answer.body.version
  }
  const handIn = (path: string, videos: readonly (readonly Pdq[])[]) =>
    operatorHandsIn(house, path, videos.map(videoValue).join('\n'))

  const ask = (list: string, frames: readonly string[], file?: string) => {
    const pdqs = frames.map((hash) => parsePdq(hash) ?? expect.fail('expected a hash'))
    const seen = { readings: pdqs.map((pdq) => ({ pdq, quality: 90, variants: [] })), file, moves: true }
    const { book } = house.context.library
    const bound = book.bind(seen.readings, house.clock.now, new Set(), new Map(), [seen])
    const found = bound.get(list)?.find('near', frames[0] ?? '')
    return found === undefined || found === null ? found : Number(found.entry)
  }

  const change = async (list: string, body: object) => {
    const { revision } = (await lead.call('GET', `/v1/lists/${list}`)).body
    return lead.call('PATCH', `/v1/lists/${list}`, { body, headers: { 'if-match': `"${revision}"` } })
  }

  test('is handed in, declares its shares, and is shown with them', async () => {
    expect(await put('shown', [clip(0), clip(1)], '&within=20&listShare=0.6&queryShare=0.1')).toMatchObject({
      state: 'live',
      entries: 2,
    })
    const { body } = await lead.call('GET', '/v1/lists/shown')
    expect(body).toMatchObject({ kind: 'vpdq', within: 20, listShare: 0.6, queryShare: 0.1, variants: 'as_is' })
    await put('plain', [clip(0)])
    expect((await lead.call('GET', '/v1/lists/plain')).body).toMatchObject({
      within: 31,
      listShare: 0.8,
      queryShare: 0,
    })
    expect((await lead.call('GET', '/v1/lists')).body.items).toContainEqual(
      expect.objectContaining({ id: 'shown', kind: 'vpdq', entries: 2, state: 'live' }),
    )
    expect(ask('shown', clip(1).slice(0, 3))).toBe(2)
    expect(ask('shown', clip(1).slice(0, 2))).toBeNull()
    expect(ask('plain', clip(0).slice(0, 3))).toBeNull()
    expect([
      ask(
        'shown',
        clip(1).map((pdq) => turned(pdq, 20)),
      ),
      ask(
        'shown',
        clip(1).map((pdq) => turned(pdq, 21)),
      ),
    ]).toEqual([2, null])
  })

  test('a share that lets more through waits for a trial; one that lets less through holds at once', async () => {
    await put('shares', [clip(0)])
    const tighter = await change('shares', { listShare: 1, reason: 'too many' })
    expect([tighter.status, tighter.body.waits]).toEqual([200, null])
    expect(ask('shares', clip(0).slice(0, 4))).toBeNull()
    expect((await change('shares', { listShare: 0.4, reason: 'too few' })).body.waits).toBe(2)
    const { waits } = (await lead.call('GET', '/v1/lists/shares')).body
    expect([waits.state, waits.reasons]).toEqual(['trial', [{ code: 'changed', what: ['shares'] }]])
    expect([ask('shares', clip(0).slice(0, 4)), ask('shares', clip(0))]).toEqual([null, 1])
    await house.context.library.step({
      ...{ list: 'shares', version: 2, step: 'live', reason: 'looked at', by: { kind: 'operator' } },
      ...{ withoutTrial: true, doer: operatorDoer },
    })
    expect(ask('shares', clip(0).slice(0, 2))).toBe(1)
  })

  test('what only lists of videos have is refused elsewhere, and they match within 31 bits at most', async () => {
    const facts = { harm: HARM, sealed: false, source: 'test' }
    for (const [more, pointer] of [
      [{ kind: 'pdq', listShare: 0.5 }, '/listShare'],
      [{ kind: 'digest', queryShare: 0.5 }, '/queryShare'],
      [{ kind: 'vpdq', within: 32 }, '/within'],
      [{ kind: 'vpdq', listShare: 1.1 }, '/listShare'],
    ] as const) {
      const answer = await lead.call('POST', '/v1/lists', { body: { id: 'wrong', ...facts, ...more } })
      expect([more, answer.status, answer.body.code, answer.body.pointer]).toEqual([more, 422, 'invalid', pointer])
    }
    const row = await handIn(`/v1/lists/rows/versions?kind=vpdq&harm=${HARM}&live=yes`, [[pdqOf(CSAM).slice(1) as Pdq]])
    expect([row.status, row.body.errors]).toEqual([
      422,
      [{ code: 'invalid', pointer: '/1', detail: expect.stringContaining('frame 1') }],
    ])
  })

  test('an entry comes and goes by itself, and one that shares its frames stays', async () => {
    await put('single', [clip(2)])
    const shared = [...clip(2).slice(0, 4), ...clip(3).slice(0, 1)]
    const add = (value: string) =>
      lead.call('POST', '/v1/lists/single/entries', { body: { value, reason: 'seen here' } })
    expect((await add(videoValue(shared))).body.listed).toMatchObject({ entry: 2, state: 'live' })
    expect([ask('single', shared), ask('single', clip(2))]).toEqual([2, 1])
    const wrong = await add(`${videoValue(shared)} x`)
    expect([wrong.status, wrong.body.code, wrong.body.pointer]).toEqual([422, 'bad_hash', '/value'])
    await lead.call('DELETE', '/v1/lists/single/entries/1', { body: { reason: 'was a mistake' } })
    // Four of its five frames are those of the one that went.
    expect([ask('single', shared), ask('single', clip(2))]).toEqual([2, 2])
    await lead.call('DELETE', '/v1/lists/single/entries/2', { body: { reason: 'was a mistake' } })
    expect([ask('single', shared), ask('single', clip(2))]).toEqual([null, null])
  })

  test('an entry that is aside is passed over, and a file that is excepted passes', async () => {
    await put('stands', [clip(4), clip(4).slice(0, 4)])
    expect(ask('stands', clip(4))).toBe(1)
    const aside = (state: string) =>
      lead.call('PATCH', '/v1/lists/stands/entries/1', { body: { state, reason: 'looked at' } })
    await aside('aside')
    expect(ask('stands', clip(4))).toBe(2)
    await aside('active')
    const file = createHash('sha256').update('a file').digest('hex')
    for (const entry of [1, 2]) {
      const body = { list: 'stands', entry, sha256: file, reason: 'our own' }
      expect((await lead.call('POST', '/v1/exceptions', { body })).status).toBe(201)
    }
    expect([ask('stands', clip(4), file), ask('stands', clip(4), 'f'.repeat(64)), ask('stands', clip(4))]).toEqual([
      null,
      1,
      1,
    ])
    const byLook = { list: 'stands', entry: 1, pdq: clip(4)[0], reason: 'our own' }
    expect((await lead.call('POST', '/v1/exceptions', { body: byLook })).body.code).toBe('invalid')
  })

  test('a video of harmless pictures is put aside when it comes; one with some of them is not', async () => {
    const harmless = canaryHashes()
      .filter((pdq) => pdq !== '')
      .slice(0, 40)
    const drawn = harmless.flatMap((_, at) => (at % 10 === 0 ? [harmless[at] as Pdq] : []))
    await put('drawn', [[...drawn], [...clip(5), ...drawn.slice(0, 2)]])
    expect([ask('drawn', drawn), ask('drawn', [...clip(5), ...drawn])]).toEqual([null, 2])
    const standing = (await house.rows('entry_standing')).filter(({ list }) => list === 'drawn')
    expect(standing).toMatchObject([{ n: 1, state: 'aside', by: 'canary' }])
  })

  test('comes out of the house as it went in', async () => {
    await put('moved', [clip(6), clip(7)])
    const terms = { ...{ name: 't', share: false, export: true, device: false }, harms: [HARM], feedback: 'none' }
    expect((await change('moved', { terms, reason: 'ours' })).status).toBe(200)
    const page = await lead.call('GET', '/v1/lists/moved/entries')
    expect(page.body.items.map(({ value }: { value: string }) => value)).toEqual([clip(6), clip(7)].map(videoValue))
    const csv = await lead.call('GET', '/v1/lists/moved/export?form=csv')
    expect(csv.text).toContain(`\n${videoValue(clip(6))},`)
    const again = await handIn(`/v1/lists/moved_again/versions?kind=vpdq&harm=${HARM}&live=yes`, [clip(6), clip(7)])
    const digests = (await house.rows('lists')).filter(({ id }) => String(id).startsWith('moved'))
    expect([again.body.version.entries, new Set(digests.map(({ digest }) => digest)).size]).toEqual([2, 1])
  })

  test('a version in trial is looked up beside what runs, and only counted', async () => {
    await house.context.library.create({
      ...{ id: 'tried', kind: 'vpdq', harm: HARM, sealed: false, context: false, source: 'test', staleAfterMs: null },
    })
    await house.context.library.change({
      ...{ list: 'tried', by: 'operator', full: false, rows: 1, bad: 0 },
      changes: [[{ op: 'put', kind: 'vpdq', entry: { value: videoValue(clip(0)) } }]],
    })
    expect(ask('tried', clip(0))).toBeUndefined()
    const { library } = house.context
    const readings = clip(0).map((pdq) => ({ pdq, quality: 90, variants: [] }))
    const bind = (book = library.book) =>
      book.bind(readings, house.clock.now, new Set(), new Map(), [{ readings, file: undefined, moves: true }])
    const lists = library.trials.watch(bind(), bind)
    for (const pdq of clip(0)) expect(lists.get('tried')?.find('near', pdq)).toBeUndefined()
    await library.countTrials()
    const [version] = (await house.rows('list_versions')).filter(({ list }) => list === 'tried')
    expect(version).toMatchObject({ state: 'trial', looked_up: 1, hits: 1 })
  })

  test('POST /v1/match takes a video by its frames, and looks them up among pictures, too', async () => {
    await put('asked', [clip(1)], '&within=20')
    await house.context.library.import({
      facts: {
        id: 'stills',
        kind: 'pdq',
        harm: HARM,
        sealed: false,
        context: false,
        source: 'test',
        staleAfterMs: null,
      },
      ...{
        text: turned(clip(1)[4] ?? expect.fail('there are five'), 3),
        contentType: 'text/plain',
        by: 'operator',
        live: true,
      },
    })
    const match = async (hashesAsked: readonly object[], lists = ['asked', 'stills']) =>
      operatorCalls(house, '/v1/match', { hashes: hashesAsked, lists })
    const more = [...clip(1).slice(0, 4), ...clip(2).slice(0, 4)]
    const value = videoValue(more)
    const dim = more.map((pdq) => `${pdq}:20`).join(' ')
    const [part, hidden, still] = (
      await match([
        { kind: 'vpdq', value: videoValue(clip(1)) },
        { kind: 'vpdq', value: dim },
        { kind: 'pdq', value: clip(1)[0], quality: 80 },
      ])
    ).body.results
    expect(part.hits).toEqual([
      { list: 'asked', version: 1, entry: 1, shares: { listed: 1, query: 1 } },
      { list: 'stills', version: 1, entry: 1, distance: 3 },
    ])
    expect(hidden).toMatchObject({ state: 'unknown', why: 'featureless' })
    // One picture is not asked of lists of videos.
    expect(still).toMatchObject({ state: 'no_hit', hits: [] })
    expect((await match([{ kind: 'vpdq', value }], ['asked'])).body.results).toEqual([
      { state: 'hit', hits: [{ list: 'asked', version: 1, entry: 1, shares: { listed: 0.8, query: 0.5 } }] },
    ])
    const wrong = await match([{ kind: 'vpdq', value: `${value} ${'0'.repeat(64)}` }])
    expect([wrong.status, wrong.body.code, wrong.body.pointer]).toEqual([422, 'bad_hash', '/hashes/0/value'])
    const long = await match([{ kind: 'vpdq', value: new Array(601).fill(clip(1)[0]).join(' ') }])
    expect([long.body.code, long.body.errors?.[0]?.detail ?? long.body.detail]).toEqual([
      'bad_hash',
      expect.stringContaining('600'),
    ])
  })

  test('its place in the snapshot gives the same answers after a start, with the shares of each entry', async () => {
    const folder = join(house.context.config.data, `snapshot-${freshId()}`)
    const listsOf = () =>
      new PictureLists({
        snapshots: snapshotsIn(folder, house.context.keyring),
        now: () => 5,
        events: { onMerged: () => undefined, onFailure: fail, onRefused: fail },
        ...{ snapshotRows: 1, saveAfterMs: 3_600_000 },
      })
    const fail = (error: unknown) => expect.fail(String(error))
    const rows = (await house.context.storage.store.read(allLists, undefined)).filter(({ id }) => id === 'moved')
    const made = listsOf()
    for (const row of rows) {
      const slices = (async function* () {
        yield [clip(6), clip(7)].map((frames, at) => ({ n: at + 1, entry: { value: videoValue(frames) }, gone: false }))
      })()
      const ready = await made.load({ ...row, kind: 'vpdq' }, slices)
      ready.publish()
    }
    await made.save()
    await made.close()
    expect(readdirSync(folder)).toEqual(['1'])
    const read = listsOf()
    const finder = (await read.restore(rows)).get('moved')
    if (finder?.kind !== 'vpdq') throw new Error('expected a list of videos')
    expect(finder.frames).toEqual(
      new Map([
        [1, 5],
        [2, 5],
      ]),
    )
    await read.close()
  })
})
