import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'
import type { Hit } from './hits.ts'

/** Notes that rules fired on an event. Part of the caller's transaction; the same event again changes nothing. */
export async function noteHits(tx: Tx, { key, rules }: { key: string; rules: readonly string[] }): Promise<void> {
  if (rules.length === 0) return
  await tx.db
    .insertInto('rule_hits')
    .values([...new Set(rules)].map((rule) => ({ event_key: key, rule, at: tx.now })))
    .onConflict((conflict) => conflict.columns(['event_key', 'rule']).doNothing())
    .execute()
}

// The embedded database reads on the thread that answers everybody: however much rules find, this is what one look at it may cost.
const NEWEST = 5_000

/** The newest hits since then, and since when these are: later than asked, where there are more than 5,000. */
export const newestHits = defineQuery(
  'policy.newest-hits',
  async ({ db }: ReadDb, asked: number): Promise<{ readonly since: number; readonly hits: readonly Hit[] }> => {
    const oldest = await db
      .selectFrom('rule_hits')
      .select('at')
      .where('at', '>=', asked)
      .orderBy('at', 'desc')
      .limit(1)
      .offset(NEWEST - 1)
      .executeTakeFirst()
    const since = oldest?.at ?? asked
    // Whole moments, so that the answer is true of all that happened since: a few more come with the oldest where many share its moment.
    const rows = await db.selectFrom('rule_hits').select(['event_key', 'rule']).where('at', '>=', since).execute()
    return { since, hits: rows.map(({ event_key, rule }) => ({ event: event_key, rule })) }
  },
)
