import { sql } from 'kysely'
import type { Tx } from '../seam.ts'

export interface NewChunk {
  readonly part: number
  readonly hour: number
  readonly n: number
  readonly appendedAt: number
  readonly oldestAt: number
  readonly body: Uint8Array
}

/**
 * Writes chunks in one statement. The heads are locked in ascending order, as the last thing before the commit, so offsets have no holes
 * and follow the order of commits.
 */
export async function appendChunks(db: Tx['db'], chunks: readonly NewChunk[]): Promise<void> {
  const column = <T>(pick: (chunk: NewChunk) => T): T[] => chunks.map(pick)
  await sql`
    with given as (
      select * from unnest(${column((c) => c.part)}::int2[], ${column((c) => c.hour)}::int8[], ${column((c) => c.n)}::int8[],
        ${column((c) => c.appendedAt)}::int8[], ${column((c) => c.oldestAt)}::int8[], ${column((c) => c.body)}::bytea[])
        as g(part, hour, n, appended_at, oldest_at, body)),
    locked as (select part from stream_heads where part in (select part from given) order by part for update),
    moved as (
      update stream_heads s set off = s.off + g.n from given g
      where s.part = g.part and s.part in (select part from locked) returning s.part, s.off)
    insert into stream_chunks (part, hour, first_off, n, appended_at, oldest_at, body)
    select g.part, g.hour, m.off - g.n + 1, g.n, g.appended_at, g.oldest_at, g.body from moved m join given g using (part)
  `.execute(db)
}
