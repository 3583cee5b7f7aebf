import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listsNamed } from '../../policy/index.ts'
import { film, noFilm } from '../../testing/film.ts'
import { freshId, type House, openHouse, type Person, picture, uploadOf } from '../../testing/house.ts'
import { operatorHandsIn } from '../../testing/operator-calls.ts'
import { operatorDoer } from '../../testing/server.ts'

// Case 21 as a platform meets it: files over HTTP, frames by ffmpeg, a rule that holds, a case that says why.

if (noFilm !== null) console.warn(`SKIPPED matching 21, lists of videos: ${noFilm}`)

const KINDS = ['hatched', 'pattern', 'boat'] as const
const scene = (at: number): Uint8Array => picture([KINDS[at % KINDS.length] ?? 'boat', 200 + at], 256)
const scenes = (from: number, count: number) => Array.from({ length: count }, (_, at) => scene(from + at))
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe.skipIf(noFilm !== null)('matching 21: a list of videos', () => {
  let house: House
  let safety: Person
  let clip: Buffer
  let long: Buffer
  let frames: string
  beforeAll(async () => {
    house = await openHouse({ bare: true })
    safety = await house.person('child-safety', 'reviewer', 'lead')
    clip = await film(scenes(20, 10))
    long = await film(scenes(0, 60))
    frames = await framesOf(clip)
    await list('terror_media', 'vpdq', frames)
    const { library, registry } = house.context
    const others = listsNamed(registry.live()).filter(({ id }) => id !== 'terror_media')
    await library.declare(
      others.map((one) => ({ ...one, staleAfterMs: null })),
      'operator',
    )
  }, 240_000)
  afterAll(() => house.close())

  const list = async (id: string, kind: string, text: string, query = '') => {
    const harm = id === 'csam_media' ? 'csea' : 'terrorism'
    const path = `/v1/lists/${id}/versions?kind=${kind}&harm=${harm}&sealed=yes&live=yes${query}`
    const answer = await operatorHandsIn(house, path, text)
    expect(answer.body).toMatchObject({ state: 'done' })
  }

  /** The frames of a video as a list file writes them: by this server's own measuring. */
  async function framesOf(bytes: Uint8Array, on: House = house): Promise<string> {
    const { body } = await on.platform('POST', '/v1/hash', {
      body: bytes,
      headers: { 'content-type': 'video/mp4', prefer: 'wait=60' },
    })
    return body.readings.map(({ pdq, quality }: { pdq: string; quality: number }) => `${pdq}:${quality}`).join(' ')
  }

  async function screened(bytes: Uint8Array, on: House = house) {
    const id = freshId()
    const headers = { 'content-type': 'video/mp4', prefer: 'wait=60' }
    expect((await on.putPicture(id, bytes, headers)).status).toBe(201)
    const { body } = await on.screen(uploadOf(id))
    return body.verdict
  }
  const signalOf = async () => {
    const opened = await safety.take(Number((await house.newestCase()).number))
    const signal = opened.signals.find(({ name }: { name: string }) => name === 'terror_media')
    return { signal, hits: opened.evidence[0].media.hits }
  }

  test('a clip of 10 s inside a video of 60 s is a hit by the share of the listed one, and the case says both shares', async () => {
    expect(await screened(long)).toBe('hold')
    const { signal, hits } = await signalOf()
    expect(signal).toMatchObject({
      state: 'hit',
      value: expect.stringContaining('of the listed video'),
      match: { kind: 'vpdq' },
    })
    const [hit] = hits
    expect(hit).toMatchObject({ list: 'terror_media', kind: 'vpdq', sealed: true, others: 0, weak: false })
    expect(hit.way).toEqual({ variant: 'original', of: null, ground: null, frame: null, atMs: null })
    expect(hit.shares.listed).toBeGreaterThanOrEqual(0.8)
    expect(hit.shares.query).toBeGreaterThan(0.1)
    expect(hit.shares.query).toBeLessThan(0.3)
    expect(JSON.stringify(hits)).not.toContain('entry')
  }, 120_000)

  test('the clip itself is a hit; a third of it is none, nor is another video', async () => {
    expect(await screened(clip)).toBe('hold')
    expect((await signalOf()).hits[0].shares).toEqual({ listed: 1, query: 1 })
    expect(await screened(await film(scenes(20, 3)))).toBe('allow')
    expect(await screened(await film(scenes(70, 5)))).toBe('allow')
  }, 120_000)

  test('encoded again, smaller and worse, it is found', async () => {
    expect(await screened(await film(scenes(20, 10), ['-vf', 'scale=160:-2', '-q:v', '12']))).toBe('hold')
  }, 120_000)

  test('by its frames alone, sent by the platform, it is found as well', async () => {
    const pdq = frames.split(' ').map((frame) => {
      const [hash, quality] = frame.split(':')
      return { hash, quality: Number(quality) }
    })
    const event = (media: object) => ({ ...uploadOf(), id: freshId(), media: [media] })
    const file = { id: freshId(), type: 'video/mp4', sha256: sha256(clip), pdq, made_by: 'ours 1' }
    expect((await house.screen(event(file))).body.verdict).toBe('hold')
    const part = { ...file, id: freshId(), sha256: 'b'.repeat(64), pdq: pdq.slice(0, 3) }
    expect((await house.screen(event(part))).body.verdict).toBe('allow')
  })

  test('where the list asks for 80 % of the video that is looked up, the long one is none and the clip is', async () => {
    await list('terror_media', 'vpdq', frames, '&queryShare=0.8')
    try {
      expect([await screened(long), await screened(clip)]).toEqual(['allow', 'hold'])
    } finally {
      await list('terror_media', 'vpdq', frames)
    }
  }, 120_000)

  test('a frame is a reading for lists of pictures, too', async () => {
    const only = (frames.split(' ')[4] ?? '').slice(0, 64)
    await list('csam_media', 'pdq', only)
    try {
      expect(await screened(await film(scenes(24, 2)))).toBe('block')
    } finally {
      await list('csam_media', 'pdq', '1'.repeat(16).padEnd(64, '8'))
    }
  }, 120_000)

  test('nothing to compare in it: unknown, featureless, and a person looks', async () => {
    const dark = await film(scenes(0, 2), ['-vf', 'eq=contrast=0.01'])
    const { number: before } = await house.newestCase()
    await screened(dark)
    expect(Number((await house.newestCase()).number)).toBe(Number(before) + 1)
    expect((await signalOf()).signal).toMatchObject({ state: 'unknown', why: 'featureless' })
  }, 120_000)

  test('POST /v1/match with its bytes says both shares', async () => {
    await house.context.library.import({
      facts: {
        id: 'open_videos',
        kind: 'vpdq',
        harm: 'spam',
        sealed: false,
        context: false,
        source: 'x',
        staleAfterMs: null,
      },
      ...{ text: frames, contentType: 'text/plain', by: 'operator', live: true },
    })
    const headers = { 'content-type': 'video/mp4' }
    const { body } = await house.platform('POST', '/v1/match?lists=open_videos', { body: long, headers })
    const [{ state, hits }] = body.results
    expect([state, hits]).toEqual([
      'hit',
      [
        {
          list: 'open_videos',
          version: 1,
          entry: 1,
          shares: { listed: expect.any(Number), query: expect.any(Number) },
        },
      ],
    ])
    expect(hits[0].shares.listed).toBeGreaterThanOrEqual(0.8)
  }, 120_000)

  test('a version in trial is counted once for an event that asks its list', async () => {
    const path = '/v1/lists/terror_media/versions?kind=vpdq&harm=terrorism&sealed=yes'
    const other = await framesOf(await film(scenes(40, 5)))
    const staged = await operatorHandsIn(house, path, `${frames}\n${other}`)
    const { version } = staged.body.version
    await house.context.library.step({
      ...{ list: 'terror_media', version, step: 'trial', reason: 'new', by: { kind: 'operator' }, doer: operatorDoer },
    })
    const counted = async () => {
      await house.context.library.countTrials()
      const row = (await house.rows('list_versions')).find((one) => one.state === 'trial')
      return [Number(row?.looked_up), Number(row?.hits)]
    }
    expect(await screened(await film(scenes(40, 5)))).toBe('allow')
    await house.follow()
    expect(await counted()).toEqual([1, 1])
    expect(await screened(clip)).toBe('hold')
    await house.follow()
    // What runs hits it as well, so the trial tells nothing new.
    expect(await counted()).toEqual([2, 1])
  }, 120_000)
})

