import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { cheapest, DEEP } from '../../test/files.ts'
import { checkPattern, compilePattern, foldText } from './index.ts'
import { MAX_STATES } from './matcher.ts'

/** Patterns of the whole subset over a small alphabet, so that matches happen. */
const atom = fc.oneof(
  fc.constantFrom(
    'a',
    'b',
    'c',
    ' ',
    '_',
    '1',
    'é',
    '🔒',
    '\\.',
    '\\-',
    '.',
    '\\d',
    '\\w',
    '\\D',
    '\\W',
    '\\b',
    '\\B',
    '^',
    '$',
  ),
  fc.constantFrom('[ab]', '[^a]', '[a-c1]', '[^\\w ]', '[\\d_]', '[é-🔒]'),
)
const repeat = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,2}', '{1,}')
const { pattern } = fc.letrec<{ pattern: string; branch: string; piece: string }>((tie) => ({
  piece: fc
    .tuple(
      fc.oneof(
        { weight: 4, arbitrary: atom },
        fc.tuple(fc.constantFrom('(', '(?:'), tie('pattern')).map(([open, inside]) => `${open}${inside})`),
      ),
      repeat,
    )
    .map(([one, times]) => (/^(\\b|\\B|\^|\$)$/.test(one) ? one : one + times)),
  branch: fc.array(tie('piece'), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join('')),
  pattern: fc.array(tie('branch'), { minLength: 1, maxLength: 3 }).map((branches) => branches.join('|')),
}))
const text = fc
  .array(fc.constantFrom('a', 'b', 'c', ' ', '_', '1', 'é', '🔒', '.', '-', '\n'), { maxLength: 14 })
  .map((chars) => chars.join(''))

describe('patterns', () => {
  test('any accepted pattern answers as RegExp does (rules 11.6)', { timeout: 10_800_000 }, () => {
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 8 }), (source, texts) => {
        fc.pre(checkPattern(source) === undefined)
        // RegExp's own \- is allowed only inside a class when it reads code points.
        const native = new RegExp(source.replaceAll('\\-', '-'), 'u')
        const ours = compilePattern(source)
        // V8 asks \B also in the middle of a character of two units, which ECMA-262 §22.2.7.2 does not.
        const comparable = texts.filter((one) => !source.includes('\\B') || !one.includes('🔒'))
        for (const one of comparable) expect([source, one, ours.test(one)]).toEqual([source, one, native.test(one)])
      }),
      { numRuns: DEEP ? 50_000 : 1500 },
    )
  })

  test.each([
    ['a(?=b)', 'look-ahead', 2],
    ['(?<=a)b', 'look-behind', 1],
    ['(?<name>a)', 'named group', 1],
    ['(a)\\1', 'back-reference', 4],
    ['a*?', 'lazy repeat', 3],
    ['a{65}', 'repeat above 64', 2],
    ['a{3,2}', 'repeat out of order', 2],
    ['(a', "'(' without ')'", 1],
    ['a)', "')' without '('", 2],
    ['[a', "'[' without ']'", 1],
    ['*a', "nothing to repeat before '*'", 1],
    ['\\q', 'the escape \\q', 1],
    ['\\b+', 'repeated assertion', 3],
    ['((a{60}){60}){60}', 'repeats too large', 1],
    ['a'.repeat(261), 'too long', 261],
  ])('%s is refused: %s', (source, message, column) => {
    const problem = checkPattern(source)
    expect(problem?.message.startsWith(message)).toBe(true)
    expect(
      problem?.column === column || message === 'look-ahead' || message === 'look-behind' || message === 'named group',
    ).toBe(true)
  })

  test('4 kB of attack text is read in linear time, and states are never more than the bound (rules 11.6)', () => {
    const attacks = [
      '(a|a)*c',
      '(a*)*c',
      '(\\w+\\s?)*$x',
      'a.{0,60}b.{0,60}c',
      '(.*a){60}c',
      '.*a.{60}c',
      '[ab]*a[ab]{62}c',
      '(a{0,3}b{0,3}){0,32}c',
      '(.{0,6}a){0,32}c',
    ]
    let random = 1
    const hostile = Array.from({ length: 4096 }, () => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff
      return random & 0x10000 ? 'a' : 'b'
    }).join('')
    for (const source of attacks) {
      const matcher = compilePattern(source)
      const best = cheapest(3, () => compilePattern(source).test(hostile))
      matcher.test(hostile)
      expect(matcher.states).toBeLessThanOrEqual(MAX_STATES)
      // 10 ms of a quiet core (rules 11.6); the margin is for shared ones, and far below anything but linear.
      expect([source, best < 100]).toEqual([source, true])
    }
  })

  test('a pattern that has thrown its states away answers as before', () => {
    const source = 'a[ab]{12}c'
    const matcher = compilePattern(source)
    const native = new RegExp(source)
    let random = 7
    const letter = () => {
      random = (Math.imul(random, 1_103_515_245) + 12_345) & 0x7fffffff
      return random & 0x10000 ? 'a' : 'b'
    }
    let most = 0
    let thrownAway = false
    for (let round = 0; round < 600; round++) {
      // Long ones, for more states than one text may keep; short ones, which lean on the first.
      const one = `${Array.from({ length: round % 2 === 0 ? 500 : 12 }, letter).join('')}c`
      expect([one, matcher.test(one)]).toEqual([one, native.test(one)])
      if (matcher.states < most) thrownAway = true
      most = Math.max(most, matcher.states)
    }
    expect([thrownAway, most <= MAX_STATES]).toEqual([true, true])
  })

  test('no place is inside a character of two units', () => {
    expect(compilePattern('\\B').test('a🔒a')).toBe(false)
    expect(compilePattern('^.$').test('🔒')).toBe(true)
  })

  test('a text is seen in lower case, with compatibility forms unified', () => {
    expect(foldText('ＢＯＡＴ ﬁre')).toBe('boat fire')
    expect(compilePattern('\\b(BOAT|ferry)\\b').test(foldText('ＢＯＡＴ'))).toBe(true)
    expect(compilePattern('[A-Z]{4}').test(foldText('boat'))).toBe(true)
  })
})
