import { sql } from 'kysely'
import type { Chunk } from '../chunk.ts'
import type { Tx } from '../seam.ts'
import { hourOf } from '../stream-hour.ts'

/** Writes chunks, each behind the last of its partition; all in one statement unless a partition has several. */
export async function appendChunks(db: Tx['db'], chunks: readonly Chunk[], now: number): Promise<void> {
  const byPart = [...Map.groupBy(chunks, ({ part }) => part).values()]
  for (let turn = 0; turn < Math.max(0, ...byPart.map((own) => own.length)); turn++) {
    await appendOneEach(
      db,
      byPart.flatMap((own) => own.slice(turn, turn + 1)),
      now,
    )
  }
}

// The heads are locked in ascending order, as the last thing before the commit, so offsets have no holes and follow the order of commits.
async function appendOneEach(db: Tx['db'], chunks: readonly Chunk[], now: number): Promise<void> {
  const column = <T>(pick: (chunk: Chunk) => T): T[] => chunks.map(pick)
  const hour = hourOf(now)
  await sql`
    with given as (
      select * from unnest(${column((c) => c.part)}::int2[], ${column((c) => c.n)}::int8[],
        ${column((c) => c.oldestAt)}::int8[], ${column((c) => c.body)}::bytea[]) as g(part, n, oldest_at, body)),
    locked as (select part from stream_heads where part in (select part from given) order by part for update),
    moved as (
      update stream_heads s set off = s.off + g.n from given g
      where s.part = g.part and s.part in (select part from locked) returning s.part, s.off)
    insert into stream_chunks (part, hour, first_off, n, appended_at, oldest_at, body)
    select g.part, ${hour}::int8, m.off - g.n + 1, g.n, ${now}::int8, g.oldest_at, g.body from moved m join given g using (part)
  `.execute(db)
}
