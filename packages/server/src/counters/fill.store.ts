import { move } from '@lamplighter/rules/counters'
import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { countingOf, forget, found, keep, rowOf, rowsFor, type StoredOp } from './rows.store.ts'
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
 * Moves counters by past events and reads nothing. What is no longer counted is left alone. Nobody waits for it, so that everybody who does
 * goes first.
 */
export const fillCounters = defineWork(
  'counters.fill',
  async (tx: Tx, input: { namespace: string; ops: readonly StoredOp[]; of: readonly Standing[] }): Promise<void> => {
    const counters = countingOf(await stillCounted(tx, input.namespace, input.of))
    const ops = input.ops.filter(({ counter }) => counters.has(counter.id))
    const rows = await rowsFor(tx, ops, counters)
    const gone: string[] = []
    for (const { counter: spec, key, move: by, findable } of ops) {
      const { no, kept } = found(counters, spec.id)
      const row = rowOf(rows, no, key, spec, gone)
      row.after = move(spec, row.after, by, { ...kept, swept: Math.max(kept.swept, findable) })
    }
    await forget(tx, gone)
    await keep(tx, [...rows.values()], new Map([...counters.values()].map(({ no, spec }) => [no, spec])))
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
async function stillCounted({ db }: Tx, namespace: string, of: readonly Standing[]): Promise<CountersTable[]> {
  const rows = await db.selectFrom('counters').selectAll().where('namespace', '=', namespace).execute()
  const begun = (since: number | null): number => since ?? Number.NEGATIVE_INFINITY
  return rows.filter((row) =>
    of.some(({ no, id, since }) => row.no === no && row.counter === id && begun(row.since) <= begun(since)),
  )
}
