import { AppError } from '../http/errors.ts'
import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'

/** What people made of an event that rules had spoken of. */
export type Reviewed = 'upheld' | 'overturned'

/**
 * What people decided of verdicts since then, by the event's key. Upheld: the decision that stands asks for something. Overturned: it asks
 * for nothing, or was reversed. Events of which nobody has decided are not in it.
 */
export const reviewedSince = defineQuery(
  'review.reviewed-since',
  (from: ReadDb, since: number): Promise<ReadonlyMap<string, Reviewed>> => reviewed(from, { since }),
)

// An engine takes only so many values in one statement.
const KEYS_AT_ONCE = 500

/** The same of these events, by their keys. */
export const reviewedOf = defineQuery(
  'review.reviewed-of',
  async (from: ReadDb, events: readonly string[]): Promise<ReadonlyMap<string, Reviewed>> => {
    const found = new Map<string, Reviewed>()
    for (let first = 0; first < events.length; first += KEYS_AT_ONCE) {
      const some = await reviewed(from, { events: events.slice(first, first + KEYS_AT_ONCE) })
      for (const [event, outcome] of some) found.set(event, outcome)
    }
    return found
  },
)

async function reviewed(
  { db }: ReadDb,
  which: { readonly since: number } | { readonly events: readonly string[] },
): Promise<Map<string, Reviewed>> {
  const rows = await db
    .selectFrom('verdicts')
    .innerJoin('case_links', 'case_links.ref', 'verdicts.id')
    .innerJoin('staff_decisions', 'staff_decisions.case_number', 'case_links.case_number')
    .leftJoin('decision_endings', 'decision_endings.decision', 'staff_decisions.id')
    .select(['verdicts.event_key', 'staff_decisions.choice', 'decision_endings.how as ended'])
    .where((is) =>
      'since' in which ? is('verdicts.at', '>=', which.since) : is('verdicts.event_key', 'in', which.events),
    )
    .orderBy('staff_decisions.at')
    .execute()
  const appealed = await db
    .selectFrom('verdicts')
    .innerJoin('staff_decisions', 'staff_decisions.reverses', 'verdicts.id')
    .select('verdicts.event_key')
    .where((is) =>
      'since' in which ? is('verdicts.at', '>=', which.since) : is('verdicts.event_key', 'in', which.events),
    )
    .execute()
  const found = new Map<string, Reviewed>()
  for (const { event_key, choice, ended } of rows) {
    // What was undone within its ten seconds was never decided.
    if (ended === 'undone') continue
    found.set(event_key, ended === 'reversed' || choice === 'none' ? 'overturned' : 'upheld')
  }
  for (const { event_key } of appealed) found.set(event_key, 'overturned')
  return found
}

/**
 * How a decision stands for those who build on it: `open` while it can be undone, `over` when it was undone or reversed, `none` where it found
 * nothing wrong.
 *
 * @throws AppError `not_found`
 */
export async function finalStateOf(
  { db, now }: Pick<Tx | ReadDb, 'db' | 'now'>,
  id: string,
): Promise<'upheld' | 'none' | 'open' | 'over'> {
  const row = await db.selectFrom('staff_decisions').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new AppError('not_found', 'There is no such decision.')
  const ended = await db.selectFrom('decision_endings').select('how').where('decision', '=', id).executeTakeFirst()
  const reversed = await db.selectFrom('staff_decisions').select('id').where('reverses', '=', id).executeTakeFirst()
  if (ended !== undefined || reversed !== undefined || row.reverses !== null) return 'over'
  if (now < row.undo_until) return 'open'
  return row.choice === 'none' ? 'none' : 'upheld'
}
