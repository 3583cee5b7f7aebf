import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compileTerms } from './compile.ts'
import { MAY, survey } from './survey.ts'
import { VIEW_NAMES } from './view.ts'
import { readingsOf, view, viewBit } from './views.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 100_000 : 2_000

/** What disguises are made of, and what may look like one. */
const PARTS = [
  ...[
    'pïn3àpple',
    'ріпе',
    '\u202eelppa\u202c',
    'p.i.n.e',
    'b i n g o',
    'zzzoooom',
    '&#112;&amp;',
    'हिन्दी',
    "don't",
    'e-mail',
  ],
  ...[
    'cGluZWFwcGxlIHBpbmU=',
    'Hello',
    'WORLD',
    '😀',
    '𝓯𝓾𝓷',
    'ß',
    'ﬁ',
    'мы',
    'едим',
    'ΝΟΡΗ',
    '1!|',
    '$$$$',
    '  ',
    '\n',
    '한국',
  ],
  ...[
    '\u1112\u1161\u11ab',
    'ไทย',
    'a\u0301\u0302',
    '\ud800',
    '\udc00',
    '𐐨𐐨𐐨',
    '٣٤٥٦',
    'understandable',
    'x',
    'yz',
    '...',
    '&',
    'İ',
  ],
]
const text = fc
  .array(
    fc.tuple(
      fc.oneof(fc.constantFrom(...PARTS), fc.string({ unit: 'binary', maxLength: 3 })),
      fc.constantFrom('', ' ', '.'),
    ),
    {
      maxLength: 10,
    },
  )
  .map((parts) => parts.flat().join(''))

test('the readings of a text are its views: each once, none missing that changes something', () => {
  fc.assert(
    fc.property(text, (written) => {
      const readings = readingsOf(written)
      for (const name of VIEW_NAMES) {
        const seen = view(written, name)
        const reading = readings.filter(({ views }) => (views & viewBit(name)) !== 0)
        const plain = name === 'raw' || name === 'folded' || name === 'skeleton'
        expect(reading.length, name).toBe(plain || seen.changed ? 1 : 0)
        for (const one of reading) {
          const { from, to, text: read } = one.view()
          expect([one.text, read]).toEqual([seen.text, seen.text])
          expect([from.slice(0, read.length), to.slice(0, read.length)]).toEqual([seen.from, seen.to])
        }
      }
    }),
    { numRuns: RUNS },
  )
})

test('maps never go back, but where a right-to-left override turns the text', () => {
  fc.assert(
    fc.property(text, fc.constantFrom(...VIEW_NAMES), (written, name) => {
      fc.pre(!/\u202e|&#/.test(written))
      const { from, to } = view(written, name)
      for (let at = 1; at < from.length; at += 1) {
        expect((from[at] ?? 0) >= (from[at - 1] ?? 0) && (to[at] ?? 0) >= (to[at - 1] ?? 0)).toBe(true)
      }
    }),
    { numRuns: RUNS },
  )
})

test('plain words need one look', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z]{3,11}$/), { maxLength: 12 }), (words) => {
      fc.pre(!/(.)\1\1/.test(words.join(' ')))
      expect(survey(words.join(' '))).toBe(0)
      expect(readingsOf(words.join(' ')).length).toBe(1)
    }),
  )
  expect([survey('Hello'), survey('he11o'), survey('a b c'), survey('sooo'), survey('é'), survey('a&b')]).toEqual([
    MAY.lower,
    MAY.leet,
    MAY.join,
    MAY.collapse,
    MAY.fold,
    MAY.fold | MAY.join,
  ])
})

/** Without scripts that a view reads by what stands around them, and without overrides: so a hit can be read by itself. */
const alone = fc
  .array(
    fc.constantFrom(
      'pineapple',
      'pïn3àpple',
      'p.i.n.e.a.p.p.l.e',
      'p i n e a p p l e',
      'piiiineapple',
      'cGluZWFwcGxlIHBpbmU=',
      '𝓹𝓲𝓷𝓮apple',
      '&#112;ineapple',
      'P1NEAPPLE!',
      'x',
      'and',
      '😀',
      '\ud800',
      'pineapples',
    ),
    { maxLength: 8 },
  )
  .map((parts) => parts.join(' '))

test('text X-1: what stands at the place of a hit, read in its view, holds the term', () => {
  const list = { id: 'fruit', version: 1, use: 'evidence', sealed: false } as const
  const { matcher } = compileTerms([{ ...list, terms: [{ id: 't', text: 'pineapple' }] }])
  const collapsed = new Set(['collapsed'])
  fc.assert(
    fc.property(alone, (written) => {
      for (const hit of matcher.match(written)) {
        expect(hit.from >= 0 && hit.from < hit.to && hit.to <= written.length).toBe(true)
        expect(hit.shown).toBe(written.slice(hit.from, hit.to))
        expect(hit.shown.isWellFormed()).toBe(true)
        expect(view(hit.shown, hit.view).text).toContain(collapsed.has(hit.view) ? 'pineaple' : 'pineapple')
      }
    }),
    { numRuns: RUNS },
  )
})
