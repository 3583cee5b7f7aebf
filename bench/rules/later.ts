import { nth } from './engine.ts'
import type { Event } from './neutral.ts'

const GAP_MS = 60_000

/** The same events without end: each round later than the one before, and under ids of its own. What counts must count them all. */
export function laterOf(events: readonly Event[]): (number: number) => Event {
  const [first, last] = [events[0], events.at(-1)]
  const span = first === undefined || last === undefined ? 0 : last.at - first.at + GAP_MS
  return (number) => {
    const round = Math.floor(number / events.length)
    const event = nth(events, number % events.length)
    return round === 0 ? event : { ...event, id: `${event.id}-${round}`, at: event.at + round * span }
  }
}
