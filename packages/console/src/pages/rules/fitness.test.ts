import { expect, test } from 'vitest'
import { ApiError } from '../../api/errors.ts'
import type { Found, Report } from '../../rules/questions.ts'
import { foundByServer, missingOf, nameIn, offsetOf, withNew } from './fitness.ts'

const finding = (over: Partial<Found> = {}): Found => ({
  ...{ code: 'T01', severity: 'error', message: 'm', from: 0, to: 1, line: 1, column: 1 },
  ...over,
})
const ran = (failed: number): Report => ({
  passed: 1,
  failed,
  tests: [],
  coverage: { leaves: 0, bothWays: 0, complete: true, neverTrue: [], neverFalse: [] },
})
const fit = { fresh: true, broken: false, found: [], began: 'a', report: null, text: 'b' }

test('a text is handed in when it is looked at, right, changed, and its tests do not fail', () => {
  expect(missingOf(fit)).toEqual([])
  expect(missingOf({ ...fit, fresh: false })).toEqual(['checking'])
  expect(missingOf({ ...fit, found: [finding()] })).toEqual(['errors'])
  expect(missingOf({ ...fit, found: [finding({ severity: 'warning' })] })).toEqual([])
  expect(missingOf({ ...fit, text: 'a' })).toEqual(['same'])
  expect(missingOf({ ...fit, report: { text: 'b', report: ran(1) } })).toEqual(['tests'])
})

test('tests of an older text hold nothing up, and where the checker is broken the server decides', () => {
  expect(missingOf({ ...fit, report: { text: 'old', report: ran(1) } })).toEqual([])
  expect(missingOf({ ...fit, broken: true, fresh: false })).toEqual([])
})

test('the name of the rule set is read past comments', () => {
  expect(nameIn('# why\n\n ruleset core version 2')).toBe('core')
  expect(nameIn('# ruleset core version 2')).toBeUndefined()
})

test('a place is found by line and column, and never beyond the text', () => {
  expect([offsetOf('ab\ncd', 2, 2), offsetOf('ab\ncd', 9, 9)]).toEqual([4, 5])
})

test('a refusal becomes findings at their places, of the text that was sent alone', () => {
  const faults = [
    { code: 'D01', pointer: '/text/2:3', detail: "no lane 'x' here" },
    { code: 'conflict', pointer: '', detail: 'elsewhere' },
  ]
  const refusal = new ApiError('rules_refused', 'x', 422, null, faults)
  expect(foundByServer(refusal, 'ab\ncdef', 'ab\ncdef')).toMatchObject([{ code: 'D01', line: 2, column: 3, from: 5 }])
  expect(foundByServer(refusal, 'ab\ncdef', 'other')).toEqual([])
  expect(foundByServer(new Error('x'), 'a', 'a')).toEqual([])
})

test('what both found is told once', () => {
  const [own, other] = [finding({ code: 'V01' }), finding({ code: 'D01', line: 2 })]
  expect(withNew([own], [finding({ code: 'V01', message: 'the same' }), other])).toEqual([own, other])
})
