import fc from 'fast-check'
import { expect, test } from 'vitest'
import { InOrder } from './in-order.ts'

const event = (at: number, id = String(at)) => ({ at, id, bytes: 10 })
type Event = ReturnType<typeof event>

/** Gives parts in the order of their first events, as they are read. */
function through(parts: readonly (readonly Event[])[], order: InOrder<Event>): Event[] {
  const firstOf = (part: readonly Event[]) => Math.min(...part.map(({ at }) => at))
  const sorted = parts.toSorted((a, b) => firstOf(a) - firstOf(b))
  return sorted.flatMap((part, place) =>
    order.add(part, sorted[place + 1] === undefined ? Number.POSITIVE_INFINITY : firstOf(sorted[place + 1] ?? [])),
  )
}

test('whatever the parts, all events come out once, by time', () => {
  const part = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 20 })
  fc.assert(
    fc.property(fc.array(part, { maxLength: 20 }), (times) => {
      const parts = times.map((ats, of) => ats.map((at, n) => event(at, `${of}-${n}`)))
      const order = new InOrder<Event>()
      const given = through(parts, order)
      expect(given.map(({ at }) => at)).toEqual(times.flat().toSorted((a, b) => a - b))
      expect(new Set(given.map(({ id }) => id)).size).toBe(times.flat().length)
      expect(order.late).toBe(0)
    }),
  )
})

test('equal times keep the order in which they were given', () => {
  const order = new InOrder<Event>()
  const given = order.add([event(5, 'a'), event(5, 'b'), event(4, 'c'), event(5, 'd')], Number.POSITIVE_INFINITY)
  expect(given.map(({ id }) => id)).toEqual(['c', 'a', 'b', 'd'])
})

test('where there is no more room the earliest goes on, and what it should have waited for is late', () => {
  const order = new InOrder<Event>(20)
  expect(order.add([event(1), event(8), event(9)], 2).map(({ at }) => at)).toEqual([1])
  expect(order.add([event(2), event(7)], 3).map(({ at }) => at)).toEqual([2, 7])
  expect([order.add([event(3), event(8, 'x')], Number.POSITIVE_INFINITY).map(({ at }) => at), order.late]).toEqual([
    [3, 8, 8, 9],
    1,
  ])
})
