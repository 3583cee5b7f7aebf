import type { Kysely } from 'kysely'
import type { JobsTx } from './jobs-tx.ts'
import type { StreamTx } from './stream-tx.ts'
import type { Tables } from './tables.ts'

export type Engine = 'sqlite' | 'postgres'

/** The inside of one transaction. Nothing else may be touched by a work: it may run again after a conflict. */
export interface Tx {
  readonly db: Kysely<Tables>
  /** Milliseconds since 1970, taken when `tx` was called. SQL never asks for the time. */
  readonly now: number
  readonly engine: Engine
  readonly jobs: JobsTx
  readonly stream: StreamTx
  /** Demands that a guarded statement touched as many rows as expected; throws `conflict`. */
  affect(rows: number | bigint, expected: number): void
  /** Ids and random bytes that nothing else has. A work that runs again gets others, and only one run commits. */
  readonly fresh: { id(prefix: string): string; bytes(count: number): Uint8Array<ArrayBuffer> }
  /** Wakes who waits for `topic`, after the commit. */
  hint(topic: string): void
}

/** The inside of one read: a consistent snapshot. */
export interface ReadDb {
  readonly db: Kysely<Tables>
  readonly now: number
  readonly engine: Engine
}

/** A value as bytes, in a buffer of its own, and back. */
export interface Form<T> {
  toBytes(value: T): Uint8Array<ArrayBuffer>
  fromBytes(bytes: Uint8Array): T
}

/** A named function that is one transaction. Made by `defineWork`, at module level, in a `store.ts`. */
export interface Work<I, O> {
  readonly name: string
  /** `serial` is as if alone. `hot` (PostgreSQL: READ COMMITTED) takes its own locks. */
  readonly mode: 'serial' | 'hot'
  /** Urgent works go before bulk ones and are refused last. */
  readonly urgent: boolean
  /** How its input travels; a structured clone unless given. */
  readonly form: Form<I>
  run(tx: Tx, input: I): Promise<O>
}

/** A named read. Made by `defineQuery`. */
export interface Query<I, O> {
  readonly name: string
  run(db: ReadDb, input: I): Promise<O>
}

/**
 * Makes a work happen once: the first result is kept with the effects for 7 days and given to every later call.
 * With another `fingerprint` (of the input, chosen by the caller) the key is refused with `once_mismatch`.
 */
export interface OnceKey {
  readonly scope: string
  readonly key: string
  readonly fingerprint?: string
}

/** A lease's name and number. Checked inside a transaction it keeps out whoever held the lease before. */
export interface Fence {
  readonly name: string
  readonly epoch: number
  /** Until when the lease holds, by the database's clock. */
  readonly untilMs: number
}

export interface TxOptions {
  readonly once?: OnceKey
  readonly fence?: Fence
}

export interface Store {
  readonly engine: Engine
  /**
   * Runs `work` as one transaction and resolves when its effects are on disk. Input and output are copied by the structured clone
   * algorithm.
   *
   * @throws StorageError, or what the work threw; then nothing was written, except after `commit_unknown`: ask again with the same `once`
   */
  tx<I, O>(work: Work<I, O>, input: I, options?: TxOptions): Promise<O>
  /** Runs `query` on one consistent snapshot, which contains every transaction that this process has seen answered. */
  read<I, O>(query: Query<I, O>, input: I): Promise<O>
  close(): Promise<void>
}
