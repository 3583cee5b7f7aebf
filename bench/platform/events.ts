const person = (id: string) => ({ id, age: 3_456_000_000, age_band: 'adult', age_source: 'declared', kind: 'person' })
let count = 0

/** A harmless message; one in a hundred has words of blackmail. */
export function event(): Record<string, unknown> {
  count += 1
  const id = `${process.pid}-${count}`
  return {
    kind: 'message',
    id,
    occurred_at: new Date().toISOString(),
    actor: person(`a-${count % 9_973}`),
    target: person('friend'),
    tie: { connected: true, first_contact: false },
    // What is private would not be measured while the switches are off.
    room: { id: `chat-${count % 997}`, type: 'channel', audience: 'public' },
    item: {
      id,
      text: count % 100 === 0 ? 'send me 50 or else' : 'see you at the ferry after the market, bring the nets',
    },
  }
}

export function ndjson(events: number): string {
  return Array.from({ length: events }, () => `${JSON.stringify(event())}\n`).join('')
}
