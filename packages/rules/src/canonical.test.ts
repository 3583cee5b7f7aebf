import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalJson } from './canonical.ts'
import { sha256 } from './sha256.ts'

test('RFC 8785 §3.2.2: numbers, escapes and literals (rules 11.8)', () => {
  const value = {
    numbers: [Number('333333333.33333329'), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
    string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
    literals: [null, true, false],
  }
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  )
})

test('RFC 8785 §3.2.3: keys are sorted by UTF-16 units', () => {
  const value = {
    '\u20ac': 'Euro',
    '\r': 'CR',
    '\ufb33': 'Dalet',
    '1': 'One',
    '\ud83d\ude00': 'Smile',
    '\u0080': 'Control',
    '\u00f6': 'o',
  }
  expect(Object.values(JSON.parse(canonicalJson(value)) as Record<string, string>)).toEqual([
    'One',
    'CR',
    'Control',
    'o',
    'Euro',
    'Smile',
    'Dalet',
  ])
})

test('what JSON cannot say is refused', () => {
  expect(() => canonicalJson(Number.NaN)).toThrow('no number')
  expect(() => canonicalJson('\ud800')).toThrow('surrogate')
})

test('RFC 8785 appendix B: -0 and the edges of a number', () => {
  expect([-0, 5e-324, -1.7976931348623157e308, 9007199254740992, 1e21, 1e23].map(canonicalJson)).toEqual([
    '0',
    '5e-324',
    '-1.7976931348623157e+308',
    '9007199254740992',
    '1e+21',
    '1e+23',
  ])
})

test('SHA-256 equals that of the platform, at every length around a block (rules 11.8)', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  for (let length = 0; length < 140; length++) {
    const text = 'é'.repeat(length >> 1) + 'x'.repeat(length)
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'))
  }
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary' }),
      (text) => sha256(text) === createHash('sha256').update(text.toWellFormed()).digest('hex'),
    ),
  )
})
