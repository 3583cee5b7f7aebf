import { sql } from 'kysely'
import { defineWork } from '../define.ts'
import type { Tx } from '../seam.ts'

/** Takes its connection for so long: PostgreSQL only. A bulk work, like those that hand in events. */
export const holdConnection = defineWork('test.hold', async (tx: Tx, seconds: number) => {
  await sql`select pg_sleep(${seconds})`.execute(tx.db)
})
