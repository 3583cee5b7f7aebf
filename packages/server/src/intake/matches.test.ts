import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { film, noFilm } from '../testing/film.ts'
import { CSAM, type House, openHouse, type Person, pdqOf, picture, TERROR, uploadOf } from '../testing/house.ts'

// What a case says of a match: which list and version, how far, how the picture lies, and where in its file it is.

if (noFilm !== null) console.warn(`SKIPPED matching 11, frames of a video in a case: ${noFilm}`)

let house: House
let safety: Person
beforeAll(async () => {
  house = await openHouse()
  safety = await house.person('child-safety', 'reviewer')
  await put('warm', await sharp(harmless).gif().toBuffer())
})
afterAll(() => house.close())

const listed = picture(CSAM)
const harmless = picture(['boat', 12])

async function put(id: string, bytes: Uint8Array): Promise<void> {
  const headers = { 'content-type': 'application/octet-stream', prefer: 'wait=60' }
  expect((await house.putPicture(id, bytes, headers)).status).toBe(201)
}

let count = 0
/** The case of an upload of these files. */
async function caseOf(...files: readonly Uint8Array[]) {
  const ids = files.map((_, place) => `file-${count}-${place}`)
  count += 1
  for (const [place, id] of ids.entries()) await put(id, files[place] ?? expect.fail('there is a file'))
  const { body } = await house.screen(uploadOf(...ids))
  expect(body.verdict).not.toBe('allow')
  const opened = await safety.take(Number((await house.newestCase()).number))
  const signal = opened.signals.find(({ name }: { name: string }) => name === 'csam_media')
  return { hits: opened.evidence.map(({ media }: { media: { hits: unknown[] } }) => media.hits), signal, opened }
}

const way = { variant: 'original', of: 'stored', ground: null, frame: null, atMs: null }
const hit = { list: 'csam_media', version: 'v1', sealed: true, kind: 'pdq', weak: false, others: 0, way }

describe('the case of a listed picture', () => {
  test('names list, version, distance and orientation, and never the entry of a sealed list', async () => {
    const { hits, signal } = await caseOf(listed)
    expect(hits).toEqual([[{ ...hit, distanceBits: 0 }]])
    expect(signal).toMatchObject({ state: 'hit', match: { kind: 'pdq', distanceBits: 0, way, weak: false } })
  })

  const clockwise = [0, 90, 180, 270]
  test.each([
    ['original', (bytes: Uint8Array) => sharp(bytes).rotate(clockwise[0])],
    ['turned_90', (bytes: Uint8Array) => sharp(bytes).rotate(clockwise[1])],
    ['turned_180', (bytes: Uint8Array) => sharp(bytes).rotate(clockwise[2])],
    ['turned_270', (bytes: Uint8Array) => sharp(bytes).rotate(clockwise[3])],
    ['mirrored_x', (bytes: Uint8Array) => sharp(bytes).flip()],
    ['mirrored_y', (bytes: Uint8Array) => sharp(bytes).flop()],
  ])('matching 9: laid otherwise says so: %s', async (variant, lay) => {
    const { hits } = await caseOf(await lay(listed).png().toBuffer())
    expect(hits).toMatchObject([[{ list: 'csam_media', way: { variant, of: 'stored' } }]])
  })

  test('matching 9: mirrored along either diagonal says so', async () => {
    const right = await sharp(listed).rotate(90).png().toBuffer()
    for (const [variant, bytes] of [
      ['main_diagonal', await sharp(right).flop().png().toBuffer()],
      ['other_diagonal', await sharp(right).flip().png().toBuffer()],
    ] as const)
      expect((await caseOf(bytes)).hits).toMatchObject([[{ list: 'csam_media', way: { variant } }]])
  })

  test('what lies under transparency is found, and said to be', async () => {
    const { data, info } = await sharp(listed).ensureAlpha().raw().toBuffer({ resolveWithObject: true })
    for (let at = 3; at < data.length; at += 4) data[at] = 0
    const raw = { width: info.width, height: info.height, channels: 4 } as const
    const { hits } = await caseOf(await sharp(data, { raw }).png({ compressionLevel: 1 }).toBuffer())
    expect(hits).toMatchObject([[{ list: 'csam_media', way: { ground: 'dropped' } }]])
  })

  test('matching 11: as picture 7 of an animation is told by its number, counted from 0', async () => {
    const others = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((seed) =>
        sharp(picture(['boat', seed], 256))
          .png()
          .toBuffer(),
      ),
    )
    const frames = [...others, await sharp(listed).resize(256).png().toBuffer()]
    const gif = await sharp(frames, { join: { animated: true } })
      .gif({ delay: 200 })
      .toBuffer()
    const { hits } = await caseOf(gif)
    expect(hits).toMatchObject([[{ list: 'csam_media', way: { frame: 6, atMs: null } }]])
  })

  test.skipIf(noFilm !== null)('matching 11: in a video is told by frame and time', async () => {
    const { hits, signal } = await caseOf(await film([harmless, harmless, listed, harmless]))
    expect(hits).toMatchObject([[{ list: 'csam_media', way: { variant: 'original', frame: 2, atMs: 2_000 } }]])
    expect(signal.match.way).toMatchObject({ frame: 2, atMs: 2_000 })
  })
})

