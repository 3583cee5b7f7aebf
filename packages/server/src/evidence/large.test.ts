import { createHash } from 'node:crypto'
import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { film, noFilm } from '../testing/film.ts'
import { freshId, type House, openHouse, type Person, picture, TERROR, uploadOf } from '../testing/house.ts'
import { taking } from './taking.ts'

if (noFilm !== null) console.warn(`SKIPPED matching 4.2, videos that are larger than memory: ${noFilm}`)

// Only what is still held counts, not what nobody has cleared away yet.
setFlagsFromString('--expose-gc')
const collectGarbage: () => void = runInNewContext('gc')
const MIB = 2 ** 20
const zeros = new Uint8Array(64 * 1024)

/** Zeros, without holding them. */
function* many(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= zeros.length) yield zeros.subarray(0, Math.min(left, zeros.length))
}

/** The bytes of a box of an MP4 that players leap over. */
function* free(bytes: number): Generator<Uint8Array> {
  const head = Buffer.alloc(8)
  head.writeUInt32BE(bytes)
  head.write('free', 4, 'latin1')
  yield head
  yield* many(bytes - head.length)
}

const sums = (pieces: Iterable<Uint8Array>) => {
  const [sha256, md5] = [createHash('sha256'), createHash('md5')]
  for (const piece of pieces) {
    sha256.update(piece)
    md5.update(piece)
  }
  return { sha256: sha256.digest('hex'), md5: md5.digest('hex') }
}

describe('how large a file may be', () => {
  const head = (type: 'video' | 'audio' | 'image' | 'none'): Buffer =>
    Buffer.from(
      { video: '\0\0\0\x14ftypisom', audio: 'fLaC', image: '\xff\xd8\xff\xe0', none: 'nothing' }[type].padEnd(
        2_000,
        '\0',
      ),
      'latin1',
    )
  const take = async (type: Parameters<typeof head>[0], bytes: number, declared?: number) => {
    const taken = { size: 0 }
    let given = 0
    const coming = (async function* () {
      yield head(type).subarray(0, 5)
      yield head(type).subarray(5)
      yield* many(bytes - 2_000)
    })()
    const limits = { videoBytes: 60 * MIB, ...(declared !== undefined && { declared }) }
    try {
      for await (const piece of taking(coming, { update: () => undefined }, taken, limits)) given += piece.length
      return { given }
    } catch (error) {
      return { given, code: error instanceof Error && 'code' in error ? error.code : String(error) }
    }
  }

  test('is decided by what its first bytes are', async () => {
    for (const [type, bytes, passes] of [
      ['video', 60 * MIB, true],
      ['video', 60 * MIB + 1, false],
      ['audio', 60 * MIB, true],
      ['image', 50 * MIB, true],
      ['image', 50 * MIB + 1, false],
      ['none', 50 * MIB + 1, false],
    ] as const) {
      const { code, given } = await take(type, bytes)
      expect([type, bytes, code]).toEqual([type, bytes, passes ? undefined : 'too_large'])
      if (passes) expect(given).toBe(bytes)
    }
  })

  test('a picture that says it is too large is refused with its first bytes, a video is not', async () => {
    expect(await take('image', 55 * MIB, 55 * MIB)).toEqual({ given: 5, code: 'too_large' })
    expect(await take('video', 55 * MIB, 55 * MIB)).toEqual({ given: 55 * MIB })
  })
})

