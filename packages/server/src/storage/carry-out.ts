import { randomBytes } from 'node:crypto'
import type { Kysely } from 'kysely'
import type { Chunk } from './chunk.ts'
import { StorageError } from './errors.ts'
import { toWire } from './form.ts'
import { newId } from './ids.ts'
import { JobsTx } from './jobs-tx.ts'
import { checkFences } from './leases.ts'
import { claimOnce, keepOnce } from './once.ts'
import type { Engine, Tx, TxOptions, Work } from './seam.ts'
import { StreamTx } from './stream-tx.ts'
import type { Tables } from './tables.ts'

/** One call of a work, as it travels to where the connection is. */
export interface Call extends TxOptions {
  readonly now: number
  /** The input, in the work's form. */
  readonly input: Uint8Array<ArrayBuffer>
}

export interface Outcome {
  /** The output, structured-cloned. */
  readonly output: Uint8Array
  /** Topics to wake after the commit. */
  readonly hints: readonly string[]
}

/** The connection inside its transaction. */
export interface Inside {
  readonly db: Kysely<Tables>
  readonly engine: Engine
  /** Writes chunks behind the last of their partitions. */
  append(chunks: readonly Chunk[]): Promise<void>
}

/** What both engines do inside the transaction: fence, once key, the work, the appends it asked for, its result. */
export async function carryOut(work: Work<unknown, unknown>, call: Call, inside: Inside): Promise<Outcome> {
  const hints = new Set<string>()
  const tx = makeTx(inside, { now: call.now, hints })
  if (call.fence !== undefined) await checkFences(tx, [call.fence])
  if (call.once !== undefined) {
    const earlier = await claimOnce(tx, call.once)
    if (earlier !== undefined) return { output: earlier, hints: [] }
  }
  const output = toWire(await work.run(tx, work.form.fromBytes(call.input)))
  if (call.once !== undefined) await keepOnce(tx, call.once, output)
  // Last before the commit: the heads of the partitions are locked from here on.
  await tx.stream.flush()
  return { output, hints: [...hints] }
}

function makeTx(inside: Inside, { now, hints }: { now: number; hints: Set<string> }): Tx {
  const hint = (topic: string): void => {
    hints.add(topic)
  }
  const base = {
    get db() {
      return inside.db
    },
    engine: inside.engine,
    now,
    hint,
    affect,
  }
  const fresh = {
    id: (prefix: string): string => newId(prefix, now),
    bytes: (count: number): Uint8Array<ArrayBuffer> => new Uint8Array(randomBytes(count)),
  }
  return {
    get db() {
      return inside.db
    },
    engine: inside.engine,
    now,
    hint,
    affect,
    fresh,
    jobs: new JobsTx(base),
    stream: new StreamTx(base, (chunks) => inside.append(chunks)),
  }
}

function affect(rows: number | bigint, expected: number): void {
  if (Number(rows) === expected) return
  throw new StorageError(
    'conflict',
    `expected ${expected} rows, changed ${rows}: somebody else was first; read again and decide anew`,
  )
}
