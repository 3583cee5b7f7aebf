import { expect, test } from 'vitest'
import { offeredUntil, REVERSE_OFFER_MS, undoPhase } from './undo.ts'

test('whole seconds count down, and the last one is shown as 1', () => {
  expect(undoPhase(10_000, 0)).toEqual({ phase: 'undo', seconds: 10 })
  expect(undoPhase(10_000, 9_000)).toEqual({ phase: 'undo', seconds: 1 })
  expect(undoPhase(10_000, 9_999)).toEqual({ phase: 'undo', seconds: 1 })
})

test('console 11: after the window reverse is offered, undo is not', () => {
  expect(undoPhase(10_000, 10_000)).toEqual({ phase: 'reverse' })
  expect(undoPhase(10_000, 11_000)).toEqual({ phase: 'reverse' })
})

test('a decision that took no measure leaves the toast with its window; others can be reversed for a while', () => {
  expect(offeredUntil({ undoUntil: 10_000, reversible: false })).toBe(10_000)
  expect(offeredUntil({ undoUntil: 10_000, reversible: true })).toBe(10_000 + REVERSE_OFFER_MS)
})
