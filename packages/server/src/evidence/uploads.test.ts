import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../testing/server.ts'
import { beginMedia } from './store.ts'

const PIECE = 65_536

let server: TestServer
let key: string
beforeAll(async () => {
  server = await startTestServer()
  key = await server.key('screen', 'events')
})
afterAll(() => server.close())

const files = (): string[] =>
  readdirSync(join(server.folder, 'blobs'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)
const keys = (): number => server.context.keyring.live('exhibit').length

/** The head of an upload, by hand: what a well-behaved client never sends. */
function begin(id: string, ...headers: string[]): { socket: Socket; answer: Promise<string> } {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  const answer = new Promise<string>((resolve) => {
    let text = ''
    socket.on('data', (piece) => {
      text += String(piece)
    })
    socket.on('close', () => resolve(text))
    socket.on('error', () => resolve(text))
  })
  const head = [`PUT /v1/media/${id}?audience=public HTTP/1.1`, 'Host: localhost', `Authorization: Bearer ${key}`]
  socket.write([...head, 'Content-Type: image/png', ...headers, '', ''].join('\r\n'))
  return { socket, answer }
}

const put = (id: string, body: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  server.call(`/v1/media/${id}?audience=public`, { method: 'PUT', key, body, headers })

describe('matching 6: an upload that is cut off', () => {
  const whole = new Uint8Array(3 * PIECE + 100).fill(7)
  const borders = [1, 2, 3].flatMap((n) => [n * PIECE - 1, n * PIECE, n * PIECE + 1])

  test.each([0, 1, ...borders])('after %i bytes leaves nothing, and its id is free', async (bytes) => {
    const [before, held] = [files(), keys()]
    const { socket } = begin('cut', `Content-Length: ${whole.length}`)
    await new Promise<void>((resolve) => socket.write(whole.subarray(0, bytes), () => resolve()))
    await expect.poll(() => keys(), { timeout: 10_000 }).toBe(held + 1)
    socket.destroy()
    await expect.poll(() => [files(), keys()], { timeout: 10_000 }).toEqual([before, held])
    expect(server.failures).toEqual([])
  })

  test('is then taken whole under the same id; again it changes nothing, and other bytes are refused', async () => {
    const first = await put('cut', whole)
    expect([first.status, await first.json()]).toEqual([
      201,
      expect.objectContaining({
        id: 'cut',
        size: whole.length,
        sha256: createHash('sha256').update(whole).digest('hex'),
      }),
    ])
    const [before, held] = [files().length, keys()]
    expect((await put('cut', whole)).status).toBe(200)
    expect((await put('cut', whole.subarray(1))).status).toBe(409)
    expect([files().length, keys()]).toEqual([before, held])
  })
})

describe('matching 7: bodies that are not what they should be', () => {
  test('no bytes at all: 422, said and chunked', async () => {
    const held = keys()
    expect((await put('none', new Uint8Array())).status).toBe(422)
    const { socket, answer } = begin('none', 'Transfer-Encoding: chunked', 'Connection: close')
    socket.write('0\r\n\r\n')
    expect(await answer).toMatch(/^HTTP\/1\.1 422 /)
    expect(keys()).toBe(held)
  })

  test('another digest than was sent: 422 digest_mismatch, and nothing is left', async () => {
    const [before, held] = [files(), keys()]
    const answer = await put('wrong', new Uint8Array(100_000), { 'content-digest': `sha-256=:${'A'.repeat(43)}=:` })
    expect([answer.status, await answer.json()]).toEqual([422, expect.objectContaining({ code: 'digest_mismatch' })])
    expect([files(), keys()]).toEqual([before, held])
  })

  test('more than a video may have said: 413 before a byte of it is read', async () => {
    const { answer } = begin('large', `Content-Length: ${2 ** 31 + 1}`)
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /)
  })

  test('more than 50 MiB said, and no video: 413 with its first bytes, and nothing is left', async () => {
    const [before, held] = [files(), keys()]
    const { socket, answer } = begin('large', `Content-Length: ${50 * 2 ** 20 + 1}`, 'Connection: close')
    socket.write(Buffer.alloc(2_000))
    expect(await answer).toMatch(/^HTTP\/1\.1 413 /)
    expect([files(), keys()]).toEqual([before, held])
  })

  test('chunks without end: 413 at the limit, and nothing is left', async () => {
    const [before, held] = [files(), keys()]
    const { socket, answer } = begin('endless', 'Transfer-Encoding: chunked')
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(PIECE), Buffer.from('\r\n')])
    let ended = false
    const over = answer.then((text) => {
      ended = true
      return text
    })
    for (let sent = 0; !ended && sent < 2000; sent += 1) {
      if (!socket.write(chunk)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), over])
    }
    expect(await over).toMatch(/^HTTP\/1\.1 413 /)
    expect([files(), keys()]).toEqual([before, held])
  })
})

test('matching 6: what a killed upload left behind goes at the next start, and nothing else', async () => {
  const { context } = server
  const leave = async (blob: string): Promise<void> => {
    const keyId = await context.keyring.make('exhibit', blob)
    await context.storage.store.tx(beginMedia, [{ blob, keyId }])
    await context.storage.blobs.put(
      blob,
      (async function* () {
        yield new Uint8Array(10)
      })(),
    )
  }
  const kept = files()
  const held = keys()
  await leave('media-left')
  await server.restart()
  expect(files().filter((name) => !kept.includes(name))).toEqual([])
  expect(keys()).toBe(held)
  // What has a row is still there.
  expect((await put('cut', new Uint8Array(3 * PIECE + 100).fill(7))).status).toBe(200)
})
