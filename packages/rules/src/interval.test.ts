import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { calculateIntervals, compareIntervals, Interval, interval, printInterval } from './interval.ts'
import type { Truth } from './logic.ts'

const OPEN = Number.POSITIVE_INFINITY
const T = true
const F = false
const U = undefined

describe('every comparison × interval below, across, above (rules 11.2)', () => {
  const below = new Interval(2, 4)
  const across = new Interval(4, 7)
  const above = new Interval(6, 9)
  const open = new Interval(6, OPEN)
  test.each<['==' | '<' | '<=' | '>' | '>=', readonly Truth[]]>([
    // against 5: below, across, above, open from above; then the edges [5, 9] and [2, 5]
    ['==', [F, U, F, F, U, U]],
    ['<', [T, U, F, F, F, U]],
    ['<=', [T, U, F, F, U, T]],
    ['>', [F, U, T, T, U, F]],
    ['>=', [F, U, T, T, T, U]],
  ])('%s 5', (op, expected) => {
    const all = [below, across, above, open, new Interval(5, 9), new Interval(2, 5)]
    expect(all.map((one) => compareIntervals(op, one, 5))).toEqual(expected)
    const mirror = { '==': '==', '<': '>', '<=': '>=', '>': '<', '>=': '<=' } as const
    expect(all.map((one) => compareIntervals(mirror[op], 5, one))).toEqual(expected)
  })

  test('two intervals', () => {
    expect(compareIntervals('<', below, above)).toBe(T)
    expect(compareIntervals('>=', below, above)).toBe(F)
    expect(compareIntervals('<', across, above)).toBe(U)
    expect(compareIntervals('<', open, open)).toBe(U)
  })
})

describe('interval arithmetic', () => {
  const number = fc.integer({ min: -6, max: 6 })
  const bounds = fc.tuple(number, fc.integer({ min: 0, max: 5 })).map(([low, wide]) => ({ low, high: low + wide }))
  const inside = ({ low, high }: { low: number; high: number }) => fc.integer({ min: low, max: high })

  test('holds what it could be, and is a number again where nothing is open', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<'+' | '-' | '*' | '/'>('+', '-', '*', '/'),
        bounds.chain((one) => fc.tuple(fc.constant(one), inside(one), fc.boolean())),
        bounds.chain((one) => fc.tuple(fc.constant(one), inside(one), fc.boolean())),
        (op, [a, x, openA], [b, y, openB]) => {
          const left = interval(a.low, openA ? OPEN : a.high) ?? 0
          const right = interval(b.low, openB ? OPEN : b.high) ?? 0
          const result = calculateIntervals(op, left, right)
          const truth = { '+': x + y, '-': x - y, '*': x * y, '/': x / y }[op]
          if (result === undefined) {
            expect(op).toBe('/')
            expect(b.low <= 0 && (openB || b.high >= 0)).toBe(true)
            return
          }
          const [low, high] = typeof result === 'number' ? [result, result] : [result.low, result.high]
          expect([low <= truth, truth <= high]).toEqual([true, true])
          if (typeof left === 'number' && typeof right === 'number') expect(result).toBe(truth + 0 || 0)
        },
      ),
      { numRuns: 2000 },
    )
  })

  test('there is one zero', () => {
    expect(calculateIntervals('*', -1, 0)).toBe(0)
    expect(calculateIntervals('/', 0, -2)).toBe(0)
  })

  test('what has no bound left is unknown', () => {
    expect(calculateIntervals('*', new Interval(1e300, 2e300), 1e300)).toBeUndefined()
    expect(calculateIntervals('/', 5, new Interval(-1, 1))).toBeUndefined()
    expect(calculateIntervals('/', new Interval(1, OPEN), new Interval(1, OPEN))).toEqual(new Interval(0, OPEN))
  })
})

test.each([
  [new Interval(7, 12), '7 to 12'],
  [new Interval(51, OPEN), 'over 50'],
  [new Interval(2.5, OPEN), 'at least 2.5'],
  [new Interval(0, OPEN), 'unknown'],
  [new Interval(Number.NEGATIVE_INFINITY, 3), 'up to 3'],
  [new Interval(Number.NEGATIVE_INFINITY, OPEN), 'unknown'],
])('%j prints as %s', (one, text) => expect(printInterval(one)).toBe(text))
