import { defineQuery, type ReadDb, type Tx } from '../storage/index.ts'
import type { CountersTable } from './tables.ts'

/** A counter that is counted, as it stood when somebody looked. One that was dropped and begun anew is another one. */
export interface Standing {
  readonly no: number
  readonly id: string
  /** From when on it has seen everything, milliseconds since 1970; null: from the beginning. */
  readonly since: number | null
}

/** Of these counters, by identity, those that are counted. */
export const standingCounters = defineQuery(
  'counters.standing',
  async ({ db }: ReadDb, input: { namespace: string; ids: readonly string[] }): Promise<Standing[]> => {
    const rows = await db
      .selectFrom('counters')
      .select(['no', 'counter', 'since'])
      .where('namespace', '=', input.namespace)
      .execute()
    return rows.flatMap(({ no, counter, since }) => (input.ids.includes(counter) ? [{ no, id: counter, since }] : []))
  },
)

/**
 * Notes that counters have seen everything from an earlier time on. One that was dropped meanwhile, or reaches as far already, stays as it
 * is.
 *
 * @returns from when on each of them has seen everything now, by identity; those that are no longer counted are left out
 */
export async function lowerSince(
  tx: Tx,
  namespace: string,
  wishes: readonly { readonly of: Standing; readonly since: number }[],
): Promise<Map<string, number | null>> {
  const there = await stillCounted(
    tx,
    namespace,
    wishes.map(({ of }) => of),
  )
  const now = new Map<string, number | null>()
  for (const { no, counter, since } of there) {
    const wish = wishes.find(({ of }) => of.id === counter)
    const lower = wish !== undefined && since !== null && wish.since < since ? wish.since : since
    if (lower !== since) await tx.db.updateTable('counters').set({ since: lower }).where('no', '=', no).execute()
    now.set(counter, lower)
  }
  return now
}

// A later beginning says that it was dropped in between: what was counted before that is gone.
async function stillCounted(
  { db }: Pick<ReadDb, 'db'>,
  namespace: string,
  of: readonly Standing[],
): Promise<CountersTable[]> {
  const rows = await db.selectFrom('counters').selectAll().where('namespace', '=', namespace).execute()
  const begun = (since: number | null): number => since ?? Number.NEGATIVE_INFINITY
  return rows.filter((row) =>
    of.some(({ no, id, since }) => row.no === no && row.counter === id && begun(row.since) <= begun(since)),
  )
}

/** Of these counters, those that are counted as they were. */
export const stillThere = defineQuery(
  'counters.still-there',
  (from: ReadDb, { namespace, of }: { namespace: string; of: readonly Standing[] }): Promise<CountersTable[]> =>
    stillCounted(from, namespace, of),
)
