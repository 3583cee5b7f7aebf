import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CSAM, type House, openHouse, picture, uploadOf } from '../testing/house.ts'

let server: Server
let port: number
const paths: string[] = []
const answers = new Map<string, RequestListener>()
/** A house that may fetch from the server of this test, and one that lists it but may not reach loopback. */
let house: House
let walled: House
beforeAll(async () => {
  server = createServer((request, answer) => {
    paths.push(request.url ?? '')
    const own = answers.get(request.url ?? '')
    if (own === undefined) answer.writeHead(404).end()
    else own(request, answer)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
  const mediaHosts = `main=127.0.0.1:${port},cdn.example`
  house = await openHouse({ mediaHosts, mediaNets: ['media:main'] })
  walled = await openHouse({ mediaHosts })
  // The first picture waits until the decoder's walls stand; here none shall be late.
  await house.putPicture('warm', picture(['boat', 1]), { prefer: 'wait=30' })
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await house.close()
  await walled.close()
})

let count = 0
const serve = (answer: RequestListener): string => {
  count += 1
  answers.set(`/${count}`, answer)
  return `http://127.0.0.1:${port}/${count}`
}
const file = (bytes: Uint8Array): string =>
  serve((_, answer) => answer.setHeader('content-type', 'image/png').end(bytes))
const at = (url: string, id = `at-${count}-${Math.random()}`) => uploadOf({ id, type: 'image/png', url })
const FAILED = [{ signal: 'media.bytes', why: 'fetch_failed' }]

describe('a file that is named by its address', () => {
  test('is fetched, looked at and, if it is known, blocked', async () => {
    const { body } = await house.screen(at(file(picture(CSAM))))
    expect([body.verdict, body.unknown]).toEqual(['block', []])
  })

  test('is let through if nothing is found, and its bytes go as those of an upload', async () => {
    const event = at(file(picture(['boat', 71])), 'harmless')
    expect((await house.screen(event)).body).toMatchObject({ verdict: 'allow', unknown: [] })
    const rows = async () => (await house.rows('media')).filter((row) => row.media_id === 'harmless')
    expect((await rows()).map(({ claimed_type, audience }) => [claimed_type, audience])).toEqual([
      ['image/png', 'private'],
    ])
    await house.follow()
    house.clock.now += 60_001
    await house.context.vault.sweep()
    expect(await rows()).toEqual([])
  })

  test('is fetched once, however many events name it', async () => {
    const url = file(picture(['boat', 72]))
    await Promise.all(Array.from({ length: 4 }, () => house.screen(at(url, 'same'))))
    await house.screen(at(url, 'same'))
    expect(paths.filter((path) => url.endsWith(path))).toHaveLength(1)
  })

  test('and that is late is unknown, goes on, and is found by the next event', async () => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const url = serve((_, answer) => void promise.then(() => answer.end(picture(CSAM))))
    expect(await house.context.vault.fetched({ connection: 'main', id: 'slow', url }, 50)).toBe('late')
    resolve()
    expect((await house.screen(at(url, 'slow'))).body.verdict).toBe('block')
    expect(paths.filter((path) => url.endsWith(path))).toHaveLength(1)
  })

  test('matching 4: of a private event is not fetched while its switch is off', async () => {
    const url = file(picture(CSAM))
    const { body } = await house.screen({ ...at(url), room: { id: 'r', audience: 'private' } })
    expect(body).toMatchObject({ off: expect.any(String) })
    await house.follow()
    expect(paths.filter((path) => url.endsWith(path))).toEqual([])
  })

  test('beside a hit, a file that cannot be fetched changes nothing', async () => {
    await house.putPicture('known', picture(CSAM))
    const event = uploadOf('known', { id: 'gone', url: serve((_, answer) => answer.writeHead(500).end()) })
    expect((await house.screen(event)).body.verdict).toBe('block')
  })

  test('hashes beside the address count, and do not stand for its bytes', async () => {
    const pdq = [{ hash: '07070f311f0b57b0f9c8f5ddfc709c0f4c91d12a699de1e2cc194c63b16364dd', quality: 90 }]
    const event = uploadOf({
      id: 'both',
      type: 'image/png',
      url: serve((_, answer) => answer.writeHead(404).end()),
      pdq,
    })
    expect((await house.screen(event)).body.unknown).toEqual(FAILED)
  })
})

describe('matching 7, security S-25, S-26, S-27: fetch_failed, unknown, and nothing is called', () => {
  const loopback = ['127.0.0.1', '127.1', '2130706433', '0x7f.1', '0177.0.0.1', '①②⑦.0.0.①', '127.0.0.1.']
  test.each([...loopback, '[::1]', '[::ffff:127.0.0.1]', '[64:ff9b::7f00:1]', '[2002:7f00:1::]'])(
    'a network that is not open, written as %s',
    async (host) => {
      const before = paths.length
      const { body } = await walled.screen(at(`http://${host}:${port}/1`))
      expect([body.verdict, body.unknown]).toEqual(['hold', FAILED])
      expect(paths.length).toBe(before)
    },
  )

  test.each([
    ['a host that is not listed', () => `http://localhost:${port}/1`],
    ['a name that nobody knows', () => 'https://cdn.example/1'],
    ['another port', () => 'https://127.0.0.1:22/'],
    ['a user name', () => `http://me@127.0.0.1:${port}/1`],
    ['a redirect to a private network', () => redirect('http://10.0.0.1/')],
    ['a redirect to a host that is not listed', () => redirect(`http://localhost:${port}/1`)],
    ['a fourth redirect', () => [1, 2, 3, 4].reduce((next) => redirect(next), file(picture(CSAM)))],
  ])('%s', async (_, url) => {
    expect((await house.screen(at(url()))).body.unknown).toEqual(FAILED)
  })

  test('three redirects are followed', async () => {
    const { body } = await house.screen(at([1, 2, 3].reduce((next) => redirect(next), file(picture(CSAM)))))
    expect(body.verdict).toBe('block')
  })

  test.each<[string, RequestListener]>([
    ['no such file', (_, answer) => answer.writeHead(404).end(picture(CSAM))],
    ['an empty one', (_, answer) => answer.end()],
    [
      'one shorter than was said',
      (_, answer) => answer.writeHead(200, { 'content-length': 9_999 }).write('x', () => answer.destroy()),
    ],
    ['one over 50 MiB', (_, answer) => answer.end(Buffer.alloc(50 * 2 ** 20 + 1))],
  ])('%s', async (_, answer) => {
    expect((await house.screen(at(serve(answer)))).body.unknown).toEqual(FAILED)
  })

  test('what is no address is refused with its place', async () => {
    for (const url of ['cdn.example/1', 'ftp://cdn.example/1', 7, `https://cdn.example/${'x'.repeat(2048)}`]) {
      const { status, body } = await house.screen(uploadOf({ id: 'f', url }))
      expect([status, body.code, body.pointer]).toEqual([422, 'invalid', '/media/0/url'])
    }
  })

  const redirect = (location: string): string => serve((_, answer) => answer.writeHead(302, { location }).end())
})
