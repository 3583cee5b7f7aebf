import { defineQuery, defineWork, type ReadDb, type Tx } from '../storage/index.ts'
import { slices } from './slices.ts'
import type { CounterJournalTable, CounterRowsTable } from './tables.ts'

/** Keeps what has moved, in the order of moving. Once this is on disk the readings may be told. */
export const appendJournal = defineWork(
  'counters.journal',
  async ({ db }: Tx, record: CounterJournalTable): Promise<void> => {
    await db.insertInto('counter_journal').values(record).execute()
  },
  { urgent: true },
)

/** What has not been written into the rows yet, oldest first. */
export const journalRecords = defineQuery(
  'counters.journal-records',
  async ({ db }: ReadDb): Promise<CounterJournalTable[]> =>
    db.selectFrom('counter_journal').selectAll().orderBy('seq').execute(),
)

/** The packed states of these keys that are there. */
export const packedStates = defineQuery(
  'counters.packed-states',
  async ({ db }: ReadDb, ids: readonly string[]): Promise<Pick<CounterRowsTable, 'id' | 'state'>[]> => {
    const found: Pick<CounterRowsTable, 'id' | 'state'>[] = []
    for (const some of slices(ids)) {
      found.push(...(await db.selectFrom('counter_rows').select(['id', 'state']).where('id', 'in', some).execute()))
    }
    return found
  },
)

export interface Folded {
  readonly rows: readonly CounterRowsTable[]
  /** Rows in which nothing is left. */
  readonly gone: readonly string[]
}

/** Writes some rows as they stand now; the journal still holds how they came to be. */
export const writeRows = defineWork('counters.write-rows', async ({ db }: Tx, input: Folded): Promise<void> => {
  if (input.gone.length > 0) await db.deleteFrom('counter_rows').where('id', 'in', input.gone).execute()
  if (input.rows.length === 0) return
  await db
    .insertInto('counter_rows')
    .values(input.rows)
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((row) => ({
        oldest: row.ref('excluded.oldest'),
        state: row.ref('excluded.state'),
      })),
    )
    .execute()
})

/** Forgets the journal up to a record, when all rows that it moved are written. */
export const trimJournal = defineWork('counters.trim-journal', async ({ db }: Tx, upTo: number): Promise<void> => {
  await db.deleteFrom('counter_journal').where('seq', '<=', upTo).execute()
})
