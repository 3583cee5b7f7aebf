import type { Event } from './neutral.ts'

const MINUTE_MS = 60_000

/** Counts events, or different people among them, in the window that ends with the event judged, which is in it. */
export interface Counter {
  readonly name: string
  readonly distinct?: 'sender' | 'recipient'
  readonly by: 'sender' | 'recipient' | 'text'
  readonly where: (event: Event) => boolean
  readonly overMs: number
  /** Its threshold rule fires from here on. */
  readonly atLeast: number
}

const always = (): boolean => true

export const COUNTERS: readonly Counter[] = [
  { name: 'sent', by: 'sender', where: always, overMs: 5 * MINUTE_MS, atLeast: 4 },
  { name: 'sent_links', by: 'sender', where: ({ links }) => links > 0, overMs: 10 * MINUTE_MS, atLeast: 4 },
  {
    name: 'minors_written_to',
    distinct: 'recipient',
    by: 'sender',
    where: ({ senderAdult, recipientMinor }) => senderAdult && recipientMinor,
    overMs: 10 * MINUTE_MS,
    atLeast: 3,
  },
  { name: 'written_to', distinct: 'recipient', by: 'sender', where: always, overMs: 5 * MINUTE_MS, atLeast: 4 },
  { name: 'senders_of_text', distinct: 'sender', by: 'text', where: always, overMs: 5 * MINUTE_MS, atLeast: 5 },
  {
    name: 'threats_received',
    by: 'recipient',
    where: ({ threat }) => threat > 0.5,
    overMs: 60 * MINUTE_MS,
    atLeast: 9,
  },
]

/** Four more, of other sorts: what a large rule set counts. */
export const TEN_COUNTERS: readonly Counter[] = [
  ...COUNTERS,
  { name: 'received', by: 'recipient', where: always, overMs: 10 * MINUTE_MS, atLeast: 5 },
  { name: 'received_from', distinct: 'sender', by: 'recipient', where: always, overMs: 60 * MINUTE_MS, atLeast: 14 },
  { name: 'sent_by_the_young', by: 'sender', where: ({ ageDays }) => ageDays < 7, overMs: 60 * MINUTE_MS, atLeast: 4 },
  { name: 'copies', by: 'text', where: always, overMs: 10 * MINUTE_MS, atLeast: 8 },
]

/** What the counter is at the event of that number, by counting everything before it again. */
export function bruteForce({ distinct, by, where, overMs }: Counter, events: readonly Event[], index: number): number {
  const now = events[index]
  if (now === undefined) return 0
  const counted = events
    .slice(0, index + 1)
    .filter((event) => event[by] === now[by] && event.at > now.at - overMs && where(event))
  return distinct === undefined ? counted.length : new Set(counted.map((event) => event[distinct])).size
}
