import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import { assertWritable, encodeChunk, type NewRecord } from './chunk.ts'
import { StorageError } from './errors.ts'
import { checkFences } from './leases.ts'
import { appendChunks, type NewChunk } from './postgres/append.ts'
import type { Fence, Tx } from './seam.ts'
import { hourOf } from './stream-hour.ts'

declare module './tables.ts' {
  interface Tables {
    stream_heads: { part: number; off: number }
    stream_offsets: { grp: string; part: number; off: number }
    stream_chunks: StreamChunksTable
  }
}

export interface StreamChunksTable {
  part: number
  hour: number
  first_off: number
  n: number
  appended_at: number
  oldest_at: number
  body: Uint8Array
}

/** A piece of one partition: the group's stored offset before it, and after it. */
export interface Span {
  readonly group: string
  readonly part: number
  readonly from: number
  readonly to: number
}

/** Name of the lease under which `group` reads partition `part`. */
export function partitionLease(group: string, part: number): string {
  return `part:${group}:${part}`
}

/** First 4 bytes of SHA-256(key) mod P. */
export function partitionOf(key: string, partitions: number): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0) % partitions
}

/** The stream inside a transaction. */
export class StreamTx {
  readonly #tx: Pick<Tx, 'db' | 'now' | 'engine' | 'hint' | 'affect'>
  readonly #waiting: NewRecord[] = []

  constructor(tx: Pick<Tx, 'db' | 'now' | 'engine' | 'hint' | 'affect'>) {
    this.#tx = tx
  }

  /** The records are in the stream exactly if this transaction commits. Written at its end. */
  append(records: readonly NewRecord[]): void {
    assertWritable(records)
    this.#waiting.push(...records)
  }

  /**
   * Moves the group's offset past the batch, together with the batch's results.
   * @throws StorageError `lease_lost`
   */
  async advance(batch: Span, owner: Fence): Promise<void> {
    const { db } = this.#tx
    await checkFences(this.#tx, [owner])
    if (owner.name !== partitionLease(batch.group, batch.part)) throw lost(batch)
    const moved = await db
      .updateTable('stream_offsets')
      .set({ off: batch.to })
      .where('grp', '=', batch.group)
      .where('part', '=', batch.part)
      .where('off', '=', batch.from)
      .executeTakeFirst()
    if (moved.numUpdatedRows !== 1n) throw lost(batch)
  }

  /** Writes what was appended. Called by storage as the last thing before the commit. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const partitions = await countPartitions(this.#tx.db)
    const byPart = Map.groupBy(this.#waiting.splice(0), (record) => partitionOf(record.key, partitions))
    const chunks = [...byPart].sort(([a], [b]) => a - b).map(([part, records]) => chunkOf(part, records, this.#tx.now))
    if (this.#tx.engine === 'postgres') await appendChunks(this.#tx.db, chunks)
    else for (const chunk of chunks) await appendChunk(this.#tx.db, chunk)
    this.#tx.hint('stream')
  }
}

function chunkOf(part: number, records: readonly NewRecord[], now: number): NewChunk {
  return {
    part,
    hour: hourOf(now),
    n: records.length,
    appendedAt: now,
    oldestAt: records.reduce((oldest, record) => Math.min(oldest, record.at), Number.MAX_SAFE_INTEGER),
    body: encodeChunk(records),
  }
}

async function appendChunk(db: Tx['db'], chunk: NewChunk): Promise<void> {
  const head = await db
    .updateTable('stream_heads')
    .set({ off: sql`off + ${chunk.n}` })
    .where('part', '=', chunk.part)
    .returning('off')
    .executeTakeFirstOrThrow()
  const { part, hour, n, appendedAt, oldestAt, body } = chunk
  await db
    .insertInto('stream_chunks')
    .values({ part, hour, first_off: head.off - n + 1, n, appended_at: appendedAt, oldest_at: oldestAt, body })
    .execute()
}

/** How many partitions the stream has; 0 in a new database. */
export async function countPartitions(db: Tx['db']): Promise<number> {
  const { count } = await db
    .selectFrom('stream_heads')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow()
  return count
}

/** The span of a batch without its records: what a work needs to advance. */
export function spanOf(batch: Span): Span {
  return { group: batch.group, part: batch.part, from: batch.from, to: batch.to }
}

function lost(batch: Span): StorageError {
  return new StorageError(
    'lease_lost',
    `partition ${batch.part} of "${batch.group}" has moved on; drop the batch and stop`,
  )
}
