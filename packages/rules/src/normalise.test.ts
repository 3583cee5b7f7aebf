import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { chat, cheapest } from '../test/files.ts'
import { jsonSchema, normalise } from './index.ts'

const MESSAGE = {
  id: 'm-1',
  kind: 'message',
  occurred_at: '2026-01-01T10:00:00+01:00',
  actor: { id: 'a', age: 86_400_000, kind: 'person' },
  item: { id: 'm-1', text: 'hi' },
}

function problems(changes: Record<string, unknown>, kind = 'message'): string[] {
  const answer = normalise(chat, kind, { ...MESSAGE, ...changes })
  return 'problems' in answer ? answer.problems.map((one) => `${one.pointer} ${one.detail}`) : []
}

function eventOf(json: unknown) {
  const answer = normalise(chat, 'message', json)
  if ('problems' in answer) throw new Error(JSON.stringify(answer.problems))
  return answer
}

describe('the one validation of an event', () => {
  test('gives the typed normal form: UTC, defaults filled in, unknown fields left out and listed', () => {
    const { event, ignored } = eventOf({
      ...MESSAGE,
      mood: 1,
      actor: { ...MESSAGE.actor, 'a/b~c': 1 },
      received_at: 'x',
    })
    expect(event).toEqual({
      id: 'm-1',
      kind: 'message',
      occurred_at: '2026-01-01T09:00:00.000Z',
      actor: { id: 'a', age: 86_400_000, kind: 'person' },
      item: { id: 'm-1', text: 'hi', forwarded: false, links: [], link_count: 0 },
    })
    expect(ignored).toEqual(['/mood', '/received_at', '/actor/a~1b~0c'])
  })

  test('missing, null and default are three things', () => {
    const { event } = eventOf({ ...MESSAGE, actor: { id: 'a', age: null }, item: { id: 'i', text: null }, tie: null })
    expect(event.actor).toEqual({ id: 'a', age: null })
    expect(event.item).toMatchObject({ text: null, link_count: 0 })
    expect(event.tie).toBeUndefined()
  })

  test.each<[string, Record<string, unknown>, string[]]>([
    ['an id that is empty', { id: '' }, ['/id expected a text of 1 to 256 characters']],
    ['an id that is a number', { actor: { id: 7 } }, ['/actor/id expected a text of 1 to 256 characters']],
    ['another kind', { kind: 'post' }, ['/kind expected "message"']],
    ['no record', { item: undefined }, ['/item expected an object']],
    ['a record that is a list', { actor: [] }, ['/actor expected an object']],
    ['an optional record that is a text', { tie: 'x' }, ['/tie expected an object']],
    ['a required field that is null', { actor: { id: null } }, ['/actor/id expected a value, not null']],
    ['a required field that is missing', { actor: {} }, ['/actor/id expected a value']],
    [
      'a text as a number',
      { actor: { id: 'a', age: '3' } },
      ['/actor/age expected a whole number of milliseconds from 0'],
    ],
    [
      'half a millisecond',
      { actor: { id: 'a', age: 0.5 } },
      ['/actor/age expected a whole number of milliseconds from 0'],
    ],
    [
      'an unknown value',
      { actor: { id: 'a', kind: 'robot' } },
      ['/actor/kind expected one of person, organisation, news, bot'],
    ],
    ['a bool as a number', { actor: { id: 'a', verified: 1 } }, ['/actor/verified expected true or false']],
    [
      'a long text',
      { item: { id: 'i', text: 'x'.repeat(8001) } },
      ['/item/text expected a text of at most 8000 characters'],
    ],
    [
      'a lone surrogate',
      { id: '\udc00', item: { id: 'i', text: '\ud800' } },
      ['/id', '/item/text'].map(
        (place) =>
          `${place} found half of a character (a lone surrogate); send the text in UTF-8, or both halves of the pair`,
      ),
    ],
    [
      'too many links',
      { item: { id: 'i', links: new Array(21).fill('a.example') } },
      ['/item/links expected at most 20 elements'],
    ],
    [
      'a link in capitals',
      { item: { id: 'i', links: ['a.example', 'B.example'] } },
      ['/item/links/1 expected a domain in lower case'],
    ],
    [
      'null inside a list that is never unknown',
      { item: { id: 'i', links: [null] } },
      ['/item/links/0 expected a domain in lower case'],
    ],
    [
      'a hash in capitals',
      { media: { id: 'f', type: 'image', digests: ['AB'.repeat(32)] } },
      ['/media/digests/0 expected a hash in lower-case hex'],
    ],
    [
      'a number without end',
      { item: { id: 'i', link_count: Number.POSITIVE_INFINITY } },
      ['/item/link_count expected a number'],
    ],
    [
      'no time zone',
      { occurred_at: '2026-01-01T09:00:00' },
      ['/occurred_at expected an RFC 3339 time, for example 2026-01-01T09:00:00Z'],
    ],
    [
      '30 February',
      { occurred_at: '2026-02-30T09:00:00Z' },
      ['/occurred_at expected an RFC 3339 time, for example 2026-01-01T09:00:00Z'],
    ],
  ])('refuses %s', (_, changes, expected) => expect(problems(changes)).toEqual(expected))

  test('an event of no known kind is told the kinds that there are, and what else is wrong with it', () => {
    const told = problems({ id: 7, kind: 'telegram', occurred_at: 'noon' }, 'telegram')
    expect(told).toEqual([
      expect.stringMatching(/^\/kind expected one of .*\bmessage\b/),
      '/id expected a text of 1 to 256 characters',
      '/occurred_at expected an RFC 3339 time, for example 2026-01-01T09:00:00Z',
    ])
  })

  test('a text is measured in characters, not in halves of them', () => {
    expect(problems({ item: { id: 'i', text: '🔒'.repeat(8000) } })).toEqual([])
    expect(problems({ item: { id: 'i', text: '🔒'.repeat(8001) } })).toHaveLength(1)
  })

  test('a list that may be unknown may hold an element that nobody knows', () => {
    expect(problems({ media: { id: 'f', type: 'image', pdq: [null, 'ab'.repeat(32)] } })).toEqual([])
  })

  test('whatever comes is answered, with problems or an event, and never changes an object of ours', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(...chat.events.keys(), 'nothing'), (json, kind) => {
        expect(normalise(chat, kind, json)).toHaveProperty('problems')
      }),
    )
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"x": 1}}') as object
    expect('problems' in normalise(chat, 'message', { ...MESSAGE, ...hostile })).toBe(false)
    expect(({} as { polluted?: number }).polluted).toBeUndefined()
  })

  test('a small message takes less than 10 µs', () => {
    const best = cheapest(40, () => {
      for (let i = 0; i < 1000; i++) normalise(chat, 'message', MESSAGE)
    })
    expect(best).toBeLessThan(10)
  })
})

describe('JSON Schema', () => {
  test('of an account', () => {
    expect(jsonSchema(chat, 'message')).toMatchObject({
      required: ['id', 'occurred_at', 'actor', 'item'],
      properties: {
        actor: {
          type: 'object',
          required: ['id'],
          properties: {
            id: { type: 'string', minLength: 1, maxLength: 256 },
            age: { type: ['integer', 'null'], minimum: 0 },
            age_band: { enum: ['minor', 'adult', null] },
          },
        },
        item: {
          properties: {
            text: { type: ['string', 'null'], maxLength: 8000, default: '' },
            links: { type: ['array', 'null'], maxItems: 20, items: { type: 'string' }, default: [] },
          },
        },
        media: {
          type: ['object', 'null'],
          properties: { digests: { items: { type: ['string', 'null'], pattern: '^([0-9a-f]{2})+$' } } },
        },
      },
    })
    expect(() => jsonSchema(chat, 'nothing')).toThrow("has no event 'nothing'")
  })
})
