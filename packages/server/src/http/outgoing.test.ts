import { once } from 'node:events'
import { createServer as createPlainServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createSocketServer, type Server, type Socket } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { allowNetsFrom } from './address.ts'
import { type OutgoingConfig, type OutgoingRequest, outgoing } from './outgoing.ts'
import { selfSigned } from './testing/certificate.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const one of open.splice(0)) one.close()
})

async function listening(server: Server, host = '127.0.0.1'): Promise<number> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => sockets.add(socket))
  server.listen(0, host)
  await once(server, 'listening')
  open.push({
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  })
  return (server.address() as AddressInfo).port
}

const web = (answer: RequestListener) => listening(createPlainServer(answer))

/** A receiver that writes raw bytes, and counts who came. */
async function raw(write: (socket: Socket) => void) {
  const seen = { connections: 0, closed: 0 }
  const port = await listening(
    createSocketServer((socket) => {
      seen.connections++
      socket.on('error', () => socket.destroy())
      socket.on('close', () => seen.closed++)
      socket.once('data', () => write(socket))
    }),
  )
  return { port, seen }
}

const silence = () => undefined
const times = { connectMs: 400, firstByteMs: 500, totalMs: 700 }
const loopback = allowNetsFrom('test=127.0.0.0/8,::1/128')

function send(url: string, request: Partial<OutgoingRequest> = {}, config: Partial<OutgoingConfig> = {}) {
  const port = Number(new URL(url).port)
  return outgoing({ allowNets: loopback, times, ...config }).send('test', {
    method: 'GET',
    url,
    capBytes: 4096,
    ports: port === 0 ? [] : [port],
    ...request,
  })
}

test('a call arrives with its method, path, headers and body, and its answer comes back whole', async () => {
  const port = await web(async (request, answer) => {
    const body = (await request.toArray()).join('')
    answer.writeHead(201, {
      'x-seen': `${request.method} ${request.url} ${request.headers['x-one']} ${request.headers.host}`,
    })
    answer.end(body.toUpperCase())
  })
  const answer = await send(`http://127.0.0.1:${port}/a?b=c`, {
    method: 'POST',
    body: 'hello',
    headers: { 'x-one': '1' },
  })
  expect(answer.status).toBe(201)
  expect(answer.headers['x-seen']).toBe(`POST /a?b=c 1 127.0.0.1:${port}`)
  expect(Buffer.from(answer.body).toString()).toBe('HELLO')
  expect(answer.cut).toBeNull()
})

describe('security S-25: no packet is sent', () => {
  const notations = [
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0x7f000001',
    '①②⑦.0.0.①',
    '１２７.0.0.1',
    '127.0.0.1.',
  ]
  const wrapped = [
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
  ]
  test.each([...notations, ...wrapped])('to loopback written as %s', async (host) => {
    const { port, seen } = await raw((socket) => socket.end())
    await expect(send(`https://${host}:${port}/`, {}, { allowNets: new Map() })).rejects.toMatchObject({
      code: 'address_refused',
    })
    expect(seen.connections).toBe(0)
  })

  test.each([
    ['a user name', 'https://me@127.0.0.1/'],
    ['a fragment', 'https://127.0.0.1/#x'],
    ['another scheme', 'ftp://127.0.0.1/'],
    ['a file', 'file:///etc/hosts'],
    ['nonsense', 'https://'],
    ['an unlisted port', 'https://127.0.0.1:8443/'],
  ])('to an address with %s', async (_what, url) => {
    const sender = outgoing({ allowNets: loopback, times })
    await expect(sender.send('test', { method: 'GET', url, capBytes: 1 })).rejects.toMatchObject({
      code: 'url_refused',
    })
  })

  test('for a connection other than the one that the range was opened for', async () => {
    const { port, seen } = await raw((socket) => socket.end())
    const sender = outgoing({ allowNets: allowNetsFrom('other=127.0.0.0/8'), times })
    const call = sender.send('test', { method: 'GET', url: `https://127.0.0.1:${port}/`, capBytes: 1, ports: [port] })
    await expect(call).rejects.toMatchObject({ code: 'address_refused' })
    expect(seen.connections).toBe(0)
  })

  test('without TLS to anything but loopback, even where the range is open', async () => {
    const config = { allowNets: allowNetsFrom('test=10.0.0.0/8'), resolve: async () => ['10.0.0.1'] }
    await expect(send('http://inner.example/', {}, config)).rejects.toMatchObject({ code: 'url_refused' })
  })
})

