import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { afterFailure, atOnce, downAfter, healthy, isDown, probeEveryMs, roomFor } from './endpoint-health.ts'
import { retryAfterMs, retryAt, retryWaitsMs } from './retry.ts'

const minute = 60_000

describe('when a failed delivery is tried again', () => {
  test('after 5 s, 1 min, 5 min, 30 min, 2 h, 6 h, then every 12 h', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 8, 500].map((fails) => retryAt(0, fails, 0.5, null) / 1000)
    expect(waits).toEqual([5, 60, 300, 1800, 7200, 21_600, 43_200, 43_200, 43_200])
  })

  test('with a jitter of at most 20 % either way', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 1, noNaN: true }), (fails, chance) => {
        const wait = retryWaitsMs[Math.min(fails, 7) - 1] ?? 0
        const at = retryAt(0, fails, chance, null)
        expect(at).toBeGreaterThanOrEqual(wait * 0.8 - 1)
        expect(at).toBeLessThanOrEqual(wait * 1.2 + 1)
      }),
    )
  })

  test('not before the receiver asked for, up to an hour, and never sooner than planned', () => {
    expect(retryAt(0, 1, 0.5, 10 * minute)).toBe(10 * minute)
    expect(retryAt(0, 1, 0.5, 600 * minute)).toBe(60 * minute)
    expect(retryAt(0, 4, 0.5, 1000)).toBe(30 * minute)
  })

  test.each([
    ['120', 120_000],
    ['0', 0],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 50_000],
    ['Thu, 01 Jan 1970 00:00:01 GMT', 0],
    ['-5', null],
    ['soon', null],
    ['5.2', null],
    ['99999999999', null],
    [undefined, null],
  ])('Retry-After %j is read as %j', (header, ms) => {
    expect(retryAfterMs(header, 10_000)).toBe(ms)
  })
})

describe('an endpoint that keeps failing', () => {
  test('gets eight calls at once, then never more than 20 failures, then one probe per interval', () => {
    expect(roomFor(healthy, 0, 0)).toBe(atOnce)
    expect(roomFor({ fails: 15, probeAt: 0 }, 3, 0)).toBe(2)
    const down = afterFailure({ fails: 19, probeAt: 0 }, 0, 0)
    expect(isDown(down)).toBe(true)
    expect(roomFor(down, 0, probeEveryMs - 1)).toBe(0)
    expect(roomFor(down, 0, probeEveryMs)).toBe(1)
    expect(roomFor(down, 1, probeEveryMs)).toBe(0)
  })

  test('platform P-26: is tried at most 40 times in an hour, whatever the jitter', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 60, maxLength: 60 }), (chances) => {
        let health = healthy
        let tries = 0
        for (let now = 0; now < 60 * minute; now += 1000) {
          for (let room = roomFor(health, 0, now); room > 0; room--) {
            health = afterFailure(health, now, chances[tries % 60] ?? 0)
            tries++
          }
        }
        expect(tries).toBeLessThanOrEqual(40)
        expect(tries).toBeGreaterThan(downAfter)
      }),
    )
  })
})