describe('matching 21: without a program that reads videos', () => {
  test.skipIf(noFilm !== null)(
    'frames are unknown no_decoder, and digests hit',
    async () => {
      const bytes = await film(scenes(0, 2))
      const house = await openHouse({ decoderNative: 'off', bare: true })
      try {
        const safety = await house.person('child-safety', 'reviewer')
        const put = (id: string, kind: string, text: string) =>
          operatorHandsIn(house, `/v1/lists/${id}/versions?kind=${kind}&harm=csea&live=yes`, text)
        await house.context.library.declare(
          listsNamed(house.context.registry.live()).map((one) => ({
            ...one,
            kind: one.id === 'terror_media' ? ('vpdq' as const) : one.kind,
            staleAfterMs: null,
          })),
          'operator',
        )
        const screened = async () => {
          const id = freshId()
          await house.putPicture(id, bytes, { 'content-type': 'video/mp4', prefer: 'wait=60' })
          await house.screen(uploadOf(id))
          const { signals } = await safety.take(Number((await house.newestCase()).number))
          return (name: string) => signals.find((one: { name: string }) => one.name === name)
        }
        const before = await screened()
        expect(before('terror_media')).toMatchObject({ state: 'unknown', why: 'no_decoder' })
        const listed = await put('csam_digests', 'digest', sha256(bytes))
        expect(listed.status).toBe(200)
        expect((await screened())('csam_digests')).toMatchObject({ state: 'hit' })
      } finally {
        await house.close()
      }
    },
    120_000,
  )
})
