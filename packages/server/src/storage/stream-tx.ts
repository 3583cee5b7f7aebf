import { hash } from 'node:crypto'
import type { Chunk } from './chunk.ts'
import { StorageError } from './errors.ts'
import { checkFences } from './leases.ts'
import type { Fence, Tx } from './seam.ts'

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
  return Number.parseInt(hash('sha256', key).slice(0, 8), 16) % partitions
}

/** The stream inside a transaction. */
export class StreamTx {
  readonly #tx: Pick<Tx, 'db' | 'now' | 'engine' | 'hint' | 'affect'>
  readonly #write: (chunks: readonly Chunk[]) => Promise<void>
  readonly #waiting: Chunk[] = []

  constructor(
    tx: Pick<Tx, 'db' | 'now' | 'engine' | 'hint' | 'affect'>,
    write: (chunks: readonly Chunk[]) => Promise<void>,
  ) {
    this.#tx = tx
    this.#write = write
  }

  /** The chunks (made by `stream.pack`) are in the stream exactly if this transaction commits. Written at its end. */
  append(chunks: readonly Chunk[]): void {
    this.#waiting.push(...chunks)
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
    await this.#write(this.#waiting.splice(0))
    this.#tx.hint('stream')
  }
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
