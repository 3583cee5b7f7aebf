import { type Endpoint, endpoint, getMe, Nothing } from '@lamplighter/api'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type App, createApp } from './app.ts'
import type { Identity } from './gate.ts'
import { route } from './route.ts'

const identity: Identity = {
  session: async (token) =>
    token === 'good' ? { kind: 'staff', id: 'st_1', number: 1, roles: ['admin'], session: 'se_1' } : { kind: 'nobody' },
  key: async () => ({ kind: 'nobody' }),
}

const echo = endpoint({
  id: 'echo',
  method: 'post',
  path: '/v1/echo/{id}',
  act: 'me.change',
  summary: 'Give back what came.',
  params: z.object({ id: z.string().max(4) }),
  query: z.object({ n: z.coerce.number().int().optional() }),
  body: z.object({ a: z.int(), b: z.object({ c: z.string().max(3) }).optional() }),
  status: 200,
  answer: z.object({ id: z.string(), body: z.looseObject({}) }),
  repeat: 'own',
  codes: ['invalid'],
})

const appWith = (routes: Parameters<typeof createApp>[0]['routes']): App =>
  createApp({ urls: ['http://localhost:4100'], demo: true, identity, routes, pages: [], checkAnswers: true })

const app = appWith([route(echo, async ({ params, body }) => ({ body: { id: params.id, body } }))])

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}, path = '/v1/echo/x') =>
  app.fetch(
    new Request(`http://localhost:4100${path}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        cookie: '__Host-lamplighter=good',
        'sec-fetch-site': 'same-origin',
        ...headers,
      },
    }),
  )
const codeOf = async (answer: Response) => [answer.status, ((await answer.json()) as { code?: string }).code]

describe('a call', () => {
  it('reaches its function with every part parsed', async () => {
    const answer = await post('{"a":1,"extra":{"role":"admin"}}')
    expect(answer.status).toBe(200)
    expect(await answer.json()).toEqual({ id: 'x', body: { a: 1 } })
  })

  it('names each fault of a body by its pointer and never quotes it', async () => {
    const answer = await post('{"a":"secret-word","b":{"c":"abcd"}}')
    const text = await answer.text()
    expect(answer.status).toBe(422)
    expect(JSON.parse(text)).toMatchObject({
      type: 'http://localhost:4100/problems/invalid',
      code: 'invalid',
      errors: [{ pointer: '/a' }, { pointer: '/b/c', detail: 'expected at most 3' }],
    })
    expect(text).not.toContain('secret-word')
  })

  it('names the field that holds half of a character, and takes both halves', async () => {
    const half = await post('{"a":1,"b":{"c":"\\ud83d"},"x/y":["ok","\\uDE00"]}')
    expect(half.status).toBe(422)
    const { errors, pointer } = (await half.json()) as {
      errors: { pointer: string; detail: string }[]
      pointer: string
    }
    expect([pointer, errors.map((one) => one.pointer)]).toEqual(['/b/c', ['/b/c', '/x~1y/1']])
    expect(errors[0]?.detail).toBe(
      'found half of a character (a lone surrogate); send the text in UTF-8, or both halves of the pair',
    )
    expect(await codeOf(await post('{"a":1,"\\udc00":1}'))).toEqual([422, 'invalid'])
    expect((await post('{"a":1,"b":{"c":"\\ud83d\\ude00"}}')).status).toBe(200)
  })

  it('drops a byte-order mark and refuses what is not UTF-8', async () => {
    expect((await post(new Uint8Array([0xef, 0xbb, 0xbf, ...Buffer.from('{"a":1}')]))).status).toBe(200)
    expect(await codeOf(await post(new Uint8Array([0x22, 0xff, 0x22])))).toEqual([400, 'malformed'])
  })

  it('answers 405 with Allow, 404, 415 and 413 as problems', async () => {
    const wrong = await app.fetch(new Request('http://localhost:4100/v1/echo/x', { method: 'PUT' }))
    expect(wrong.headers.get('allow')).toBe('POST')
    expect(await codeOf(wrong)).toEqual([405, 'method_not_allowed'])
    expect(await codeOf(await app.fetch(new Request('http://localhost:4100/v1/none')))).toEqual([404, 'not_found'])
    expect(await codeOf(await post('{"a":1}', { 'content-type': 'text/plain' }))).toEqual([415, 'unsupported_type'])
    expect(await codeOf(await post(`{"a":1,"b":"${'x'.repeat(300_000)}"}`))).toEqual([413, 'too_large'])
  })

  it('security S-55: hostile JSON ends in 4xx in less than 100 ms', async () => {
    const members = Array.from({ length: 10_000 }, (_, n) => `"k${n}":1`).join()
    const bodies = [
      '['.repeat(100_000),
      `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
      '{"a":1,"a":2}',
      '{"a":1,"\\u0061":2}',
      '{"a":1e999}',
      `{"a":1,"b":{${Array.from({ length: 1_000_000 }, (_, n) => `"k${n}":1`).join()}}}`,
      `{"a":1.5,${members}}`,
    ]
    for (const body of bodies) {
      const started = process.cpuUsage()
      const answer = await post(body)
      const { user, system } = process.cpuUsage(started)
      // Time of the processor, not of the clock: other work on the machine is not ours.
      expect((user + system) / 1000).toBeLessThan(100)
      expect(Math.floor(answer.status / 100)).toBe(4)
    }
  })

  it('drops __proto__ and goes on', async () => {
    expect(await (await post('{"a":1,"__proto__":{"admin":true}}')).json()).toEqual({ id: 'x', body: { a: 1 } })
  })

  it('security S-50: what fails inside tells nobody how', async () => {
    const failing = appWith([
      route(getMe, async () => {
        throw Object.assign(new Error('select * from staff at /srv/secret.ts'), { code: 'SQLITE_ERROR' })
      }),
    ])
    const answer = await failing.fetch(
      new Request('http://localhost:4100/v1/me', { headers: { cookie: '__Host-lamplighter=good' } }),
    )
    const text = await answer.text()
    expect(answer.status).toBe(500)
    for (const word of ['select', 'secret.ts', 'SQLITE', 'Error:']) expect(text).not.toContain(word)
  })
})

describe('an endpoint without an act', () => {
  it('security S-12: does not type-check', () => {
    // @ts-expect-error: `act` is missing
    const declared: Endpoint = {
      id: 'x',
      method: 'get',
      path: '/x',
      summary: '',
      params: Nothing,
      query: Nothing,
      body: undefined,
      status: 200,
      answer: Nothing,
      repeat: 'own',
      codes: [],
    }
    expect(declared.id).toBe('x')
  })
})
