import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePattern } from '../../../rules/src/index.ts'
import { compileTerms } from './compile.ts'
import { ImageError } from './image.ts'
import { readMatcher } from './matcher.ts'
import type { TermListSource } from './terms.ts'

const word = fc.oneof(
  fc.constantFrom('pineapple', 'windmill', 'сахар', 'हिन्दी', 'blue print', 'caféteria', 'h4ck3r', 'zoo', '毒草'),
  fc.string({ unit: fc.constantFrom('a', 'b', 'l', 'i', '1'), minLength: 2, maxLength: 9 }),
)
const term = fc.record(
  {
    text: word,
    part: fc.boolean(),
    close: fc.boolean(),
    except: fc.array(word, { maxLength: 2 }),
  },
  { requiredKeys: ['text'] },
)
const lists = fc
  .array(fc.tuple(fc.array(term, { maxLength: 8 }), fc.boolean(), fc.nat(99)), { maxLength: 3 })
  .map((all) =>
    all.map(([terms, sealed, version], at): TermListSource => {
      return {
        id: `list${at}`,
        version,
        use: 'evidence',
        sealed,
        terms: terms.map((one, id) => ({ id: `t${id}`, ...one })),
      }
    }),
  )

describe('an image', () => {
  test('gives the matcher that it was made of, wherever in memory it lies', () => {
    fc.assert(
      fc.property(lists, fc.array(word, { maxLength: 6 }), fc.integer({ min: 0, max: 7 }), (sources, words, shift) => {
        const { matcher } = compileTerms(sources)
        const image = matcher.image()
        const elsewhere = new Uint8Array(new SharedArrayBuffer(image.byteLength + shift), shift)
        elsewhere.set(image)
        const again = readMatcher(elsewhere)
        const text = words.join(' ')
        expect(again.match(text)).toEqual(matcher.match(text))
        expect([again.version, again.terms, again.bytes]).toEqual([matcher.version, matcher.terms, matcher.bytes])
      }),
      { numRuns: 200 },
    )
  })

  test('is the same bytes for the same lists, and another version for others', () => {
    const source = { id: 'fruit', version: 3, use: 'evidence', sealed: false } as const
    const made = (text: string) => compileTerms([{ ...source, terms: [{ id: 't', text }] }]).matcher
    expect(made('pineapple').image()).toEqual(made('pineapple').image())
    expect(made('pineapple').version).not.toBe(made('pineapples').version)
    expect(made('pineapple').version).toMatch(/^terms-3 [0-9a-f]{8} fruit@3$/)
  })

  test('that was cut off or changed is refused, wherever the change lies', () => {
    const { matcher } = compileTerms([
      { id: 'fruit', version: 3, use: 'evidence', sealed: false, terms: [{ id: 't', text: 'pineapple', close: true }] },
    ])
    const image = matcher.image()
    fc.assert(
      fc.property(fc.nat(image.byteLength - 1), fc.integer({ min: 0, max: 7 }), (at, bit) => {
        const changed = Uint8Array.from(image)
        changed[at] = (changed[at] ?? 0) ^ (1 << bit)
        expect(() => readMatcher(changed)).toThrow(ImageError)
      }),
      { numRuns: 200 },
    )
    for (const length of [0, 3, 8, 16, image.byteLength - 4, image.byteLength - 1]) {
      expect(() => readMatcher(image.slice(0, length)), `${length} bytes`).toThrow(ImageError)
    }
  })

  test('holds patterns, which need their matcher again', () => {
    const source = { id: 'p', version: 1, use: 'evidence', sealed: false, terms: [] } as const
    const { matcher } = compileTerms([{ ...source, patterns: [{ id: 'buy', pattern: 'buy \\d+ apples' }] }], {
      compilePattern,
    })
    const again = readMatcher(matcher.image(), { compilePattern })
    expect(again.match('Buy 12 APPLES now').map(({ term, shown }) => [term, shown])).toEqual([['buy', 'APPLES']])
    expect(() => readMatcher(matcher.image()).match('buy 12 apples')).toThrow('hand over what compiles them')
  })
})
