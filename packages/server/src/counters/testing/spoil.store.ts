import { rowKey } from '@lamplighter/rules/counters'
import { defineWork, type Tx } from '../../storage/index.ts'

/** Makes what is kept of a key of plain names something that nobody packed. */
export const spoilRow = defineWork('test.spoil-counter', async ({ db }: Tx, key: string): Promise<void> => {
  const id = `1:${rowKey([key])}`
  const spoilt = await db
    .updateTable('counter_rows')
    .set({ state: Uint8Array.of(9) })
    .where('id', '=', id)
    .returning('id')
    .execute()
  if (spoilt.length !== 1) throw new TypeError('there is no such row')
})
