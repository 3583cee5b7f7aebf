import type { Chunk } from '../chunk.ts'
import { hourOf } from '../stream-hour.ts'
import type { Statement } from './dialect.ts'

// Handed to the engine as they are: building a statement costs several times what running it does, and nothing runs as often as these two.
const MOVE = 'update stream_heads set off = off + ? where part = ? returning off'
const INSERT =
  'insert into stream_chunks (part, hour, first_off, n, appended_at, oldest_at, body) values (?, ?, ?, ?, ?, ?, ?)'

/** Writes chunks, each a row behind the last of its partition. */
export function appendRows(
  run: (statement: Statement) => { rows: readonly unknown[] },
  chunks: readonly Chunk[],
  now: number,
): void {
  for (const { part, n, oldestAt, body } of chunks) {
    const [head] = run({ sql: MOVE, parameters: [n, part] }).rows as readonly { off: number }[]
    if (head === undefined) throw new RangeError(`the stream has no partition ${part}`)
    run({ sql: INSERT, parameters: [part, hourOf(now), head.off - n + 1, n, now, oldestAt, body] })
  }
}