describe.skipIf(noFilm !== null)('a video that is larger than what is held in memory', () => {
  let house: House
  let safety: Person
  let clip: Buffer
  beforeAll(async () => {
    house = await openHouse({ videoMib: 320 })
    safety = await house.person('child-safety', 'reviewer')
    clip = await film([picture(TERROR, 256), picture(['boat', 5], 256), picture(['hatched', 8], 256)])
  }, 120_000)
  afterAll(() => house.close())

  const put = async (id: string, pieces: Iterable<Uint8Array>, headers: Record<string, string> = {}) => {
    const answer = await house.context.app.fetch(
      new Request(new URL(`/v1/media/${id}?audience=public`, house.context.config.url), {
        method: 'PUT',
        body: ReadableStream.from(pieces),
        duplex: 'half',
        headers: { ...house.credentials, 'content-type': 'video/mp4', prefer: 'wait=60', ...headers },
      } as RequestInit),
    )
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }
  const measuredOf = async (id: string) =>
    (await house.context.vault.find('main', id, 120_000))?.facts ?? expect.fail('expected a measurement')
  const hidden = () => readdirSync(join(house.context.config.data, 'decoding'))
  const kept = () =>
    readdirSync(join(house.context.config.data, 'blobs'), { recursive: true }).filter((name) =>
      String(name).includes('media-'),
    )

  test('is taken, measured, judged and shown, and hardly any of it is ever in memory', async () => {
    const id = freshId()
    const size = clip.length + 300 * MIB
    const whole = function* () {
      yield clip
      yield* free(300 * MIB)
    }
    const expected = sums(whole())
    collectGarbage()
    const before = process.memoryUsage().arrayBuffers
    let most = 0
    const watch = setInterval(() => {
      collectGarbage()
      most = Math.max(most, process.memoryUsage().arrayBuffers - before)
    }, 250)
    try {
      const { status, body } = await put(id, whole())
      expect([status, body]).toMatchObject([201, { size, sha256: expected.sha256 }])
      await measuredOf(id)
    } finally {
      clearInterval(watch)
    }
    // Of 300 MiB no more than pieces under way; the frames of the video are 0.2 MiB each.
    expect(most / MIB).toBeLessThan(10)
    expect(hidden()).toEqual([])
    expect(await measuredOf(id)).toMatchObject({
      ...expected,
      size,
      frames: 3,
      unknown: [],
      type: { seen: 'video/mp4' },
      flags: [],
    })
    const { body } = await house.screen(uploadOf(id))
    expect(body.verdict).toBe('hold')
    const opened = await safety.take(Number((await house.newestCase()).number))
    const [{ media }] = opened.evidence
    expect(media.hits).toMatchObject([{ list: 'terror_media', kind: 'pdq' }])
    const reveal = await safety.call('POST', '/v1/reveals', {
      body: { case: opened.number, exhibit: media.exhibit, step: 'lowpass' },
    })
    const shown = await safety.call('GET', reveal.body.url)
    expect([shown.status, shown.headers.get('content-type')]).toEqual([200, 'image/jpeg'])
  }, 240_000)

  test('is read also where its index stands at its end', async () => {
    const late = await film([picture(TERROR, 256), picture(['boat', 5], 256)], ['-movflags', '-faststart'])
    // The part in which pictures lie moves, so ffmpeg has to leap to the end and back.
    const id = freshId()
    await put(id, [late, ...free(51 * MIB)])
    expect(await measuredOf(id)).toMatchObject({ frames: 2, unknown: [] })
  }, 120_000)

  test('what else it could be taken for is seen at its end, too', async () => {
    const id = freshId()
    await put(id, [clip, ...free(51 * MIB), Buffer.from('<html><script>x</script>')], { 'content-type': 'image/png' })
    expect((await measuredOf(id)).flags).toEqual(['type_mismatch', 'second_format'])
  }, 120_000)

  test('over the limit, or no video: 413, and nothing is left', async () => {
    const [files, keys] = [kept(), (await house.rows('media')).length]
    const over = await put(
      freshId(),
      (function* () {
        yield clip
        yield* free(320 * MIB)
      })(),
    )
    expect([over.status, over.body.code]).toEqual([413, 'too_large'])
    const claimed = await put(freshId(), many(51 * MIB))
    expect([claimed.status, claimed.body.code]).toEqual([413, 'too_large'])
    const said = await put(freshId(), [clip], { 'content-length': String(321 * MIB) })
    expect([said.status, said.body.code]).toEqual([413, 'too_large'])
    expect([kept(), (await house.rows('media')).length]).toEqual([files, keys])
  }, 120_000)

  test('what a killed process left where videos are read is gone after a start', async () => {
    const left = join(house.context.config.data, 'decoding', 'lamplighter-left')
    await house.reopen({}, async () => writeFileSync(left, 'plain'))
    expect(existsSync(left)).toBe(false)
  }, 60_000)
})
