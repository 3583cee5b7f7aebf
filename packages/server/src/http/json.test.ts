import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseJson, readJson, textOf } from './json.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The value as JSON with a backslash in it, so that its bytes are read in the careful way. */
const escaped = (value: unknown): string => `["\\u0020",${JSON.stringify(value)}]`

const outcome = (read: () => unknown): unknown => {
  try {
    return { value: read() }
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? error.code : error }
  }
}

/** What both ways say of a text. */
const both = (text: string): unknown => {
  const careful = outcome(() => parseJson(text))
  expect(outcome(() => readJson(bytesOf(text)).value)).toEqual(careful)
  return careful
}

/** JSON of any shape, and now and then a key twice, in any place and with any white space. */
const texts = (levels: number): fc.Arbitrary<string> => {
  const space = fc.constantFrom('', '', ' ', '\n\t')
  const word = fc.constantFrom('"a"', '"b"', '"é"', '"a\\"b"', '"\\u0061"', '""', '":"', '"a,b"')
  const leaf = fc.oneof(word, fc.constantFrom('1', '-0', '1.0', '1e5', '1e400', 'true', 'null'))
  if (levels === 0) return leaf
  const inner = texts(levels - 1)
  const list = fc.array(inner, { maxLength: 3 }).map((all) => `[${all.join(',')}]`)
  const members = fc.array(fc.tuple(word, space, inner), { maxLength: 4 })
  return fc.oneof(
    leaf,
    list,
    members.map((all) => `{${all.map(([key, gap, value]) => `${key}${gap}:${gap}${value}`).join(',')}}`),
  )
}

describe('reading JSON', () => {
  test('quickly and carefully read give the same, also of what nobody may send', () => {
    fc.assert(
      fc.property(texts(3), (text) => void both(text)),
      { numRuns: 3_000 },
    )
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 40 }), (value) => {
        both(JSON.stringify(value))
        both(escaped(value))
      }),
    )
  })

  test('bytes are kept in place of the value only where they hold no more than it does', () => {
    expect(readJson(bytesOf('{"a": 1.0, "b": "é"}'))).toEqual({ value: { a: 1, b: 'é' }, plain: true })
    expect(readJson(bytesOf('{"a":"\\n"}'))).toEqual({ value: { a: '\n' }, plain: false })
    for (const text of ['{"__proto__":{"x":1},"a":1}', '{"\\u005f_proto__":{"x":1},"a":1}']) {
      const { value, plain } = readJson(bytesOf(text))
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
    expect(both(text)).toEqual({ code: 'malformed' })
  })

  test('32 levels are read', () => {
    expect(both(`${'['.repeat(32)}${']'.repeat(32)}`)).toHaveProperty('value')
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
