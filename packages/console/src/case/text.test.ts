import fc from 'fast-check'
import { expect, test } from 'vitest'
import { segmentsOf } from './text.ts'

const shown = (text: string) =>
  segmentsOf(text, [])
    .map(({ kind, source, label }) => (kind === 'unseen' ? `[${label}]` : source))
    .join('')

test('characters that hide in a word are shown by name', () => {
  expect(shown('me\u200bet')).toBe('me[ZWSP]et')
  expect(shown('a\u00adb\ufeff')).toBe('a[SHY]b[BOM]')
  expect(shown('x\u{e0041}y')).toBe('x[U+E0041]y')
})

test('an override that would turn the reading order becomes words', () => {
  expect(shown('invoice\u202efdp.exe')).toBe('invoice[RLO]fdp.exe')
})

test('half of a surrogate pair is shown, not swallowed', () => {
  expect(shown('a\ud800b')).toBe('a[U+D800]b')
})

test('joiners inside an emoji hide nothing and stay', () => {
  expect(shown('👩‍🚒 ❤️')).toBe('👩‍🚒 ❤️')
  expect(shown('a\u200db')).toBe('a[ZWJ]b')
})

test('line breaks and tabs are text', () => {
  expect(shown('one\n\ttwo')).toBe('one\n\ttwo')
})

test('a mark covers exactly its stretch, and two marks may overlap', () => {
  const segments = segmentsOf('send me 50', [
    { from: 5, to: 10, why: 'demand' },
    { from: 8, to: 10, why: 'amount' },
  ])
  expect(segments.map(({ source, whys }) => [source, whys])).toEqual([
    ['send ', []],
    ['me ', ['demand']],
    ['50', ['demand', 'amount']],
  ])
})

test('a mark that begins inside a character takes the whole character', () => {
  expect(segmentsOf('a😀b', [{ from: 2, to: 3, why: 'w' }]).map(({ source, whys }) => [source, whys.length])).toEqual([
    ['a', 0],
    ['😀', 1],
    ['b', 0],
  ])
})

test('nothing of the evidence is lost, whatever the text and the marks', () => {
  const mark = fc.record({
    from: fc.integer({ min: -5, max: 40 }),
    to: fc.integer({ min: -5, max: 40 }),
    why: fc.string(),
  })
  const character = fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom('\u202e', '\u200d', '\ud800', '😀', '\ufe0f', 'a'),
  )
  const text = fc.array(character, { maxLength: 30 }).map((characters) => characters.join(''))
  fc.assert(
    fc.property(text, fc.array(mark, { maxLength: 4 }), (source, marks) => {
      expect(
        segmentsOf(source, marks)
          .map((segment) => segment.source)
          .join(''),
      ).toBe(source)
    }),
    { numRuns: process.env.LAMPLIGHTER_DEEP === '1' ? 20_000 : 300 },
  )
})
