import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type OutboxEvent, type Progress, stepOutbox } from './outbox-state.ts'

const fresh = (repeatable: boolean, notBefore = 0): Progress => ({
  state: 'waiting',
  repeatable,
  notBefore,
  nextAt: notBefore,
  leaseUntil: 0,
  attempts: 0,
  fails: 0,
  intentAt: null,
})

const machine = (now: number): fc.Arbitrary<OutboxEvent> =>
  fc.constantFrom<OutboxEvent>(
    { type: 'claim', now, leaseUntil: now + 60 },
    { type: 'delivered' },
    { type: 'failed', retryAt: now + 5 },
    { type: 'park' },
    { type: 'lease_ran_out', now: now + 100 },
  )
const person = (now: number): fc.Arbitrary<OutboxEvent> =>
  fc.constantFrom<OutboxEvent>(
    { type: 'cancel' },
    { type: 'replay', now },
    { type: 'resolve', as: 'delivered', now },
    { type: 'resolve', as: 'waiting', now },
  )

/** Every state that a row passes, with the event that led there; events that do not fit change nothing. */
function history(start: Progress, events: readonly OutboxEvent[]) {
  const steps: { before: Progress; event: OutboxEvent; after: Progress }[] = []
  let row = start
  for (const event of events) {
    try {
      const after = stepOutbox(row, event)
      steps.push({ before: row, event, after })
      row = after
    } catch (error) {
      expect(error).toMatchObject({ code: 'conflict' })
    }
  }
  return steps
}

const histories = (events: fc.Arbitrary<OutboxEvent>) =>
  fc
    .tuple(fc.boolean(), fc.array(events, { maxLength: 30 }))
    .map(([repeatable, list]) => history(fresh(repeatable), list))

test('no machine event brings a row out of a final state or out of a person’s hands', () => {
  fc.assert(
    fc.property(histories(machine(10)), (steps) => {
      for (const { before } of steps) expect(['waiting', 'sending']).toContain(before.state)
    }),
  )
})

test('platform P-24: a call that cannot be repeated is never claimed again after its answer was lost, but by a person', () => {
  fc.assert(
    fc.property(histories(machine(10)), (steps) => {
      for (const { before, event, after } of steps) {
        if (event.type === 'lease_ran_out' && !before.repeatable) expect(after.state).toBe('unclear')
        if (after.state === 'sending' && !after.repeatable) expect(after.intentAt).not.toBeNull()
      }
    }),
  )
})

test('nothing is sent before its time, and a person who cancels is obeyed for good', () => {
  const row = fresh(true, 1_000)
  expect(() => stepOutbox(row, { type: 'claim', now: 999, leaseUntil: 2_000 })).toThrow('waiting cannot take "claim"')
  fc.assert(
    fc.property(histories(fc.oneof(machine(10), person(10))), (steps) => {
      const cancelled = steps.findIndex((step) => step.after.state === 'cancelled')
      expect(cancelled === -1 || cancelled === steps.length - 1).toBe(true)
    }),
  )
})

test('attempts count claims and never fall; an open row always has a way on', () => {
  fc.assert(
    fc.property(histories(fc.oneof(machine(10), person(10))), (steps) => {
      for (const { before, event, after } of steps) {
        expect(after.attempts).toBe(before.attempts + (event.type === 'claim' ? 1 : 0))
        expect(after.leaseUntil > 0).toBe(after.state === 'sending')
      }
    }),
  )
})

describe('each state leaves by the ways of platform.md §13 only', () => {
  const events: OutboxEvent[] = [
    { type: 'claim', now: 10, leaseUntil: 20 },
    { type: 'delivered' },
    { type: 'failed', retryAt: 15 },
    { type: 'park' },
    { type: 'lease_ran_out', now: 1_000 },
    { type: 'cancel' },
    { type: 'replay', now: 10 },
    { type: 'resolve', as: 'waiting', now: 10 },
  ]
  test.each([
    ['waiting', ['claim', 'cancel', 'replay']],
    ['sending', ['delivered', 'failed', 'park', 'lease_ran_out']],
    ['delivered', ['replay']],
    ['unclear', ['resolve']],
    ['parked', ['cancel', 'replay']],
    ['cancelled', []],
  ] as const)('%s: %j', (state, ways) => {
    const row = { ...fresh(true), state, leaseUntil: state === 'sending' ? 500 : 0 }
    const taken = events.filter((event) => {
      try {
        stepOutbox(row, event)
        return true
      } catch {
        return false
      }
    })
    expect(taken.map((event) => event.type)).toEqual(ways)
  })
})
