import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { film, noFilm } from '../testing/film.ts'
import { freshId, type House, openHouse, picture, TERROR } from '../testing/house.ts'

if (noFilm !== null) console.warn(`SKIPPED matching 4.2, long videos that are not handed in: ${noFilm}`)

const MIB = 2 ** 20
const zeros = new Uint8Array(64 * 1024)

function* many(bytes: number): Generator<Uint8Array> {
  for (let left = bytes; left > 0; left -= zeros.length) yield zeros.subarray(0, Math.min(left, zeros.length))
}

/** A film and a part of it that players leap over. */
function* long(clip: Uint8Array, bytes: number): Generator<Uint8Array> {
  yield clip
  const head = Buffer.alloc(8)
  head.writeUInt32BE(bytes)
  head.write('free', 4, 'latin1')
  yield head
  yield* many(bytes - head.length)
}

const digest = (pieces: Iterable<Uint8Array>): string => {
  const hash = createHash('sha256')
  for (const piece of pieces) hash.update(piece)
  return hash.digest('hex')
}

describe.skipIf(noFilm !== null)('a video of more than 50 MiB that is not handed in', () => {
  let house: House
  let server: Server
  let clip: Buffer
  let answerWith: RequestListener
  let url: string
  beforeAll(async () => {
    server = createServer((asked, answer) => answerWith(asked, answer))
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
    url = `http://${host}/film`
    house = await openHouse({ videoMib: 70, mediaHosts: `main=${host}`, mediaNets: ['media:main'] })
    clip = await film([picture(TERROR, 256), picture(['boat', 5], 256)])
  }, 300_000)
  afterAll(async () => {
    server.closeAllConnections()
    server.close()
    await house.close()
  })

  /** Files and keys that are there, to see that nothing is left. */
  const kept = () => ({
    files: readdirSync(join(house.context.config.data, 'blobs'), { recursive: true }).filter((name) =>
      String(name).includes('media-'),
    ).length,
    keys: house.context.keyring.live('exhibit').length,
  })
  const arriving = async () => (await house.rows('media_arriving')).length

  const hash = async (pieces: Iterable<Uint8Array>, headers: Record<string, string> = {}) => {
    house.clock.now += 2_000
    const answer = await house.context.app.fetch(
      new Request(new URL('/v1/hash', house.context.config.url), {
        method: 'POST',
        body: ReadableStream.from(pieces),
        duplex: 'half',
        headers: { ...house.credentials, 'content-type': 'video/mp4', ...headers },
      } as RequestInit),
    )
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  }

  test('is hashed by POST /v1/hash, said to be long or not, and nothing of it is left', async () => {
    const before = kept()
    const size = clip.length + 55 * MIB
    const sha256 = digest(long(clip, 55 * MIB))
    for (const headers of [{ 'content-length': String(size) }, {}]) {
      const { status, body } = await hash(long(clip, 55 * MIB), headers)
      expect([status, body]).toMatchObject([200, { sha256, frames: 2, type: 'video/mp4', unknown: [] }])
    }
    expect([kept(), await arriving(), await house.rows('media')]).toEqual([before, 0, []])
  }, 300_000)

  test('matching 7: more than a video may have, 50 MiB of what is none, and no byte at all are refused', async () => {
    const before = kept()
    expect((await hash(long(clip, 71 * MIB))).status).toBe(413)
    const none = await hash(many(51 * MIB))
    expect([none.status, none.body.code, none.body.detail]).toEqual([
      413,
      'too_large',
      expect.stringContaining('a video may'),
    ])
    expect((await hash([])).status).toBe(422)
    expect([kept(), await arriving()]).toEqual([before, 0])
  }, 300_000)

  test('is fetched from its address, measured, and hashed there', async () => {
    answerWith = (_, answer) => {
      answer.setHeader('content-type', 'video/mp4')
      Readable.from(long(clip, 55 * MIB)).pipe(answer)
    }
    const id = freshId()
    const found = await house.context.vault.fetched({ connection: 'main', id, url }, 240_000)
    if (typeof found === 'string') return expect.fail(found)
    expect(found.row.size).toBe(clip.length + 55 * MIB)
    const facts = found.facts ?? (await house.context.vault.find('main', id, 120_000))?.facts
    expect(facts).toMatchObject({ sha256: digest(long(clip, 55 * MIB)), frames: 2, unknown: [] })
    const before = kept()
    house.clock.now += 2_000
    const asked = await house.platform('POST', '/v1/hash', { body: { url } })
    expect([asked.status, asked.body]).toMatchObject([200, { sha256: facts?.sha256, frames: 2, unknown: [] }])
    expect([kept(), await arriving()]).toEqual([before, 0])
  }, 600_000)

  test('matching 7: what is no video, breaks off, or never ends is not fetched, and nothing is left', async () => {
    const before = kept()
    const fetched = () => house.context.vault.fetched({ connection: 'main', id: freshId(), url }, 240_000)
    answerWith = (_, answer) => Readable.from(many(60 * MIB)).pipe(answer)
    expect(await fetched()).toBe('fetch_failed')
    answerWith = (_, answer) => Readable.from(long(clip, 80 * MIB)).pipe(answer)
    expect(await fetched()).toBe('fetch_failed')
    answerWith = (_, answer) => {
      answer.setHeader('content-length', clip.length + 55 * MIB)
      answer.write(clip)
      answer.write(zeros, () => answer.destroy())
    }
    expect(await fetched()).toBe('fetch_failed')
    answerWith = (_, answer) => answer.writeHead(404).end('nothing')
    expect(await fetched()).toBe('fetch_failed')
    answerWith = (_, answer) => answer.end()
    expect(await fetched()).toBe('fetch_failed')
    expect([kept(), await arriving()]).toEqual([before, 0])
  }, 600_000)
})
