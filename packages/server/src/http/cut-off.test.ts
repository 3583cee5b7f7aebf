import { readdirSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
let key: string
beforeAll(async () => {
  server = await startTestServer()
  key = await server.key('screen', 'events', 'reports')
})
afterAll(() => server.close())

/** Sends the head of a request and a part of its body, then hangs up. */
async function hangUp(head: readonly string[], part: string): Promise<void> {
  const { hostname, port } = new URL(server.url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  const lines = [...head, 'Host: localhost', `Authorization: Bearer ${key}`, '', part].join('\r\n')
  await new Promise<void>((resolve) => socket.write(lines, () => resolve()))
  // Long enough for the server to begin to read.
  await new Promise((resolve) => setTimeout(resolve, 100))
  socket.destroy()
}

async function abandoned(route: string): Promise<number> {
  const text = await (await server.call('/metrics')).text()
  const line = text.split('\n').find((one) => one.startsWith(`lamplighter_http_abandoned_total{route="${route}"}`))
  return Number(line?.split(' ')[1] ?? 0)
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => name)

const json = 'Content-Type: application/json'
it.each([
  ['putMedia', ['PUT /v1/media/cut?audience=public HTTP/1.1', 'Content-Length: 200000'], 'x'.repeat(100_000)],
  ['putMedia', ['PUT /v1/media/cut?audience=public HTTP/1.1', 'Transfer-Encoding: chunked'], '4\r\nabcd\r\n'],
  ['screen', ['POST /v1/screen HTTP/1.1', json, 'Content-Length: 5000'], '{"id":'],
  ['events', ['POST /v1/events HTTP/1.1', json, 'Transfer-Encoding: chunked'], '4\r\n[{"i\r\n'],
  ['reports', ['POST /v1/reports HTTP/1.1', json, 'Content-Length: 5000'], '{"id":'],
])(
  'a caller of %s who hangs up in the middle is counted, is no fault of ours, and leaves nothing (%#)',
  async (route, head, part) => {
    const before = await abandoned(route)
    const blobs = filesBelow(join(server.folder, 'blobs'))
    await hangUp(head, part)
    await expect.poll(() => abandoned(route), { timeout: 10_000 }).toBe(before + 1)
    expect(server.failures).toEqual([])
    expect(filesBelow(join(server.folder, 'blobs'))).toEqual(blobs)
    const found = await server.call('/v1/media/cut?audience=public', { method: 'PUT', key, body: 'other bytes' })
    expect(found.status).toBeLessThan(300)
  },
)
