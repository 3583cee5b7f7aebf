import { expect, test } from 'vitest'
import { undoPhase } from './undo.ts'

test('whole seconds count down, and the last one is shown as 1', () => {
  expect(undoPhase(10_000, 0)).toEqual({ phase: 'undo', seconds: 10 })
  expect(undoPhase(10_000, 9_000)).toEqual({ phase: 'undo', seconds: 1 })
  expect(undoPhase(10_000, 9_999)).toEqual({ phase: 'undo', seconds: 1 })
})

test('console 11: after the window reverse is offered, undo is not', () => {
  expect(undoPhase(10_000, 10_000)).toEqual({ phase: 'reverse' })
  expect(undoPhase(10_000, 11_000)).toEqual({ phase: 'reverse' })
})
