import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson, readJson, textOf } from './json.ts'

/** The value as JSON with white space, so that it does not pass for what `JSON.stringify` writes. */
const loose = (value: unknown): string => JSON.stringify(value, null, 1)

const outcome = (text: string): unknown => {
  try {
    return { value: parseJson(text) }
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? error.code : error }
  }
}

describe('reading JSON', () => {
  test('a text as JSON.stringify writes it, and the same with white space, give the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 40 }), (value) => {
        const text = JSON.stringify(value)
        expect(outcome(text)).toEqual(outcome(loose(value)))
      }),
    )
  })

  test('each way tells itself apart, and neither keeps `__proto__`', () => {
    expect(readJson('{"a":1}')).toEqual({ value: { a: 1 }, plain: true })
    expect(readJson('{"a": 1}')).toEqual({ value: { a: 1 }, plain: false })
    expect(readJson('{"a":1.0}')).toEqual({ value: { a: 1 }, plain: false })
    for (const text of ['{"__proto__":{"x":1},"a":1}', '{"\\u005f_proto__":{"x":1},"a":1}']) {
      const { value, plain } = readJson(text)
      expect([Object.keys(value as object), plain]).toEqual([['a'], false])
    }
  })

  test.each([
    ['a key twice', '{"a":1,"a":2}'],
    ['a key twice, once in other letters', '{"a":1,"\\u0061":2}'],
    ['a key twice further down', '{"b":[{"a":1,"a":1}]}'],
    ['a number beyond a double', '{"a":1e400}'],
    ['33 levels', `${'['.repeat(33)}${']'.repeat(33)}`],
    ['33 levels with a space', `${'['.repeat(33)} ${']'.repeat(33)}`],
    ['levels beyond every stack', '['.repeat(200_000)],
    ['closed levels beyond every stack', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['nothing', ''],
    ['half of it', '{"a":'],
  ])('%s is malformed', (_, text) => {
    expect(outcome(text)).toEqual({ code: 'malformed' })
  })

  test('32 levels are read', () => {
    expect(outcome(`${'['.repeat(32)}${']'.repeat(32)}`)).toHaveProperty('value')
  })
})

test('bytes become the text they stand for, whatever letters are in it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(textOf(new TextEncoder().encode(text))).toBe(text.replace(/^\ufeff/, ''))
    }),
  )
  expect(() => textOf(Uint8Array.of(0x61, 0xff))).toThrow('UTF-8')
})
