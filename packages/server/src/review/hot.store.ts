import type { ReadDb } from '../storage/index.ts'

/** A case of which an event was hit by a hot entry of a list (matching.md §9.4). */
interface HotCase {
  readonly number: number
  readonly lane: string
  readonly list: string
}

/**
 * Of these cases, or of the open ones of these lanes, those that a hot entry hit something of; one for each list. The entry is hot now, whenever
 * the case was opened: the first of them is the example that a person looks at.
 */
export async function hotCases(
  { db, now }: Pick<ReadDb, 'db' | 'now'>,
  which: { readonly numbers: readonly number[] } | { readonly lanes: readonly string[] },
): Promise<readonly HotCase[]> {
  if (('numbers' in which ? which.numbers : which.lanes).length === 0) return []
  // Nearly always nothing is hot, and then nothing of the cases is read.
  const hot = await db.selectFrom('hot_entries').select('n').where('until_at', '>', now).limit(1).execute()
  if (hot.length === 0) return []
  return db
    .selectFrom('cases')
    .innerJoin('case_links', 'case_links.case_number', 'cases.number')
    .innerJoin('verdicts', 'verdicts.id', 'case_links.ref')
    .innerJoin('list_hits', 'list_hits.event_key', 'verdicts.event_key')
    .innerJoin('hot_entries', (join) =>
      join.onRef('hot_entries.list', '=', 'list_hits.list').onRef('hot_entries.n', '=', 'list_hits.n'),
    )
    .select(['cases.number', 'cases.lane', 'hot_entries.list'])
    .distinct()
    .where('hot_entries.until_at', '>', now)
    .where((is) =>
      'numbers' in which
        ? is('cases.number', 'in', which.numbers)
        : is.and([is('cases.closed_at', 'is', null), is('cases.lane', 'in', which.lanes)]),
    )
    .execute()
}
