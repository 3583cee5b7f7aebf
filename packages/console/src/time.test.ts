import { expect, test } from 'vitest'
import { dueBar, duration } from './time.ts'

const units = { s: 's', min: 'min', h: 'h', d: 'd' }
const minute = 60_000

test('a length of time has at most two units', () => {
  const all = [-5, 0, 59_999, minute, 61 * minute, 120 * minute, 26 * 60 * minute, 48 * 60 * minute]
  expect(all.map((ms) => duration(ms, units))).toEqual([
    '0 s',
    '0 s',
    '59 s',
    '1 min',
    '1 h 1 min',
    '2 h',
    '1 d 2 h',
    '2 d',
  ])
})

test('the bar shows how much of the oldest case’s time is used', () => {
  expect(dueBar({ oldestAt: 0, nextDueAt: 100, overdue: 0 }, 25)).toEqual({ used: 0.25, late: false })
})

test('past due is full and late, whoever says so first', () => {
  expect(dueBar({ oldestAt: 0, nextDueAt: 100, overdue: 0 }, 100)).toEqual({ used: 1, late: true })
  expect(dueBar({ oldestAt: 0, nextDueAt: 100, overdue: 1 }, 50)).toEqual({ used: 1, late: true })
})

test('a lane with nothing waiting has no bar', () => {
  expect(dueBar({ oldestAt: null, nextDueAt: null, overdue: 0 }, 0)).toBeNull()
})

test('a clock that runs behind the server’s draws no negative bar', () => {
  expect(dueBar({ oldestAt: 50, nextDueAt: 100, overdue: 0 }, 10)).toEqual({ used: 0, late: false })
})
