import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../testing/server.ts'
import { clientAddress } from './hosts.ts'
import { createLive } from './live.ts'

let server: TestServer
const built = mkdtempSync(join(tmpdir(), 'll-'))
beforeAll(async () => {
  mkdirSync(join(built, 'assets'))
  writeFileSync(join(built, 'index.html'), '<!doctype html><title>Lamplighter</title>')
  writeFileSync(join(built, 'assets', 'main-1a2b3c.js'), 'export {}')
  writeFileSync(join(built, '.built'), 'not for others')
  server = await startTestServer({ demo: true, consoleFolder: built })
})
afterAll(async () => {
  await server.close()
  rmSync(built, { recursive: true })
})

describe('the console', () => {
  it('is one page under every address of its screens', async () => {
    for (const path of ['/', '/review', '/review/1042', '/settings/keys', '/e/account/a1']) {
      const answer = await server.call(path)
      expect([path, answer.status, answer.headers.get('content-type')]).toEqual([path, 200, 'text/html; charset=utf-8'])
      expect(answer.headers.get('cache-control')).toBe('no-store')
    }
  })

  it('serves hashed files for a year, and nothing that is not of the build', async () => {
    const script = await server.call('/assets/main-1a2b3c.js')
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
    for (const path of ['/.built', '/assets/../index.html', '/assets/%2e%2e/%2e%2e/etc/passwd', '/assets/none.js']) {
      const answer = await server.call(path)
      expect([path, answer.status === 200 && (await answer.text()).includes('not for others')]).toEqual([path, false])
    }
    expect((await server.call('/assets/none.js')).status).toBe(404)
  })
})

it('the lamp is there when a browser asks for it by itself', async () => {
  const icon = await server.call('/favicon.ico')
  expect([icon.status, icon.headers.get('content-type')]).toEqual([200, 'image/svg+xml'])
  expect(await icon.text()).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
})

describe('live', () => {
  it('streams the names of what changed, to staff only, and ends with the server', async () => {
    expect((await server.call('/v1/live')).status).toBe(401)
    const answer = await server.call('/v1/live', { cookie: await server.signIn('reviewer') })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    const reader = (answer.body ?? expect.fail('no stream')).getReader()
    const read = async () => new TextDecoder().decode((await reader.read()).value)
    expect(await read()).toContain('retry:')
    server.context.live.changed('case:1042')
    expect(await read()).toBe('data: case:1042\n\n')
    await server.restart()
    await expect(reader.read().then(({ done }) => done)).resolves.toBe(true)
  })

  it('carries names only', async () => {
    const live = createLive()
    const reader = live.stream(new AbortController().signal).getReader()
    await reader.read()
    live.changed('A text of somebody\n\ndata: more')
    live.changed('lanes')
    expect(new TextDecoder().decode((await reader.read()).value)).toBe('data: lanes\n\n')
    live.close()
    expect((await reader.read()).done).toBe(true)
  })
})

describe('the address of a caller', () => {
  it('is what a trusted proxy says, and nobody else', () => {
    const of = clientAddress(['10.0.0.0/8', '::1'])
    expect(of('203.0.113.9', '198.51.100.1')).toBe('203.0.113.9')
    expect(of('10.1.2.3', '198.51.100.1')).toBe('198.51.100.1')
    expect(of('::ffff:10.1.2.3', '6.6.6.6, 198.51.100.1, 10.9.9.9')).toBe('198.51.100.1')
    expect(of('10.1.2.3', 'not an address')).toBe('10.1.2.3')
    expect(of('::1', null)).toBe('::1')
  })

  it('opens the metrics to this machine alone', async () => {
    expect((await server.call('/metrics')).status).toBe(200)
    expect((await server.call('/metrics', { headers: { 'x-forwarded-for': '198.51.100.1' } })).status).toBe(401)
    expect((await server.call('/metrics', { key: await server.key('screen') })).status).toBe(403)
  })
})
