import { defineQuery, defineWork, type ReadDb, type Tx } from '../../storage/index.ts'
import type { EntryRow } from './row-reads.store.ts'

export type ClearRow = EntryRow & { readonly list: string }

/** Rows that an earlier version of this software has written in the clear; of any list, some at a time. */
export const clearRows = defineQuery(
  'signals.clear-rows',
  async ({ db }: ReadDb, max: number): Promise<ClearRow[]> =>
    db
      .selectFrom('list_entries')
      .select(['list', 'n', 'fingerprint', 'body', 'sealed'])
      .where('sealed', '=', 0)
      .orderBy('list')
      .orderBy('n')
      .limit(max)
      .execute(),
)

/** Puts sealed bodies in their place. What was erased or named anew meanwhile stays as it is, and is found again. @returns how many */
export const sealRows = defineWork(
  'signals.seal-rows',
  async (tx: Tx, rows: readonly Pick<ClearRow, 'list' | 'n' | 'fingerprint' | 'body'>[]): Promise<number> => {
    let done = 0
    for (const { list, n, fingerprint, body } of rows) {
      const changed = await tx.db
        .updateTable('list_entries')
        .set({ body, sealed: 1 })
        .where('list', '=', list)
        .where('n', '=', n)
        .where('fingerprint', '=', fingerprint)
        .where('sealed', '=', 0)
        .executeTakeFirst()
      done += Number(changed.numUpdatedRows)
    }
    return done
  },
)
