import { type CounterState, pack, type Reading, sweepState, unpack } from '@lamplighter/rules/counters'
import { gather, isStorageError, type Store } from '../storage/index.ts'
import { type Counting, countingOf } from './counting.ts'
import { type HeldRow, idsOf, moveHeld } from './held.ts'
import { appendJournal, type Folded, journalRecords, packedStates, trimJournal, writeRows } from './journal.store.ts'
import { decodeOps, encodeOps, type JournalOp } from './journal-record.ts'
import { oldestIn } from './oldest.ts'
import { slices } from './slices.ts'
import { allCounters, beginCounters, type StoredOp } from './store.ts'
import type { Line, Since } from './together.ts'

/** Ops of one record, at most: who asks at the same time shares it. */
const RECORD_OPS = 1_024
/** So many times `foldOps`: who wants to move more waits until rows are written. */
const BEHIND = 4
/** Rows of one transaction: a few milliseconds, behind which the gate may wait. */
const ROWS = 100

export interface JournalLimits {
  /** Moves in the journal before they are written into the rows. */
  readonly foldOps: number
  /** What is kept in memory only to be quick. */
  readonly heldBytes: number
}

const LIMITS: JournalLimits = { foldOps: 2_048, heldBytes: 16 * 1024 * 1024 }

interface Call {
  readonly namespace: string
  readonly ops: readonly StoredOp[]
}

/**
 * Counters of an installation whose one process owns them all (the embedded database). The states that move stand in memory; a move is one
 * line in a journal, which is on disk before its reading is told, and the rows follow some thousand moves later. So a hot key is written
 * once for many moves, and a commit costs the same however many keys it moves.
 *
 * Nothing rests on memory: after a crash, or a commit that failed, the journal is read and what it says is done again, which counts nothing
 * twice (rules.md §6.4, redelivery).
 */