describe('of several files', () => {
  test('each has its own matches, and the signal tells of the nearest', async () => {
    const faded = await sharp(listed).resize(200).jpeg({ quality: 30 }).toBuffer()
    const { hits, signal } = await caseOf(harmless, faded, listed, picture(TERROR))
    expect(hits.map((file: { list: string }[]) => file.map(({ list }) => list))).toEqual([
      [],
      ['csam_media'],
      ['csam_media'],
      [expect.stringContaining('terror_media')],
    ])
    expect(hits[1]?.[0].distanceBits).toBeGreaterThan(0)
    expect(signal.match.distanceBits).toBe(0)
  })

  test('the hash of a picture is not looked up among digests, however alike they are written', async () => {
    await listDigests(house, [pdqOf(CSAM)])
    const { hits, opened } = await caseOf(listed)
    expect(hits).toMatchObject([[{ list: 'csam_media' }]])
    expect(hits[0]).toHaveLength(1)
    const digests = opened.signals.find(({ name }: { name: string }) => name === 'csam_digests')
    expect([digests.state, digests.match]).toEqual(['no_hit', undefined])
  })
})

describe('matching 14: a picture that shows almost nothing', () => {
  test('is unknown, featureless, and the case says to which list it came how near', async () => {
    const { hits, signal } = await caseOf(await sharp(listed).removeAlpha().linear(0.05, 120).png().toBuffer())
    expect(signal).toMatchObject({ state: 'unknown', why: 'featureless', match: { weak: true } })
    expect(hits).toMatchObject([[{ list: 'csam_media', weak: true }]])
  })

  test('and is on no list is no hit, and the list says that it was blind to it', async () => {
    const [flat, sharpOne] = await Promise.all([greyOf(0), greyOf(120)])
    const blind = await openHouse({ rules: pictureFirst })
    try {
      await listDigests(
        blind,
        [flat, sharpOne].map((bytes) => createHash('sha256').update(bytes).digest('hex')),
      )
      const person = await blind.person('child-safety', 'reviewer')
      for (const [id, bytes, said] of [
        ['flat', flat, ['featureless']],
        ['sharp', sharpOne, undefined],
      ] as const) {
        await blind.putPicture(id, bytes, { prefer: 'wait=60' })
        expect((await blind.screen(uploadOf(id))).body.verdict).toBe('block')
        const { signals } = await person.take(Number((await blind.newestCase()).number))
        const states = new Map<string, { state: string; blind?: string[] }>(
          signals.map((signal: { name: string }) => [signal.name, signal]),
        )
        expect(states.get('csam_digests')?.state).toBe('hit')
        expect([states.get('csam_media')?.state, states.get('csam_media')?.blind]).toEqual(['no_hit', said])
      }
    } finally {
      await blind.close()
    }
  })
})

/** The starter rules, but the picture is looked up before its digests, so that both lists are asked. */
const pictureFirst = readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/starter.wick')), 'utf8').replace(
  'media.digests in csam_digests or media.pdq near csam_media',
  'media.pdq near csam_media or media.digests in csam_digests',
)

/** A grey picture with this much noise in it. */
const greyOf = (sigma: number): Promise<Buffer> =>
  sharp({
    create: {
      ...{ width: 200, height: 200, channels: 3, background: '#777' },
      ...(sigma > 0 && { noise: { type: 'gaussian', mean: 128, sigma } }),
    },
  })
    .png()
    .toBuffer()

function listDigests(to: House, digests: readonly string[]): Promise<unknown> {
  return to.context.library.import({
    facts: {
      ...{ id: 'csam_digests', kind: 'digest', harm: 'csea', sealed: true, context: false },
      ...{ source: 'test', staleAfterMs: null },
    },
    text: digests.join('\n'),
    contentType: 'text/plain',
    by: 'operator',
    // More than its rails let through by themselves.
    live: true,
  })
}
