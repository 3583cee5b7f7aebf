import { describe, expect, test } from 'vitest'
import { ceilingOf, isAbove, softened } from './breaker.ts'

describe('how often a rule may fire in an hour', () => {
  test('five times the 99th percentile of its hours in shadow, and twenty at least', () => {
    const hours = Array.from({ length: 100 }, (_, n) => n + 1)
    expect(ceilingOf(hours)).toBe(495)
    expect(ceilingOf([...hours.slice(0, 99), 90_000])).toBe(495)
    expect(ceilingOf([0, 0, 4])).toBe(20)
    expect(ceilingOf([0, 0, 5])).toBe(25)
  })

  test('is not known of a rule that nobody watched', () => expect(ceilingOf([])).toBeNull())

  test('as often as it may is not too often', () => expect([isAbove(20, 20), isAbove(21, 20)]).toEqual([false, true]))
})

describe('what is left of its effects', () => {
  const day = 86_400_000
  test('what acts becomes an entry in a queue; the rest stays', () => {
    expect(softened([{ do: 'block' }, { do: 'preserve', for: day }])).toEqual([
      { do: 'preserve', for: day },
      { do: 'queue', what: 'unscreened', within: day },
    ])
    expect(
      softened([
        { do: 'limit', what: 'links', for: day, on: 'actor' },
        { do: 'queue', what: 'reports', within: 5 },
      ]),
    ).toEqual([{ do: 'queue', what: 'reports', within: 5 }])
  })

  test('a rule that only queues is left as it is', () => {
    const effects = [{ do: 'label' as const, what: 'x' }]
    expect(softened(effects)).toEqual(effects)
  })
})
