import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { newFolder } from '../storage/testing/room.ts'
import { uploadOf } from '../testing/made-events.ts'
import { Life } from './testing/life.ts'

// What hostile bodies and addresses cost a server that is a process of its own: nothing stays of any of them.

const MIB = 2 ** 20
/** Of each; a quarter of what is allowed, so that less than a whole body is enough to be seen. */
const MOST_BYTES = (2 * MIB) / 4
const PIECE = 65_536
const TIMES = 10
/** Whole files come and go here, and a busy machine has to be asked again. */
const FETCHES = 4

const folder = newFolder('ll-bodies-')
let life: Life
let files: Server
let port: number
let serves: RequestListener = (_, answer) => answer.end()
beforeAll(async () => {
  files = createServer((request, answer) => serves(request, answer))
  files.listen(0, '127.0.0.1')
  await once(files, 'listening')
  port = (files.address() as AddressInfo).port
  life = await Life.start({ folder, hook: 'http://127.0.0.1:9/', mediaHosts: `harbour=127.0.0.1:${port}` })
})
afterAll(async () => {
  files.closeAllConnections()
  files.close()
  await life.kill()
  rmSync(folder, { recursive: true, force: true })
})

let count = 0
/** An upload by hand: what a well-behaved client never sends. Gives the first line of the answer; empty where there is none. */
async function upload(headers: readonly string[], body: (write: (piece: Uint8Array) => Promise<boolean>) => unknown) {
  count += 1
  const socket = connect(Number(new URL(life.url).port), '127.0.0.1')
  let text = ''
  const over = new Promise<void>((resolve) => {
    socket.on('data', (piece) => {
      text += String(piece)
      if (text.includes('\r\n\r\n')) resolve()
    })
    socket.on('close', () => resolve())
    socket.on('error', () => resolve())
  })
  const head = [`PUT /v1/media/hostile-${count}?audience=public HTTP/1.1`, 'Host: localhost']
  socket.write([...head, `Authorization: Bearer ${life.secrets.key}`, ...headers, '', ''].join('\r\n'))
  let isOver = false
  void over.then(() => {
    isOver = true
  })
  await body(async (piece) => {
    if (isOver) return false
    if (!socket.write(piece)) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), over])
    return !isOver
  })
  await over
  socket.destroy()
  return text.split('\r\n', 1)[0]?.slice(0, 12) ?? ''
}

const chunk = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(PIECE), Buffer.from('\r\n')])
const DIGEST = `Content-Digest: sha-256=:${'A'.repeat(43)}=:`

describe('matching 7: a body that is not what it should be', () => {
  const cases: readonly (readonly [name: string, answer: string, send: () => Promise<string>])[] = [
    ['larger than may be, said', 'HTTP/1.1 413', () => upload([`Content-Length: ${2_048 * MIB + 1}`], () => undefined)],
    [
      'larger than may be what is no video, said',
      'HTTP/1.1 413',
      () => upload([`Content-Length: ${50 * MIB + 1}`], (write) => write(new Uint8Array(PIECE))),
    ],
    [
      'chunked without end',
      'HTTP/1.1 413',
      () =>
        upload(['Transfer-Encoding: chunked'], async (write) => {
          while (await write(chunk));
        }),
    ],
    [
      'of another digest',
      'HTTP/1.1 422',
      () => upload([DIGEST, `Content-Length: ${4 * MIB}`], (write) => write(new Uint8Array(4 * MIB))),
    ],
    ['of no bytes', 'HTTP/1.1 422', () => upload(['Content-Length: 0'], () => undefined)],
  ]
  test.each(cases)(
    '%s: %s, and nothing of it stays in memory',
    async (_, answer, send) => {
      await send()
      const before = await life.memory()
      for (let times = 0; times < TIMES; times += 1) expect(await send()).toBe(answer)
      expect(((await life.memory()) - before) / TIMES).toBeLessThan(MOST_BYTES)
    },
    300_000,
  )

  // What is beyond is the next request to whoever reads HTTP, and none that anybody can read.
  test('larger than was said: what is beyond is no part of it, and nothing of it stays in memory', async () => {
    const send = () => upload(['Content-Length: 1000'], (write) => write(new Uint8Array(MIB)))
    await send()
    const before = await life.memory()
    for (let times = 0; times < TIMES; times += 1) expect(['HTTP/1.1 201', 'HTTP/1.1 400']).toContain(await send())
    expect(((await life.memory()) - before) / TIMES).toBeLessThan(MOST_BYTES)
  }, 120_000)

  test('slower than 8 KiB a second: cut off, and nothing of it stays in memory', async () => {
    const before = await life.memory()
    const slow = () =>
      upload([`Content-Length: ${MIB}`], async (write) => {
        while (await write(new Uint8Array(1000))) await new Promise((resolve) => setTimeout(resolve, 1000))
      })
    const answers = await Promise.all(Array.from({ length: TIMES }, slow))
    expect(new Set(answers)).toEqual(new Set(['HTTP/1.1 400']))
    expect(((await life.memory()) - before) / TIMES).toBeLessThan(MOST_BYTES)
  }, 120_000)
})

describe('matching 7: a file at an address', () => {
  const cases: readonly (readonly [string, RequestListener])[] = [
    ['that is over 50 MiB', (_, answer) => answer.end(Buffer.alloc(50 * MIB + 1))],
    [
      'that never ends',
      (_, answer) => {
        const write = (): boolean => answer.write(Buffer.alloc(PIECE))
        answer.on('drain', () => {
          while (write());
        })
        while (write());
      },
    ],
    ['that leads to a private network', (_, answer) => answer.writeHead(302, { location: 'http://10.0.0.1/' }).end()],
    [
      'that is shorter than was said',
      (_, answer) => answer.writeHead(200, { 'content-length': 9_999 }).write('x', () => answer.destroy()),
    ],
  ]
  test.each(cases)(
    '%s is unknown, and nothing of it stays in memory',
    async (_, listener) => {
      serves = listener
      await screened()
      const before = await life.memory()
      for (let times = 0; times < FETCHES; times += 1) {
        // A machine that is busy may not be done in the time of a verdict.
        const why = expect.stringMatching(/^(fetch_failed|late)$/)
        expect(await screened()).toContainEqual({ signal: 'media.bytes', why })
      }
      // Each event is a case of its own, too, which costs some memory for good.
      const grown = async () => ((await life.memory()) - before) / FETCHES
      await expect.poll(grown, { timeout: 60_000, interval: 500 }).toBeLessThan(MOST_BYTES)
    },
    300_000,
  )
})

/** What the verdict on an upload by address says is unknown. A machine that is busy may have to be asked more than once. */
async function screened(): Promise<unknown> {
  for (;;) {
    count += 1
    const event = uploadOf({ id: `at-${count}`, type: 'image/png', url: `http://127.0.0.1:${port}/${count}` })
    const answer = await fetch(`${life.url}/v1/screen`, {
      method: 'POST',
      headers: { authorization: `Bearer ${life.secrets.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...event, id: `upload-${count}` }),
    })
    const body = (await answer.json()) as { unknown?: unknown }
    if (answer.status === 200) return body.unknown
    expect(answer.status, JSON.stringify(body)).toBe(503)
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}
