import { describe, expect, test } from 'vitest'
import { compilePattern } from '../../../rules/src/index.ts'
import { compileTerms } from './compile.ts'
import { literalOf } from './patterns.ts'

const compiled = (patterns: readonly string[], options = { compilePattern }) =>
  compileTerms(
    [
      {
        id: 'p',
        version: 1,
        use: 'evidence',
        sealed: false,
        terms: [{ id: 't', text: 'pear' }],
        patterns: patterns.map((pattern, at) => ({ id: `p${at}`, pattern })),
      },
    ],
    options,
  )

describe('a pattern', () => {
  test('is found where its literal stands, once in a text, after the terms of its list', () => {
    const { matcher, problems } = compiled(['p[iy]neapple\\b'])
    expect(problems).toEqual([])
    const found = matcher.match('a PYNEAPPLE, a pineapple, two pineapples')
    expect(found.map(({ entry, from, to, view }) => [entry, from, to, view])).toEqual([[2, 4, 11, 'folded']])
    expect(matcher.match('two pineapples')).toEqual([])
    expect(found[0]?.explain).toBe(
      'the folded text fits the pattern "p[iy]neapple\\b", here at "NEAPPLE"; list p v1, entry 2',
    )
  })

  test.each([
    ['no_literal', '[a-z]+\\d'],
    ['no_literal', 'pine|apple'],
    ['no_literal', 'pi?n?e?'],
    ['no_literal', '(pineapple)?'],
    ['bad_pattern', '(?<=a)pineapple'],
    ['bad_pattern', 'pineapple('],
    ['bad_pattern', 'PineApple'],
  ])('text X-7: %s is said of /%s/', (code, pattern) => {
    const { problems, matcher } = compiled([pattern])
    expect(problems.map((problem) => [problem.code, problem.term])).toEqual([[code, 'p0']])
    expect(problems[0]?.message.length).toBeGreaterThan(10)
    expect(matcher.terms).toBe(1)
  })

  test('text X-7: the 201st is refused, and the others work', () => {
    const { problems, matcher } = compiled(Array.from({ length: 201 }, (_, at) => `pineapple ${at}`))
    expect(problems.map((problem) => [problem.code, problem.term])).toEqual([['too_many', 'p200']])
    expect(matcher.match('a pineapple 19').map(({ term }) => term)).toEqual(['p1', 'p19'])
  })
})

describe('the literal of a pattern is what every hit contains', () => {
  test.each([
    ['pineapple', 'pineapple'],
    ['buy \\d+ apples', 'apples'],
    ['appl{2}e pie', 'appl'],
    ['apples?x', 'apple'],
    ['app+le', 'app'],
    ['(a|b)cde[fgh]ij', 'cde'],
    ['a\\.bcd', 'bcd'],
    ['[)]abc(d)', 'abc'],
    ['ab|cde', ''],
    ['a{0}bc', 'bc'],
  ])('%s: %s', (pattern, literal) => {
    expect(literalOf(pattern)).toBe(literal)
  })
})