describe('security S-26: a name is resolved once and all its addresses count', () => {
  const answers = (port: number, ...lists: string[][]) => {
    let asked = 0
    const resolve = async () => lists[Math.min(asked++, lists.length - 1)] ?? []
    return { call: send(`http://name.example:${port}/`, {}, { resolve }), asked: () => asked }
  }

  test('first an open address, then a private one: the first is called and nothing is asked again', async () => {
    const port = await web((request, answer) => answer.end(request.headers.host))
    const { call, asked } = answers(port, ['127.0.0.1'], ['10.0.0.1'])
    expect(Buffer.from((await call).body).toString()).toBe(`name.example:${port}`)
    expect(asked()).toBe(1)
  })

  test.each([[['127.0.0.1', '10.0.0.1']], [['10.0.0.1', '127.0.0.1']], [['::1', 'fe80::1']], [['169.254.169.254']]])(
    'one refused address among them refuses the whole name: %j',
    async (addresses) => {
      const { port, seen } = await raw((socket) => socket.end())
      await expect(answers(port, addresses).call).rejects.toMatchObject({ code: 'address_refused' })
      expect(seen.connections).toBe(0)
    },
  )

  test('no address, a failing resolver, and one that never answers are three plain failures', async () => {
    await expect(answers(1, []).call).rejects.toMatchObject({ code: 'name_unknown' })
    const failing = { resolve: () => Promise.reject(new Error('SERVFAIL')) }
    await expect(send('https://name.example/', {}, failing)).rejects.toMatchObject({ code: 'name_unknown' })
    const hanging = { resolve: () => Promise.withResolvers<never>().promise }
    await expect(send('https://name.example/', {}, hanging)).rejects.toMatchObject({ code: 'timeout' })
  })
})

describe('TLS goes to the checked address under the name of the URL', () => {
  async function secure(...names: string[]) {
    const pair = selfSigned(...names)
    const seen: string[] = []
    const server = createTlsServer(pair, (request, answer) => {
      seen.push(`${(request.socket as { servername?: string }).servername} ${request.headers.host}`)
      answer.end('ok')
    })
    return { port: await listening(server), ca: pair.cert, seen }
  }
  const resolve = async () => ['127.0.0.1']

  test('SNI, Host and the certificate carry the name', async () => {
    const { port, ca, seen } = await secure('hook.example')
    await send(`https://hook.example:${port}/`, { ca }, { resolve })
    expect(seen).toEqual([`hook.example hook.example:${port}`])
  })

  test('a certificate for another name, or of nobody we know, is refused', async () => {
    const { port, ca, seen } = await secure('other.example')
    await expect(send(`https://hook.example:${port}/`, { ca }, { resolve })).rejects.toMatchObject({
      code: 'tls_failed',
    })
    await expect(send(`https://other.example:${port}/`, {}, { resolve })).rejects.toMatchObject({ code: 'tls_failed' })
    expect(seen).toEqual([])
  })
})

describe('security S-27: redirects', () => {
  test('are not followed by default: the answer is the redirect itself', async () => {
    const { port: inner, seen } = await raw((socket) => socket.end())
    const port = await web((_request, answer) =>
      answer.writeHead(302, { location: `http://127.0.0.1:${inner}/` }).end(),
    )
    expect((await send(`http://127.0.0.1:${port}/`)).status).toBe(302)
    expect(seen.connections).toBe(0)
  })

  const chain = (to: (hop: number, port: number) => string | undefined) => {
    const paths: string[] = []
    const listener: RequestListener = (request, answer) => {
      paths.push(`${request.headers.host?.split(':')[0]} ${request.headers.authorization ?? '-'}`)
      const next = to(paths.length, Number(request.headers.host?.split(':')[1]))
      if (next === undefined) answer.end('picture')
      else answer.writeHead(302, { location: next }).end()
    }
    return { listener, paths }
  }
  const resolve = async (name: string) => [name === 'inner.example' ? '10.0.0.1' : '127.0.0.1']

  test('media may take three; credentials stay with the configured host', async () => {
    const { listener, paths } = chain((hop, port) => (hop < 4 ? `http://cdn${hop}.example:${port}/` : undefined))
    const port = await web(listener)
    const request = { redirects: 3 as const, credentials: { authorization: 'secret' } }
    const answer = await send(`http://media.example:${port}/`, request, { resolve })
    expect(Buffer.from(answer.body).toString()).toBe('picture')
    expect(paths).toEqual(['media.example secret', 'cdn1.example -', 'cdn2.example -', 'cdn3.example -'])
  })

  test.each([
    ['a fourth one', (hop: number, port: number) => `http://cdn${hop}.example:${port}/`, 'url_refused'],
    ['one to a private network', () => 'https://inner.example/', 'address_refused'],
    ['one to another scheme', () => 'file:///etc/passwd', 'url_refused'],
    ['one to an unlisted port', () => 'https://cdn.example:22/', 'url_refused'],
  ])('%s is refused', async (_what, to, code) => {
    const { listener } = chain(to)
    const port = await web(listener)
    await expect(send(`http://media.example:${port}/`, { redirects: 3 }, { resolve })).rejects.toMatchObject({ code })
  })

  test('one from https to http is refused', async () => {
    const pair = selfSigned('media.example')
    const { port: plain, seen } = await raw((socket) => socket.end())
    const server = createTlsServer(pair, (_request, answer) =>
      answer.writeHead(302, { location: `http://media.example:${plain}/` }).end(),
    )
    const port = await listening(server)
    const request = { redirects: 3 as const, ca: pair.cert, ports: [port, plain] }
    await expect(send(`https://media.example:${port}/`, request, { resolve })).rejects.toMatchObject({
      code: 'url_refused',
    })
    expect(seen.connections).toBe(0)
  })
})

