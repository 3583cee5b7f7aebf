import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { atFacts, climb, type Ladder, type LadderEvent, nextStep, steps, type Wish } from './ladder.ts'

const ask = (step: Wish['step'], hold: Wish['hold'] = null, region: Wish['region'] = null): LadderEvent => ({
  type: 'ask',
  wish: { step, hold, region },
})
const after = (...events: LadderEvent[]): Ladder => events.reduce(climb, atFacts)
const shownAt = (...events: LadderEvent[]): Ladder => {
  const asked = after(...events)
  return climb(asked, { type: 'arrived', ticket: asked.ticket })
}
const reduced = [ask('lowpass'), ask('reduced')]

describe('climbing', () => {
  test('one press, one step', () => {
    expect(nextStep(atFacts, steps)).toBe('lowpass')
    expect(nextStep(shownAt(ask('lowpass')), steps)).toBe('reduced')
    expect(nextStep(shownAt(...reduced), steps)).toBe('full')
    expect(nextStep(shownAt(ask('full', 'space')), steps)).toBeNull()
  })

  test('bytes of an older wish do not stand for a newer one', () => {
    const first = after(ask('lowpass'))
    const second = climb(first, ask('reduced'))
    expect(climb(second, { type: 'arrived', ticket: first.ticket })).toEqual(second)
    expect(climb(second, { type: 'failed', ticket: first.ticket })).toEqual(second)
  })

  test('steps that this file does not have are passed over', () => {
    expect(nextStep(atFacts, ['full'])).toBe('full')
    expect(nextStep(atFacts, [])).toBeNull()
  })
})

describe('the full view', () => {
  const full = () => {
    const rest = shownAt(...reduced)
    const asked = climb(rest, ask('full', 'space'))
    return climb(asked, { type: 'arrived', ticket: asked.ticket })
  }

  test('goes when Space is let go, back to the reduced view', () => {
    expect(full()).toMatchObject({ phase: 'shown', wish: { step: 'full' } })
    expect(climb(full(), { type: 'released' })).toMatchObject({ phase: 'shown', wish: { step: 'reduced', hold: null } })
  })

  test('bytes that arrive after Space was let go are thrown away unseen', () => {
    const asked = climb(shownAt(...reduced), ask('full', 'space'))
    const released = climb(asked, { type: 'released' })
    expect(climb(released, { type: 'arrived', ticket: asked.ticket })).toEqual(released)
    expect(released.wish?.step).toBe('reduced')
  })

  test('by the 5 s button it ends with time, not by letting go of a key', () => {
    const asked = climb(shownAt(...reduced), ask('full', 'seconds'))
    const seen = climb(asked, { type: 'arrived', ticket: asked.ticket })
    expect(climb(seen, { type: 'released' })).toEqual(seen)
    expect(climb(seen, { type: 'ended' }).wish?.step).toBe('reduced')
  })

  test('is grey until colour is asked for', () => {
    expect(full().colour).toBe(false)
    expect(climb(full(), { type: 'colour' }).colour).toBe(true)
    expect(climb(climb(full(), { type: 'colour' }), { type: 'hide' }).colour).toBe(false)
  })
})

test('a cleared region ends, and the reduced view is back', () => {
  const asked = climb(shownAt(...reduced), ask('reduced', null, { x: 0.5, y: 0.5 }))
  const seen = climb(asked, { type: 'arrived', ticket: asked.ticket })
  expect(climb(seen, { type: 'ended' })).toMatchObject({ wish: { step: 'reduced', region: null }, phase: 'shown' })
})

test('Esc hides everything from anywhere, and nothing late brings it back', () => {
  const anyEvent: fc.Arbitrary<LadderEvent> = fc.oneof(
    fc.record({
      type: fc.constant('ask' as const),
      wish: fc.record({
        step: fc.constantFrom(...steps),
        hold: fc.constantFrom(null, 'space' as const, 'seconds' as const),
        region: fc.constant(null),
      }),
    }),
    fc.record({ type: fc.constantFrom('arrived' as const, 'failed' as const), ticket: fc.nat({ max: 8 }) }),
    fc.constantFrom<LadderEvent>({ type: 'released' }, { type: 'ended' }, { type: 'colour' }),
  )
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 12 }), (events) => {
      const before = after(...events)
      const hidden = climb(before, { type: 'hide' })
      expect(hidden).toMatchObject({ wish: null, phase: 'idle', rest: 'facts' })
      expect(climb(hidden, { type: 'arrived', ticket: before.ticket })).toEqual(hidden)
      expect(climb(hidden, { type: 'released' })).toEqual(hidden)
    }),
  )
})
