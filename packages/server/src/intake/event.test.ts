import { readFileSync } from 'node:fs'
import { readSchema } from '@lamplighter/rules'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson } from '../http/json.ts'
import { itemKey } from '../review/index.ts'
import { acceptEvent, idOf } from './event.ts'

const { schema } = readSchema({
  name: 'schema',
  text: readFileSync(new URL(import.meta.resolve('@lamplighter/rules/wick/chat.schema.wick')), 'utf8'),
})
if (schema === undefined) throw new Error('the schema does not read')
const known = schema
const from = { connection: 'main', now: Date.UTC(2026, 0, 1) }
const message = {
  kind: 'message',
  id: 'm1',
  occurred_at: '2026-01-01T09:00:00+01:00',
  actor: { id: 'k' },
  item: { id: 'm1', text: 'hi' },
}
const upload = {
  kind: 'upload',
  id: 'u1',
  occurred_at: '2026-01-01T09:00:00Z',
  actor: { id: 'k' },
  media: [{ id: 'f1' }],
}
const taken = (event: unknown) => {
  const edge = acceptEvent(event, known, from)
  if (!('accepted' in edge)) throw new Error(JSON.stringify(edge.faults))
  return edge.accepted
}
const pointers = (event: unknown) => {
  const edge = acceptEvent(event, known, from)
  return 'faults' in edge ? edge.faults.map(({ pointer }) => pointer) : []
}

