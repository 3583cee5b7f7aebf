import { CompiledQuery } from 'kysely'
import type { Chunk } from '../chunk.ts'
import type { Tx } from '../seam.ts'
import { hourOf } from '../stream-hour.ts'

// Written out: building a statement anew costs several times what running it does, and nothing runs as often as these two.
const MOVE = 'update stream_heads set off = off + ? where part = ? returning off'
const INSERT =
  'insert into stream_chunks (part, hour, first_off, n, appended_at, oldest_at, body) values (?, ?, ?, ?, ?, ?, ?)'

/** Writes chunks, each a row behind the last of its partition. */
export async function appendRows(db: Tx['db'], chunks: readonly Chunk[], now: number): Promise<void> {
  for (const { part, n, oldestAt, body } of chunks) {
    const { rows } = await db.executeQuery<{ off: number }>(CompiledQuery.raw(MOVE, [n, part]))
    const [head] = rows
    if (head === undefined) throw new RangeError(`the stream has no partition ${part}`)
    await db.executeQuery(CompiledQuery.raw(INSERT, [part, hourOf(now), head.off - n + 1, n, now, oldestAt, body]))
  }
}
