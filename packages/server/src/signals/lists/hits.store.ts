import { defineQuery, type ReadDb, type Tx } from '../../storage/index.ts'
import { noteHot } from './hot.store.ts'
import type { ListHitsTable } from './tables.ts'

/** What an entry hit, and under which name who sent it is counted; null where nobody is known. */
export interface NotedHit {
  readonly list: string
  readonly n: number
  readonly version: number
  readonly distance: number
  readonly who: string | null
}

/** Notes what lists hit in an event. Part of the caller's transaction; the same event again changes nothing. */
export async function noteListHits(
  tx: Tx,
  { key, hits }: { readonly key: string; readonly hits: readonly NotedHit[] },
): Promise<void> {
  const unique = [...new Map(hits.map((hit) => [`${hit.list} ${hit.n}`, hit])).values()]
  if (unique.length === 0) return
  await tx.db
    .insertInto('list_hits')
    .values(unique.map(({ who: _, ...hit }) => ({ ...hit, event_key: key, at: tx.now })))
    .onConflict((conflict) => conflict.columns(['event_key', 'list', 'n']).doNothing())
    .execute()
  const sent = unique.flatMap(({ list, n, who }) => (who === null ? [] : [{ list, n, who, at: tx.now }]))
  if (sent.length === 0) return
  await tx.db
    .insertInto('entry_uploaders')
    .values(sent)
    .onConflict((conflict) => conflict.columns(['list', 'n', 'who']).doUpdateSet({ at: tx.now }))
    .execute()
  for (const { list, n } of sent) await noteHot(tx, { list, n })
}

// The embedded database reads on the thread that answers everybody: however much a list finds, this is what one look at it may cost.
const NEWEST = 5_000

/** The newest hits of a list. */
export const listHits = defineQuery(
  'entries.hits',
  async ({ db }: ReadDb, list: string): Promise<Pick<ListHitsTable, 'event_key' | 'n' | 'at'>[]> =>
    db
      .selectFrom('list_hits')
      .select(['event_key', 'n', 'at'])
      .where('list', '=', list)
      .orderBy('at', 'desc')
      .limit(NEWEST)
      .execute(),
)
