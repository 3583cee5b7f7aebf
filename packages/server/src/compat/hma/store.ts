import { defineQuery, defineWork } from '../../storage/index.ts'
import type { BanksTable } from './tables.ts'

export { schema } from './tables.ts'

/** The whole of a ratio. */
export const ALWAYS = 1_000

export const knownBanks = defineQuery(
  'hma.banks',
  ({ db }): Promise<BanksTable[]> => db.selectFrom('hma_banks').selectAll().execute(),
)

/** Gives each list that has none a number, for good. */
export const numberBanks = defineWork(
  'hma.number-banks',
  async (tx, input: { lists: readonly string[] }): Promise<void> => {
    const known = await tx.db.selectFrom('hma_banks').select(['list', 'number']).execute()
    const have = new Set(known.map(({ list }) => list))
    const from = 1 + Math.max(0, ...known.map((row) => Number(row.number)))
    const fresh = input.lists.filter((list) => !have.has(list))
    if (fresh.length === 0) return
    await tx.db
      .insertInto('hma_banks')
      .values(fresh.map((list, at) => ({ list, number: from + at, ratio: ALWAYS })))
      .execute()
  },
)

export const setRatio = defineWork(
  'hma.set-ratio',
  async (tx, input: { list: string; ratio: number }): Promise<void> => {
    await tx.db.updateTable('hma_banks').set({ ratio: input.ratio }).where('list', '=', input.list).execute()
  },
)
