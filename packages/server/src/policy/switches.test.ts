import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ALL_OFF,
  hasLapsed,
  isOn,
  JURISDICTIONS,
  jurisdictionOf,
  privateScanOff,
  SHIPPED_SWITCHES,
  type Switch,
  stateAt,
  switchSet,
} from './switches.ts'

const NOW = Date.parse('2026-06-01T09:00:00Z')
const HOUR = 3_600_000
const on = (id: string, more: Partial<Switch> = {}): Switch => {
  const shipped = SHIPPED_SWITCHES.find((one) => one.id === id)
  if (shipped === undefined) throw new Error(`no switch ${id}`)
  return {
    ...shipped,
    on: true,
    from: NOW - HOUR,
    reviewBy: NOW + HOUR,
    law: 'a law',
    enabledBy: ['R-1', 'R-2'],
    ...more,
  }
}
const setWith = (...changed: Switch[]) =>
  switchSet(
    changed.length,
    SHIPPED_SWITCHES.map((one) => changed.find(({ id }) => id === one.id) ?? one),
  )

describe('a switch (referrals.md §15)', () => {
  test('eu, uk and us exist and are off', () => {
    expect(ALL_OFF.switches.map(({ id, on: is }) => [id, is])).toEqual([
      ['eu.private_scan', false],
      ['uk.private_scan', false],
      ['us.private_scan', false],
    ])
    for (const jurisdiction of JURISDICTIONS)
      expect(isOn(ALL_OFF, `${jurisdiction}.private_scan`, jurisdiction, NOW)).toBe(false)
  })

  test.each<[string, Partial<Switch>, number, string]>([
    ['from the instant on', {}, NOW - HOUR, 'on'],
    ['not before', {}, NOW - HOUR - 1, 'not_yet'],
    ['until the review', {}, NOW + HOUR - 1, 'on'],
    ['not when the review is due', {}, NOW + HOUR, 'review_due'],
    ['not when it has ended', { until: NOW }, NOW, 'ended'],
    ['until it ends', { until: NOW }, NOW - 1, 'on'],
    ['not without a review', { reviewBy: null }, NOW, 'review_due'],
    ['not without a beginning', { from: null }, NOW, 'not_yet'],
    ['not when it was switched off', { on: false }, NOW, 'off'],
  ])('is on %s', (_, more, at, state) => {
    const one = on('uk.private_scan', more)
    expect(stateAt(one, at)).toBe(state)
    expect(isOn(setWith(one), one.id, 'uk', at)).toBe(state === 'on')
    expect(hasLapsed(one, at)).toBe(state === 'ended' || state === 'review_due')
  })

  test('permits nothing for another jurisdiction, and one that does not exist permits nothing', () => {
    const set = setWith(on('uk.private_scan'))
    expect(isOn(set, 'uk.private_scan', 'eu', NOW)).toBe(false)
    expect(isOn(set, 'fr.private_scan', 'eu', NOW)).toBe(false)
  })

  test('the set is named by what it says, whatever the order', () => {
    const set = setWith(on('eu.private_scan'))
    expect(switchSet(1, set.switches.toReversed()).hash).toBe(set.hash)
    expect(setWith(on('eu.private_scan', { law: 'another law' })).hash).not.toBe(set.hash)
  })
})

describe('private content is read only where every party’s switch is on', () => {
  const all = setWith(on('eu.private_scan'), on('uk.private_scan'), on('us.private_scan'))
  const ukOnly = setWith(on('uk.private_scan'))

  test.each<[string, readonly (string | undefined)[], string | undefined]>([
    ['both in the UK', ['GB', 'gb'], undefined],
    ['the strictest of all parties counts', ['GB', 'DE'], 'eu.private_scan'],
    ['an unknown one counts as EU', ['GB', undefined], 'eu.private_scan'],
    ['nobody named counts as EU', [], 'eu.private_scan'],
    ['a country without a switch counts as EU', ['GB', 'JP'], 'eu.private_scan'],
    ['one of two that are off: the strictest is named', ['US', 'FR'], 'eu.private_scan'],
    ['the US has its own', ['US', 'GB'], 'us.private_scan'],
  ])('%s', (_, countries, by) => {
    expect(privateScanOff(ukOnly, countries, [NOW])).toBe(by)
    expect(privateScanOff(all, countries, [NOW])).toBeUndefined()
  })

  test('at every instant that is asked about: neither before it was on nor after', () => {
    expect(privateScanOff(all, ['GB'], [NOW - 2 * HOUR, NOW])).toBe('uk.private_scan')
    expect(privateScanOff(all, ['GB'], [NOW, NOW + 2 * HOUR])).toBe('uk.private_scan')
  })

  test('one more party never opens what was closed', () => {
    const country = fc.option(fc.constantFrom('GB', 'US', 'DE', 'FR', 'JP', ''), { nil: undefined })
    const sets = fc.subarray(['eu.private_scan', 'uk.private_scan', 'us.private_scan'])
    fc.assert(
      fc.property(sets, fc.array(country), country, (ids, countries, more) => {
        const set = setWith(...ids.map((id) => on(id)))
        const before = privateScanOff(set, countries, [NOW])
        // Nobody at all is read as somebody unknown.
        if (before !== undefined && countries.length > 0)
          expect(privateScanOff(set, [...countries, more], [NOW])).toBeDefined()
        expect(jurisdictionOf(more) === 'eu' || more === 'GB' || more === 'US').toBe(true)
      }),
    )
  })
})
