import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'

/** Notes that rules fired on an event. Part of the caller's transaction; the same event again changes nothing. */
export async function noteHits(tx: Tx, { key, rules }: { key: string; rules: readonly string[] }): Promise<void> {
  if (rules.length === 0) return
  await tx.db
    .insertInto('rule_hits')
    .values([...new Set(rules)].map((rule) => ({ event_key: key, rule, at: tx.now })))
    .onConflict((conflict) => conflict.columns(['event_key', 'rule']).doNothing())
    .execute()
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

/** By rule, of the events on which it has fired since then. Rules that fired on none are not in it. */
export const hitsSince = defineQuery(
  'policy.hits',
  async (
    { db }: ReadDb,
    { since, reviewed }: { since: number; reviewed: ReviewedEvents },
  ): Promise<ReadonlyMap<string, RuleHits>> => {
    const pairs = await db
      .selectFrom('rule_hits as one')
      .innerJoin('rule_hits as other', 'other.event_key', 'one.event_key')
      .select((eb) => ['one.rule', 'other.rule as with', eb.fn.countAll<number>().as('events')])
      .where('one.at', '>=', since)
      .groupBy(['one.rule', 'other.rule'])
      .orderBy('other.rule')
      .execute()
    const shared = await db
      .selectFrom('rule_hits as one')
      .select((eb) => ['one.rule', eb.fn.countAll<number>().as('events')])
      .where('one.at', '>=', since)
      .where((eb) =>
        eb.exists(
          eb
            .selectFrom('rule_hits as other')
            .select('other.rule')
            .whereRef('other.event_key', '=', 'one.event_key')
            .whereRef('other.rule', '<>', 'one.rule'),
        ),
      )
      .groupBy('one.rule')
      .execute()
    const decided = await decidedOf(db, since, reviewed)
    const own = pairs.filter((pair) => pair.rule === pair.with)
    return new Map(
      own.map(({ rule, events }) => [
        rule,
        {
          events: Number(events),
          shared: Number(shared.find((one) => one.rule === rule)?.events ?? 0),
          most: mostOf(pairs.filter((pair) => pair.rule === rule && pair.with !== rule)),
          ...(decided.get(rule) ?? { upheld: 0, overturned: 0 }),
        },
      ]),
    )
  },
)

function mostOf(pairs: readonly { with: string; events: number }[]): RuleHits['most'] {
  const [first, ...rest] = pairs.map((pair) => ({ rule: pair.with, events: Number(pair.events) }))
  return first === undefined ? null : rest.reduce((most, one) => (one.events > most.events ? one : most), first)
}

const KEYS_AT_ONCE = 500

async function decidedOf(
  db: ReadDb['db'],
  since: number,
  reviewed: ReviewedEvents,
): Promise<Map<string, { upheld: number; overturned: number }>> {
  const keys = [...reviewed.keys()]
  const found = new Map<string, { upheld: number; overturned: number }>()
  for (let first = 0; first < keys.length; first += KEYS_AT_ONCE) {
    const rows = await db
      .selectFrom('rule_hits')
      .select(['event_key', 'rule'])
      .where('event_key', 'in', keys.slice(first, first + KEYS_AT_ONCE))
      .where('at', '>=', since)
      .execute()
    for (const { event_key, rule } of rows) {
      const counts = found.get(rule) ?? { upheld: 0, overturned: 0 }
      const outcome = reviewed.get(event_key)
      if (outcome !== undefined) counts[outcome] += 1
      found.set(rule, counts)
    }
  }
  return found
}
