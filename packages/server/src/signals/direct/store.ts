import { AppError } from '../../http/errors.ts'
import { defineWork } from '../../storage/index.ts'

export { schema } from './tables.ts'

const DAY_MS = 86_400_000

/** How often one key may ask sealed lists in a day (matching.md §11.2). */
export const SEALED_A_DAY = 100_000

/**
 * Takes lookups from what a key has for the day, all of them or none. Counted in the database: a restart or a second process gives no more.
 *
 * @throws AppError `rate_limited`
 */
export const takeSealedLookups = defineWork(
  'match.take-sealed',
  async (tx, input: { key: string; lookups: number; most: number }): Promise<void> => {
    const day = new Date(tx.now).toISOString().slice(0, 10)
    const of = { key_id: input.key, day }
    const row = await tx.db
      .selectFrom('sealed_lookups')
      .select('lookups')
      .where('key_id', '=', of.key_id)
      .where('day', '=', day)
      .executeTakeFirst()
    const before = row?.lookups ?? 0
    if (before + input.lookups > input.most) {
      throw new AppError(
        'rate_limited',
        `This key asked sealed lists ${before} times today, and ${input.most} are allowed. Wait until the day (UTC) is over.`,
        { retryAfterS: Math.ceil((DAY_MS - (tx.now % DAY_MS)) / 1000) },
      )
    }
    const lookups = before + input.lookups
    await tx.db
      .insertInto('sealed_lookups')
      .values({ ...of, lookups, at: tx.now })
      .onConflict((on) => on.columns(['key_id', 'day']).doUpdateSet({ lookups, at: tx.now }))
      .execute()
  },
)
