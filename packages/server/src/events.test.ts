import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLog, write } from './log.ts'
import { startTestServer, type TestServer } from './testing/server.ts'

let server: TestServer
const lines: string[] = []
beforeAll(async () => {
  server = await startTestServer({ demo: true })
  openLog('debug', { write: (line) => void lines.push(line) })
})
afterAll(async () => {
  openLog('silent')
  await server.close()
})

const FIELDS = [
  'level',
  'time',
  'event',
  'request',
  'case',
  'duration_ms',
  'code',
  'role',
  'epoch',
  'partition',
  'count',
  'bytes',
]
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

describe('the log', () => {
  it('platform P-33: takes no other field', () => {
    // @ts-expect-error: `handle` has no place in a log line
    write('info', { event: 'test', handle: 'x' })
    expect(lines.pop()).toContain('test')
  })

  it('platform P-33, console 42: after calls of all kinds it holds closed fields and no canary', async () => {
    const canary = 'kestrel-canary'
    const cookie = await server.signIn('admin')
    await server.call('/v1/people', { cookie, json: { name: canary, roles: ['reviewer'] } })
    await server.call(`/v1/entities/account/${canary}?q=${canary}`, { cookie, headers: { 'user-agent': canary } })
    await server.call(`/hello/${canary}`, { method: 'POST' })
    await server.call('/v1/keys', { cookie, json: { name: canary, scopes: [canary] } })
    await server.call('/v1/me', { key: `llk_${canary}` })
    expect(lines.length).toBeGreaterThan(4)
    for (const line of lines) {
      expect(Object.keys(JSON.parse(line) as object).filter((name) => !FIELDS.includes(name))).toEqual([])
      expect(line).not.toContain(canary)
      expect(line).not.toContain(cookie.split('=')[1])
      expect(line).not.toContain('127.0.0.1')
    }
  })

  it('console 41: nothing that staff read looks like a UUID', async () => {
    const cookie = await server.signIn('admin')
    for (const path of ['/v1/me', '/v1/people', '/v1/keys', '/v1/none', '/health/ready']) {
      const answer = await server.call(path, { cookie })
      expect(`${await answer.text()} ${answer.headers.get('request-id')}`).not.toMatch(UUID)
    }
  })
})
