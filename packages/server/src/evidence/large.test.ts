import { createHash } from 'node:crypto'
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { film, noFilm } from '../testing/film.ts'
import { freshId, type House, openHouse, type Person, picture, TERROR, uploadOf } from '../testing/house.ts'
import { readLarge } from './decoder/large.ts'
import { type Taken, taking } from './taking.ts'

if (noFilm !== null) console.warn(`SKIPPED matching 4.2, videos that are larger than memory: ${noFilm}`)

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

test('of a large file only its edges are kept, whatever it is cut into', async () => {
  const whole = Buffer.concat([Buffer.from('front'), ...many(3 * MIB), Buffer.from('back')])
  for (const size of [1_000, 65_536, 200_000, whole.length]) {
    const bytes = async function* () {
      for (let from = 0; from < whole.length; from += size) yield whole.subarray(from, from + size)
    }
    const { edges, ...read } = await readLarge({ bytes })
    expect(read).toMatchObject({ size: whole.length, ...sums([whole]) })
    expect([
      edges.length,
      Buffer.from(edges).toString('latin1', 0, 5),
      Buffer.from(edges.subarray(-4)).toString(),
    ]).toEqual([256 * 1024, 'front', 'back'])
  }
})

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
    const taken: Taken = { size: 0, held: [] }
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

  test('of one that has more than 1 MiB nothing is held while it comes', async () => {
    for (const [size, isHeld] of [
      [MIB, true],
      [MIB + 1, false],
    ] as const) {
      const taken: Taken = { size: 0, held: [] }
      const limits = { videoBytes: 60 * MIB }
      const coming = (async function* () {
        yield* many(size)
      })()
      for await (const _ of taking(coming, { update: () => undefined }, taken, limits));
      expect([taken.size, taken.held && Buffer.concat(taken.held).length]).toEqual([size, isHeld ? size : undefined])
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
  const onDisk = (): number => {
    const folder = join(house.context.config.data, 'blobs', 'unfinished')
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  }
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
    let [given, ahead] = [0, 0]
    const coming = function* () {
      for (const piece of whole()) {
        yield piece
        given += piece.length
        ahead = Math.max(ahead, given - onDisk())
      }
    }
    const answer = await put(id, coming())
    expect([answer.status, answer.body]).toMatchObject([201, { size, sha256: expected.sha256 }])
    // What was handed over and is not on the disk yet is all that is held of it.
    expect([given, ahead < MIB]).toEqual([size, true])
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
