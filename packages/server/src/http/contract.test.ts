import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditRows } from '../audit/index.ts'
import { startTestServer, type TestServer } from '../testing/server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ demo: true })
})
afterAll(() => server.close())

describe('platform P-14: a problem', () => {
  it('has a `type` that leads to a page, which says what to do', async () => {
    const answer = await server.call('/problems/idempotency_mismatch')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('Use a new Idempotency-Key for a new body.')
    expect((await server.call('/problems/none')).status).toBe(404)
  })
})

describe('the API document', () => {
  it('says what a file in an event may hold, in each call that takes events', async () => {
    interface Schema {
      readonly properties?: Readonly<Record<string, Schema>>
      readonly required?: readonly string[]
      readonly anyOf?: readonly Schema[]
      readonly items?: Schema
    }
    interface Document {
      readonly paths: Record<string, { post: { requestBody: { content: Record<string, { schema: Schema }> } } }>
    }
    const { paths } = (await (await server.call('/openapi.json')).json()) as Document
    const bodyOf = (path: string) => paths[path]?.post.requestBody.content['application/json']?.schema
    for (const event of [bodyOf('/v1/screen'), bodyOf('/v1/reports'), bodyOf('/v1/events')?.anyOf?.[0]]) {
      expect(event?.required).toEqual(['id', 'kind', 'occurred_at'])
      const file = event?.properties?.media?.anyOf?.find(({ items }) => items !== undefined)?.items
      expect(Object.keys(file?.properties ?? {})).toEqual([
        ...['id', 'type', 'size', 'url', 'sha256', 'md5', 'sha1', 'pdq', 'made_by'],
      ])
      expect(file?.required).toEqual(['id'])
      expect(Object.keys(file?.properties?.pdq?.items?.properties ?? {})).toEqual(['hash', 'quality', 'profile'])
    }
  })
})

describe('platform P-15: a command', () => {
  it('with the same key gives the same answer and one effect, also at once', async () => {
    const cookie = await server.signIn('admin')
    const send = (key: string, name: string) =>
      server.call('/v1/people', { cookie, json: { name, roles: ['reviewer'] }, headers: { 'idempotency-key': key } })
    const answers = await Promise.all(Array.from({ length: 8 }, () => send('k1', 'Same')))
    const texts = await Promise.all(answers.map((answer) => answer.text()))
    expect(new Set(texts).size).toBe(1)
    const { items } = (await (await server.call('/v1/people', { cookie })).json()) as { items: { name: string }[] }
    expect(items.filter((one) => one.name === 'Same')).toHaveLength(1)
    expect((await send('k1', 'Other')).status).toBe(422)
  })

  it('repeated after a restart changes nothing and answers the same', async () => {
    const cookie = await server.signIn('admin')
    const { id } = (await (await server.call('/v1/me', { cookie: await server.signIn('reviewer') })).json()) as {
      id: string
    }
    const send = () =>
      server.call(`/v1/people/${id}/revoke`, { cookie, json: { reason: 'left' }, headers: { 'idempotency-key': 'k2' } })
    const first = await send()
    await server.restart()
    const second = await send()
    expect([first.status, await first.text()]).toEqual([second.status, await second.text()])
    expect(second.status).toBe(200)
    const rows = await server.context.storage.store.read(auditRows, { limit: 200 })
    expect(rows.filter((row) => row.act === 'people.revoke' && row.object === id)).toHaveLength(1)
  })

  it('without a key, or with one of another form, is refused', async () => {
    const cookie = await server.signIn('admin')
    const send = (headers: Record<string, string>) =>
      server.call('/v1/people', {
        method: 'POST',
        cookie,
        body: '{"name":"X","roles":["reviewer"]}',
        headers: { 'content-type': 'application/json', ...headers },
      })
    expect(((await (await send({})).json()) as { code: string }).code).toBe('idempotency_key_required')
    const long = await send({ 'idempotency-key': 'x'.repeat(256) })
    expect(((await long.json()) as { code: string }).code).toBe('malformed')
  })
})
