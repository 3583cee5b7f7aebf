import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { BESIDE_UNITS } from './ambiguous.ts'
import { compileTerms } from './compile.ts'
import { readMatcher } from './matcher.ts'
import type { Term } from './terms.ts'

const RUNS = process.env.LAMPLIGHTER_DEEP === '1' ? 20_000 : 500

const matcherOf = (terms: readonly Term[]) =>
  compileTerms([{ id: 'orgs', version: 1, use: 'context', sealed: false, terms }]).matcher
const brigade: readonly Term[] = [
  { id: 'name', text: 'Lantern Brigade', group: 'o1' },
  { id: 'short', text: 'LB', group: 'o1', ambiguous: true },
  { id: 'word', text: 'Wick', group: 'o1', ambiguous: true },
  { id: 'other', text: 'Harbour Front', group: 'o2' },
]
const shownBy = (text: string): string[] =>
  matcherOf(brigade)
    .match(text)
    .map(({ shown }) => shown)

describe('an ambiguous term', () => {
  test('hits beside the full name or another name of its group, and alone it does not', () => {
    expect(shownBy('the Lantern Brigade (LB) said')).toEqual(['Lantern Brigade', 'LB'])
    expect(shownBy('LB, also called Wick')).toEqual(['LB', 'Wick'])
    expect(shownBy('the LB said')).toEqual([])
    expect(shownBy('LB and LB again')).toEqual([])
  })

  test('hits only in its listed capitals', () => {
    expect(shownBy('the Lantern Brigade sold 3 lb of wick')).toEqual(['Lantern Brigade'])
    expect(shownBy('the Lantern Brigade, WICK')).toEqual(['Lantern Brigade'])
  })

  test('is not backed by the name of another group', () => {
    expect(shownBy('the Harbour Front and the LB')).toEqual(['Harbour Front'])
  })

  test(`is backed within ${BESIDE_UNITS} units and not beyond`, () => {
    const apart = (units: number) => `Lantern Brigade${' '.repeat(units)}LB`
    expect(shownBy(apart(BESIDE_UNITS))).toEqual(['Lantern Brigade', 'LB'])
    expect(shownBy(apart(BESIDE_UNITS + 1))).toEqual(['Lantern Brigade'])
  })

  test('is read from an image as it was compiled', () => {
    const matcher = readMatcher(matcherOf(brigade).image())
    expect(matcher.match('LB; the Lantern Brigade (LB)').map(({ term }) => term)).toEqual(['short', 'name', 'short'])
  })
})

test('says what trying all pairs says', () => {
  const terms: readonly Term[] = [
    { id: '1', text: 'Aa', group: 'x' },
    { id: '2', text: 'BB', group: 'x', ambiguous: true },
    { id: '3', text: 'Cc', group: 'x', ambiguous: true },
    { id: '4', text: 'DD', group: 'y', ambiguous: true },
    { id: '5', text: 'Ee', group: 'y' },
    { id: '6', text: 'FF', ambiguous: true },
  ]
  const matcher = matcherOf(terms)
  const word = fc.constantFrom('Aa', 'aa', 'BB', 'bb', 'Cc', 'CC', 'DD', 'Ee', 'FF', 'zz', '.'.repeat(150))
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), (words) => {
      const text = words.join(' ')
      const places = words.map((written, at) => ({
        written,
        from: words.slice(0, at).join(' ').length + (at === 0 ? 0 : 1),
        term: terms.find((one) => one.text.toLowerCase() === written.toLowerCase()),
      }))
      const counted = places.filter(({ term, written }) => term && (!term.ambiguous || term.text === written))
      const expected = counted.filter(
        ({ term, from }) =>
          !term?.ambiguous ||
          counted.some(
            (other) =>
              other.term !== term &&
              other.term?.group !== undefined &&
              other.term.group === term.group &&
              Math.max(from - (other.from + 2), other.from - (from + 2)) <= BESIDE_UNITS,
          ),
      )
      expect(matcher.match(text).map(({ from }) => from)).toEqual(expected.map(({ from }) => from))
    }),
    { numRuns: RUNS },
  )
})

test('a text full of one ambiguous name is read without a hang', () => {
  const startedAt = performance.now()
  expect(matcherOf(brigade).match('LB '.repeat(60_000)).length).toBe(0)
  expect(performance.now() - startedAt).toBeLessThan(10_000)
})
