import { sql } from 'kysely'
import { defineQuery } from './define.ts'

/** How the jobs of one queue stand. */
export interface QueueStands {
  readonly queue: string
  readonly waiting: number
  readonly parked: number
}

/** What waits in the database and how much room it takes. */
export interface StorageStands {
  readonly queues: readonly QueueStands[]
  /** Of the whole database, with its indexes. */
  readonly bytes: number
}

export const storageStands = defineQuery('storage.stands', async ({ db, engine }): Promise<StorageStands> => {
  const rows = await db
    .selectFrom('jobs')
    .select((eb) => ['queue', 'state', eb.fn.countAll<number>().as('n')])
    .where('state', 'in', ['open', 'parked'])
    .groupBy(['queue', 'state'])
    .execute()
  const countOf = (queue: string, state: string) =>
    Number(rows.find((row) => row.queue === queue && row.state === state)?.n ?? 0)
  const size =
    engine === 'postgres'
      ? sql<{ bytes: number }>`select pg_database_size(current_database()) as bytes`
      : sql<{ bytes: number }>`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`
  const found = await size.execute(db)
  return {
    queues: [...new Set(rows.map(({ queue }) => queue))]
      .sort()
      .map((queue) => ({ queue, waiting: countOf(queue, 'open'), parked: countOf(queue, 'parked') })),
    bytes: Number(found.rows[0]?.bytes ?? 0),
  }
})
