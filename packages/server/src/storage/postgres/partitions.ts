import { sql } from 'kysely'
import { defineQuery, defineWork } from '../define.ts'
import type { ReadDb, Tx } from '../seam.ts'
import { hourOf } from '../stream-hour.ts'

// Hours that are ready before they begin. Rows of an hour without a partition of its own go to the default one.
const HOURS_AHEAD = 2
const NAME = /^stream_chunks_h(\d+)$/

/** Makes the partitions of this hour and the next ones, and drops those of past hours from which everything was trimmed. */
export const tendPartitions = defineWork(
  'storage.postgres.partitions',
  async (tx: Tx): Promise<{ made: number; dropped: number }> => {
    const hours = await partitionHours(tx)
    const current = hourOf(tx.now)
    let made = 0
    for (let hour = current; hour <= current + HOURS_AHEAD; hour++) {
      if (!hours.includes(hour) && (await make(tx, hour))) made += 1
    }
    let dropped = 0
    for (const hour of hours) if (hour < current && (await dropEmpty(tx, hour))) dropped += 1
    return { made, dropped }
  },
  { mode: 'hot' },
)

/** For how many hours from this one on there are partitions without a gap; 0 where this hour has none. */
export const partitionsAhead = defineQuery(
  'storage.postgres.partitions-ahead',
  async (read: ReadDb): Promise<number> => {
    const hours = await partitionHours(read)
    let hour = hourOf(read.now)
    while (hours.includes(hour)) hour++
    return hour - hourOf(read.now)
  },
)

async function partitionHours({ db }: Pick<ReadDb, 'db'>): Promise<number[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'stream_chunks'::regclass order by 1`.execute(db)
  return rows.flatMap(({ name }) => {
    const hour = NAME.exec(name)?.[1]
    return hour === undefined ? [] : [Number(hour)]
  })
}

async function make({ db }: Tx, hour: number): Promise<boolean> {
  // Another process may be at it: it has made the table, or will have when we get the lock.
  await sql`select pg_advisory_xact_lock(hashtext('stream_chunks'), ${hour})`.execute(db)
  const early = await sql`select 1 from stream_chunks_default where hour = ${hour} limit 1`.execute(db)
  if (early.rows.length > 0) return false
  const range = sql.raw(`stream_chunks_h${hour} partition of stream_chunks for values from (${hour}) to (${hour + 1})`)
  await sql`create table if not exists ${range}`.execute(db)
  return true
}

async function dropEmpty({ db }: Tx, hour: number): Promise<boolean> {
  const table = sql.id(`stream_chunks_h${hour}`)
  const left = await sql`select 1 from ${table} limit 1`.execute(db)
  if (left.rows.length > 0) return false
  // A straggler that appends under the past hour now waits here, and goes to the default partition.
  await sql`lock table ${table} in access exclusive mode`.execute(db)
  const late = await sql`select 1 from ${table} limit 1`.execute(db)
  if (late.rows.length > 0) return false
  await sql`drop table ${table}`.execute(db)
  return true
}