describe('security S-28: a hostile receiver is cut off', () => {
  const url = (port: number) => `http://127.0.0.1:${port}/`
  const drip = (socket: Socket, piece: string, everyMs: number) => {
    const timer = setInterval(() => socket.write(piece), everyMs)
    socket.on('close', () => clearInterval(timer))
  }

  test('an endless body ends at the cap', async () => {
    const { port, seen } = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      drip(socket, 'x'.repeat(65_536), 1)
    })
    const answer = await send(url(port))
    expect(answer).toMatchObject({ status: 200, cut: 'size' })
    expect(answer.body.length).toBe(4096)
    await expect.poll(() => seen.closed).toBe(1)
  })

  test('a body of one byte at a time ends with the total time, and its status counts', async () => {
    const { port } = await raw((socket) => {
      socket.write('HTTP/1.1 204 OK\r\ntransfer-encoding: chunked\r\n\r\n'.replace('204', '200'))
      drip(socket, '1\r\nx\r\n', 50)
    })
    expect(await send(url(port))).toMatchObject({ status: 200, cut: 'time' })
  })

  test('a body shorter than announced is marked as broken', async () => {
    const { port } = await raw((socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'))
    expect(await send(url(port))).toMatchObject({ status: 200, cut: 'broken' })
  })

  test('a packed body is never unpacked', async () => {
    const { port } = await raw((socket) =>
      socket.end('HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\nabc'),
    )
    const answer = await send(url(port))
    expect(Buffer.from(answer.body).toString()).toBe('abc')
  })

  test.each([
    ['endless headers', (socket: Socket) => drip(socket, `${'a: b\r\n'.repeat(500)}`, 1), 'answer_refused'],
    ['10,000 short headers', (socket: Socket) => socket.end(`${'a:\r\n'.repeat(4_000)}\r\n`), 'answer_refused'],
    ['101 headers', (socket: Socket) => socket.end(`${'a: b\r\n'.repeat(101)}\r\n`), 'answer_refused'],
    ['headers that never end', (socket: Socket) => drip(socket, 'a', 50), 'timeout'],
  ])('%s', async (_what, write, code) => {
    const { port } = await raw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n')
      write(socket)
    })
    await expect(send(url(port))).rejects.toMatchObject({ code })
  })

  test('100 headers are still fine', async () => {
    const { port } = await raw((socket) =>
      socket.end(`HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(99)}content-length: 0\r\n\r\n`),
    )
    expect((await send(url(port))).status).toBe(200)
  })

  test('silence, noise, hanging up and a closed port are four plain failures', async () => {
    const silent = await raw(silence)
    await expect(send(url(silent.port))).rejects.toMatchObject({ code: 'timeout' })
    const noisy = await raw((socket) => socket.end('what?\r\n\r\n'))
    await expect(send(url(noisy.port))).rejects.toMatchObject({ code: 'answer_refused' })
    const rude = await raw((socket) => socket.destroy())
    await expect(send(url(rude.port))).rejects.toMatchObject({ code: 'broken' })
    await expect(send(url(1))).rejects.toMatchObject({ code: 'connect_failed' })
  })

  test('a call that was given up closes its socket', async () => {
    const { port, seen } = await raw(silence)
    const giveUp = new AbortController()
    const call = send(url(port), { signal: giveUp.signal })
    await expect.poll(() => seen.connections).toBe(1)
    giveUp.abort()
    await expect(call).rejects.toMatchObject({ code: 'broken' })
    await expect.poll(() => seen.closed).toBe(1)
  })
})
