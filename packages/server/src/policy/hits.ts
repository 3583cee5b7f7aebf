/** That a rule fired on an event. */
export interface Hit {
  /** The event's key. */
  readonly event: string
  readonly rule: string
}

/** What became of the events on which a rule fired. */
export interface RuleHits {
  /** Events on which it fired. */
  readonly events: number
  /** Of those, the ones on which another rule fired too, and which rule that was most often. */
  readonly shared: number
  readonly most: { readonly rule: string; readonly events: number } | null
  /** Of those, what people decided. */
  readonly upheld: number
  readonly overturned: number
}

/** What people decided, by the event's key. */
export type ReviewedEvents = ReadonlyMap<string, 'upheld' | 'overturned'>

interface Counted {
  events: number
  shared: number
  upheld: number
  overturned: number
  readonly others: Map<string, number>
}

/** Counts hits by rule. Each is of another rule or of another event. Rules without a hit are not in the answer. */
export function countHits(hits: readonly Hit[], reviewed: ReviewedEvents): ReadonlyMap<string, RuleHits> {
  const counts = new Map<string, Counted>()
  for (const [event, rules] of Map.groupBy(hits, (hit) => hit.event)) {
    const outcome = reviewed.get(event)
    for (const { rule } of rules) {
      const count = counts.get(rule) ?? { events: 0, shared: 0, upheld: 0, overturned: 0, others: new Map() }
      counts.set(rule, count)
      count.events += 1
      if (rules.length > 1) count.shared += 1
      if (outcome !== undefined) count[outcome] += 1
      for (const other of rules) {
        if (other.rule !== rule) count.others.set(other.rule, (count.others.get(other.rule) ?? 0) + 1)
      }
    }
  }
  return new Map([...counts].map(([rule, { others, ...count }]) => [rule, { ...count, most: mostOf(others) }]))
}

/** The rule that was there most often; of several the first by name. */
function mostOf(others: ReadonlyMap<string, number>): RuleHits['most'] {
  const [first] = [...others].toSorted(([a, ofA], [b, ofB]) => ofB - ofA || (a < b ? -1 : 1))
  return first === undefined ? null : { rule: first[0], events: first[1] }
}
