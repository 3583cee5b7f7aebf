import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Schedule, slotAfter, slotsDue } from './slots.ts'

const HOUR = 3_600_000
const hourly: Schedule = { name: 'hourly', when: { every: HOUR }, missed: 'latest' }
const at = (iso: string): number => Date.parse(iso)

test('a schedule that is new waits for its first slot', () => {
  expect(slotsDue(hourly, undefined, at('2026-01-01T10:20:00Z'))).toEqual({ due: [], next: at('2026-01-01T11:00:00Z') })
})

test('after three missed hours "latest" does the newest once, "every" each', () => {
  const next = at('2026-01-01T11:00:00Z')
  const now = at('2026-01-01T13:00:00Z')
  expect(slotsDue(hourly, next, now)).toEqual({ due: [now], next: now + HOUR })
  expect(slotsDue({ ...hourly, missed: 'every' }, next, now)).toEqual({
    due: [next, next + HOUR, now],
    next: now + HOUR,
  })
})

test('a daily slot is at its minute in UTC', () => {
  const daily: Schedule = { name: 'daily', when: { at: 3 * 60 + 5 }, missed: 'latest' }
  expect(slotAfter(daily, at('2026-02-28T03:04:59Z'))).toBe(at('2026-02-28T03:05:00Z'))
  expect(slotAfter(daily, at('2026-02-28T03:05:00Z'))).toBe(at('2026-03-01T03:05:00Z'))
  expect(slotsDue(daily, at('2026-02-01T03:05:00Z'), at('2026-02-03T02:00:00Z'))).toEqual({
    due: [at('2026-02-02T03:05:00Z')],
    next: at('2026-02-03T03:05:00Z'),
  })
})

test('a clock that goes back repeats no slot', () => {
  const next = at('2026-01-01T11:00:00Z')
  expect(slotsDue(hourly, next, at('2026-01-01T05:00:00Z'))).toEqual({ due: [], next })
})

test('however the clock runs on, "every" does each slot exactly once and "latest" none twice', () => {
  const steps = fc.array(fc.integer({ min: 1, max: 5 * HOUR }), { minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(steps, fc.integer({ min: 60_000, max: 2 * HOUR }), (moves, every) => {
      for (const missed of ['every', 'latest'] as const) {
        const schedule: Schedule = { name: 's', when: { every }, missed }
        let now = at('2026-01-01T00:00:00Z')
        let next = slotsDue(schedule, undefined, now).next
        const first = next
        const done: number[] = []
        for (const move of moves) {
          now += move
          const found = slotsDue(schedule, next, now)
          next = found.next
          done.push(...found.due)
        }
        expect(new Set(done).size).toBe(done.length)
        expect(next).toBeGreaterThan(now)
        const all = Array.from(
          { length: Math.max(0, Math.floor((now - first) / every) + 1) },
          (_, i) => first + i * every,
        )
        if (missed === 'every') expect(done).toEqual(all)
        else expect(all).toEqual(expect.arrayContaining(done))
      }
    }),
    { numRuns: 100 },
  )
})