describe('an event', () => {
  test('is known by connection, kind and id, and ordered by its account', () => {
    expect(taken(message)).toMatchObject({ key: 'main|message|m1', streamKey: 'account:k', ignored: [] })
    expect(itemKey('main', 'message', 'm1')).toBe('message:main:m1')
    expect(idOf(taken(message).event, 'actor')).toBe('k')
  })

  test('has one body hash however its fields are ordered, and another when anything differs', () => {
    const { id, ...rest } = message
    expect(taken({ ...rest, id }).bodyHash).toBe(taken(message).bodyHash)
    expect(taken({ ...message, item: { id: 'm1', text: 'ho' } }).bodyHash).not.toBe(taken(message).bodyHash)
  })

  test('loses fields that the schema does not know, and they are named', () => {
    expect(taken({ ...message, mood: 'fine' }).ignored).toContain('/mood')
  })

  test('gets keys by which a link or a text is known again, and none where there is nothing to know', () => {
    const keys = (text: string, more: object = {}) => {
      const edge = acceptEvent({ ...message, item: { id: 'm1', text, ...more } }, known, {
        ...from,
        nameOf: (name) => name,
      })
      if (!('accepted' in edge)) throw new Error(JSON.stringify(edge.faults))
      const { link_key, text_key } = edge.accepted.event.item as unknown as Record<string, string | null | undefined>
      return { link_key, text_key }
    }
    const same = 'link shop.example/a?b=1&c=2'
    for (const url of [
      'https://shop.example/a?b=1&c=2',
      'http://www.Shop.example/a/?c=2&utm_source=x&b=1#top',
      'https://shop.example/a?fbclid=9&b=1&c=2',
    ])
      expect(keys(`see ${url} now`).link_key).toBe(same)
    expect(keys('see https://shop.example/b').link_key).not.toBe(same)
    expect(keys('no link')).toEqual({ link_key: null, text_key: null })
    expect(keys('a link that we do not see', { links: ['x.example'] }).link_key).toBeUndefined()
    expect(keys('', { link_key: 'sent' }).link_key).toBe('sent')
    const long = 'The Market opens at nine, bring the nets and the boat'
    expect(keys(long).text_key).toBe('text the market opens at nine, bring the nets and the boat')
    expect(keys(`  ${long.toUpperCase().replaceAll(' ', '\n ')}`).text_key).toBe(keys(long).text_key)
    expect(taken({ ...message, item: { id: 'm1', text: `${long} https://a.example` } }).event.item).not.toHaveProperty(
      'link_key',
    )
  })

  test('gets the links of its text, beside those that were sent', () => {
    const text = 'see HTTPS://Bad.Example/a?b and http://user@x.example, (https://bad.example).'
    const { item } = taken({ ...message, item: { id: 'm1', text, links: ['sent.example'] } }).event as unknown as {
      item: { links: string[]; link_count: number }
    }
    expect(item.links).toEqual(['sent.example', 'bad.example', 'x.example'])
    expect(item.link_count).toBe(3)
  })

  test('with a fault is answered with its place', () => {
    expect(pointers(7)).toEqual([''])
    expect(pointers([])).toEqual([''])
    expect(pointers({})).toEqual(['/kind', '/id', '/occurred_at'])
    expect(pointers({ ...message, actor: { id: 3 } })).toEqual(['/actor/id'])
    expect(pointers({ ...upload, media: undefined })).toEqual(['/media'])
    expect(pointers({ ...upload, media: [] })).toEqual(['/media'])
    expect(pointers({ ...upload, media: Array.from({ length: 21 }, () => ({ id: 'f' })) })).toEqual(['/media'])
    const file = (more: object) => ({ ...upload, media: [{ id: 'f1' }, { id: 'f2', ...more }] })
    expect(pointers(file({ sha256: 'zz' }))).toEqual(['/media/1/sha256'])
    expect(pointers(file({ md5: 'a'.repeat(31) }))).toEqual(['/media/1/md5'])
    expect(pointers(file({ size: -1 }))).toEqual(['/media/1/size'])
    expect(pointers(file({ pdq: [{ hash: 'a'.repeat(64) }] }))).toEqual(['/media/1/pdq/0/quality'])
    expect(pointers(file({ pdq: [{ hash: 'a'.repeat(63), quality: 50 }] }))).toEqual(['/media/1/pdq/0/hash'])
    expect(pointers(file({ pdq: [{ hash: 'a'.repeat(64), quality: 50, profile: 'half' }] }))).toEqual([
      '/media/1/pdq/0/profile',
    ])
    expect(pointers(file({ made_by: '' }))).toEqual(['/media/1/made_by'])
    expect(pointers(file({ url: 'x.example/1' }))).toEqual(['/media/1/url'])
  })

  test('with several faults is answered with each of them, in its fields and in its files', () => {
    expect(pointers({ ...message, id: 7, actor: { id: 3 }, item: { id: 'm1', text: 5 } })).toEqual([
      '/id',
      '/actor/id',
      '/item/text',
    ])
    const files = [{ id: 7, sha256: 'zz' }, 'f', { id: 'f3', pdq: [{ hash: 'x', quality: 'good' }] }]
    expect(pointers({ ...upload, actor: [], media: files })).toEqual([
      '/actor',
      '/media/0/id',
      '/media/0/sha256',
      '/media/1',
      '/media/2/pdq/0/hash',
      '/media/2/pdq/0/quality',
    ])
    expect(pointers({ ...message, media: 'f' })).toEqual(['/media'])
  })

  test('may be any JSON at all: nothing throws, and every fault has a pointer', () => {
    const nearly = fc.record(
      {
        kind: fc.constantFrom(...known.events.keys()),
        id: fc.oneof(fc.string({ minLength: 1, maxLength: 20 }), fc.jsonValue()),
        occurred_at: fc.oneof(fc.constant('2026-01-01T09:00:00Z'), fc.jsonValue()),
        actor: fc.oneof(fc.record({ id: fc.string() }), fc.jsonValue()),
        target: fc.jsonValue(),
        item: fc.oneof(fc.record({ id: fc.string(), text: fc.string(), links: fc.jsonValue() }), fc.jsonValue()),
        media: fc.oneof(
          fc.array(fc.oneof(fc.record({ id: fc.string(), pdq: fc.jsonValue() }), fc.jsonValue())),
          fc.jsonValue(),
        ),
        report: fc.jsonValue(),
      },
      { requiredKeys: ['kind'] },
    )
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), nearly), (value) => {
        const edge = acceptEvent(parseJson(JSON.stringify(value)), known, from)
        if ('accepted' in edge) expect(edge.accepted.bodyHash).toMatch(/^[0-9a-f]{64}$/)
        else for (const { pointer } of edge.faults) expect(pointer).toMatch(/^(\/.*)?$/s)
      }),
      { numRuns: process.env.LAMPLIGHTER_DEEP === '1' ? 20_000 : 500 },
    )
  })
})