export function journaled(store: Store, since: Since, limits: Partial<JournalLimits> = {}): Line {
  const { foldOps, heldBytes } = { ...LIMITS, ...limits }
  const rows = new Map<string, HeldRow>()
  let counters = new Map<string, Counting>()
  /** Number of the last record. */
  let seq = 0
  /** Whether memory says what counters, rows and journal say. */
  let sound = false
  /** Some record may not be on disk although memory has it. */
  let failed = false
  /** Resolves when every record up to the last one is on disk; rejects when one of them is not. */
  let durable: Promise<void> = Promise.resolve()
  let unfolded = 0
  let turn: Promise<unknown> = Promise.resolve()
  let folding: Promise<unknown> = Promise.resolve()
  /** A fold that has not begun yet. */
  let nextFold: Promise<void> | undefined

  /** One after another, in the order of asking. */
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(work)
    turn = result.catch(() => undefined)
    return result
  }

  const line = gather<Call, readonly Reading[]>({
    weigh: ({ ops }) => ops.length,
    most: RECORD_OPS,
    // The next record is made while one is written.
    atOnce: 2,
    async write(calls) {
      const told = await inTurn(async () => {
        await makeSound()
        if (unfolded >= BEHIND * foldOps) await fold()
        return record(calls)
      })
      await told.durable
      return told.readings
    },
    // A store that is away is away for all. Anything else is about one row, and no matter of the others.
    apart: (error) => !isStorageError(error),
  })

  return {
    apply: (namespace, ops) => line({ namespace, ops }),
    alone: (work) =>
      inTurn(async () => {
        await makeSound()
        await fold()
        try {
          return await work()
        } finally {
          sound = false
        }
      }),
    sweeping: (note) =>
      inTurn(async () => {
        await makeSound()
        sound = false
        await note()
        await readCounters()
        for (const [id, row] of rows) {
          const counting = countingNumbered(row.counting.no)
          const { kept, spec } = counting
          rows.set(id, { ...row, counting, state: row.state && sweepState(row.state, kept, spec) })
        }
        sound = true
      }),
  }

  /** Reads counters and journal anew unless memory is what they say. */
  async function makeSound(): Promise<void> {
    if (sound && !failed) return
    sound = false
    await durable.catch(() => undefined)
    await folding
    failed = false
    rows.clear()
    await readCounters()
    durable = Promise.resolve()
    unfolded = 0
    for (const record of await store.read(journalRecords, undefined)) {
      const ops = decodeOps(record.ops)
      await hold(ops)
      const moved = new Map<string, HeldRow>()
      seq = record.seq
      for (const op of ops) moveHeld(op, countingNumbered(op.no), { rows, moved, seq })
      take(moved)
      unfolded += ops.length
    }
    sound = true
  }

  async function readCounters(): Promise<void> {
    const all = await store.read(allCounters, undefined)
    counters = new Map(all.map((row) => [`${row.namespace} ${row.counter}`, countingOf(row)]))
  }

  function countingNumbered(no: number): Counting {
    for (const one of counters.values()) if (one.no === no) return one
    throw new TypeError('the journal moves a counter that is not there')
  }

  /** Moves and reads, and appends what has moved. All or nothing: whatever throws here has changed nothing. */
  async function record(calls: readonly Call[]): Promise<{ durable: Promise<void>; readings: Reading[][] }> {
    const asked = await numbered(calls)
    await hold(asked.flat())
    const own = seq + 1
    const moved = new Map<string, HeldRow>()
    const changes: JournalOp[] = []
    const readings = asked.map((ops) =>
      ops.map((op) => {
        const { reading, changed } = moveHeld(op, op.counting, { rows, moved, seq: own })
        if (changed) changes.push(op)
        return reading
      }),
    )
    // What an earlier record moved may be what is read here.
    if (changes.length === 0) return { durable, readings }
    take(moved)
    seq = own
    unfolded += changes.length
    durable = both(durable, store.tx(appendJournal, { seq: own, ops: encodeOps(changes) }))
    durable.catch(() => {
      failed = true
    })
    if (unfolded >= foldOps) void fold().catch(() => undefined)
    return { durable, readings }
  }

  async function numbered(calls: readonly Call[]): Promise<(JournalOp & StoredOp & { counting: Counting })[][]> {
    for (const { namespace, ops } of calls) {
      const specs = new Map(ops.map(({ counter }) => [counter.id, counter]))
      const missing = [...specs.values()].filter(({ id }) => !counters.has(`${namespace} ${id}`))
      if (missing.length === 0) continue
      await store.tx(beginCounters, { namespace, specs: missing, ...since })
      await readCounters()
    }
    return calls.map(({ namespace, ops }) =>
      ops.map((op) => {
        const counting = counters.get(`${namespace} ${op.counter.id}`)
        if (counting === undefined) throw new TypeError('a counter was not begun before it was moved')
        return { ...op, no: counting.no, counting }
      }),
    )
  }

  /** Has in memory what these ops may touch. */
  async function hold(ops: readonly Pick<JournalOp, 'no' | 'key'>[]): Promise<void> {
    const missing = new Map<string, number>()
    for (const op of ops) for (const id of idsOf(op)) if (!rows.has(id)) missing.set(id, op.no)
    if (missing.size === 0) return
    const packed = new Map((await store.read(packedStates, [...missing.keys()])).map(({ id, state }) => [id, state]))
    for (const [id, no] of missing) {
      const bytes = packed.get(id)
      const state = bytes === undefined ? undefined : unpack(bytes)
      rows.set(id, { counting: countingNumbered(no), state, seq: 0 })
    }
  }

  function take(moved: ReadonlyMap<string, HeldRow>): void {
    for (const [id, row] of moved) rows.set(id, row)
  }

  /** Writes what has moved into the rows and forgets the journal up to here. */
  function fold(): Promise<void> {
    if (nextFold !== undefined) return nextFold
    const done = folding.then(foldNow)
    nextFold = done
    folding = done.catch(() => undefined)
    return done
  }

  async function foldNow(): Promise<void> {
    nextFold = undefined
    const upTo = seq
    const moved = [...rows].filter(([, row]) => row.seq > 0)
    unfolded = 0
    if (moved.length === 0) return
    // Only what is durable: a row must not know of a move that nobody was told of.
    await durable
    for (const some of slices(moved, ROWS)) await store.tx(writeRows, foldedOf(some))
    await store.tx(trimJournal, upTo)
    for (const [id, { seq: written }] of moved) {
      const row = rows.get(id)
      if (row?.seq === written) rows.set(id, { ...row, seq: 0 })
    }
    letGo(rows, heldBytes)
  }
}

function foldedOf(moved: readonly (readonly [string, HeldRow])[]): Folded {
  const written: Folded['rows'][number][] = []
  const gone: string[] = []
  for (const [id, { counting, state }] of moved) {
    const oldest = state === undefined ? undefined : oldestIn(state, counting.spec)
    if (state === undefined || oldest === undefined) gone.push(id)
    else written.push({ id, no: counting.no, oldest, state: pack(state) })
  }
  return { rows: written, gone }
}

/** Lets go of what the database has as well, what was held longest first, until little enough is left. */
function letGo(rows: Map<string, HeldRow>, most: number): void {
  let bytes = 0
  for (const { state } of rows.values()) bytes += weightOf(state)
  for (const [id, { seq, state }] of rows) {
    if (bytes <= most) return
    if (seq > 0) continue
    rows.delete(id)
    bytes -= weightOf(state)
  }
}

/** Bytes in memory, roughly. */
function weightOf(state: CounterState | undefined): number {
  if (state === undefined) return 200
  return state.kind === 'sketch'
    ? 300 + state.subs.length * 8_300
    : 400 + (state.sure.length + state.maybe.length) * 150
}

/** Waits for both, whichever fails. */
async function both(first: Promise<void>, second: Promise<void>): Promise<void> {
  const [before, own] = await Promise.allSettled([first, second])
  if (before.status === 'rejected') throw before.reason
  if (own.status === 'rejected') throw own.reason
}
